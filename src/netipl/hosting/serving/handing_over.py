"""Leases and reservations of libvirt's dnsmasq as a step: netipl takes them over when it starts next.

libvirt shows what its dnsmasq has given also after that one gives no more, so they are read last, and none is lost.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from netipl.guests.lease import Lease
from netipl.integrations import privileges
from netipl.integrations.libvirt.networks import Lease as Given
from netipl.provisioning.taking_over import HandedOver
from netipl.settings.settings import Settings
from netipl.store import handover

_FOREVER: Final = timedelta(days=365)


@dataclass(slots=True)
class HandOver:
    """`handed` has no leases yet; `given` asks libvirt for them. `settings` say where netipl keeps its own."""

    settings: Settings
    handed: HandedOver
    given: Callable[[], Iterable[Given]]
    consequences: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        leases, reserved = len(self._leases()), len(self.handed.guests)
        return f"hand {_counted(leases, 'lease')} and {_counted(reserved, 'reservation')} over to netipl"

    @property
    def difference(self) -> str:
        lines = [*(f"{guest.macs[0]} {guest.address or ''} {guest.name}" for guest in self.handed.guests)]
        lines += [f"{lease.mac} {lease.address} until {lease.expires:%Y-%m-%d %H:%M} UTC" for lease in self._leases()]
        head = f"--- {self.handed.network} (now)\n+++ {self.handed.network} (then)\n"
        return head + "".join(f"+{line}\n" for line in lines) if lines else ""

    def apply(self) -> None:
        directory = self.settings.state_directory()
        privileges.prepare_directory(directory, self.settings.user)
        handover.write(directory, replace(self.handed, leases=self._leases()))

    def undo(self) -> None:
        handover.remove(self.settings.state_directory(), self.handed.network)

    def _leases(self) -> tuple[Lease, ...]:
        return tuple(_of_clients(self.given(), self.handed.network, datetime.now(UTC)))


@dataclass(slots=True)
class TakeBack:
    """Of a network that netipl has not begun to serve: `handed` waits still."""

    settings: Settings
    handed: HandedOver
    words: str = "take back what netipl has not taken over yet"
    consequences: tuple[str, ...] = ()
    difference: str = ""

    def apply(self) -> None:
        handover.remove(self.settings.state_directory(), self.handed.network)

    def undo(self) -> None:
        handover.write(self.settings.state_directory(), self.handed)


def taken_back(settings: Settings, network: str) -> TakeBack | None:
    """None where nothing waits. Raises UnavailableError."""
    handed = handover.read(settings.state_directory(), network)
    return None if handed is None else TakeBack(settings, handed)


def _of_clients(given: Iterable[Given], network: str, now: datetime) -> Iterator[Lease]:
    for each in given:
        expires = datetime.fromtimestamp(each.expires, UTC) if each.expires else now + _FOREVER
        if each.mac is not None and expires > now:
            yield Lease(network=network, address=each.address, mac=each.mac, expires=expires, hostname=each.name)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
