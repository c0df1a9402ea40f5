"""Leases and reservations of libvirt's dnsmasq as a step: netipl takes them over when it starts next.

Reservations are written before the network changes, for nobody knows them for ours afterwards. libvirt shows what its
dnsmasq has given also after that one gives no more, so leases are read last, and none is lost.
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
    """The reservations of `handed`, or with `given`, which asks libvirt for them, the leases too.

    `settings` say where netipl keeps its own.
    """

    settings: Settings
    handed: HandedOver
    given: Callable[[], Iterable[Given]] | None = None
    consequences: tuple[str, ...] = ()
    _before: HandedOver | None = None

    @property
    def words(self) -> str:
        reserved, leases = len(self.handed.guests), len(self._leases())
        what = _counted(reserved, "reservation") if self.given is None else _counted(leases, "lease")
        return f"hand {what} over to netipl"

    @property
    def difference(self) -> str:
        if self.given is None:
            lines = [f"{guest.macs[0]} {guest.address or ''} {guest.name}" for guest in self.handed.guests]
        else:
            lines = [f"{each.mac} {each.address} until {each.expires:%Y-%m-%d %H:%M} UTC" for each in self._leases()]
        head = f"--- {self.handed.network} (now)\n+++ {self.handed.network} (then)\n"
        return head + "".join(f"+{line}\n" for line in lines) if lines else ""

    @property
    def is_needed(self) -> bool:
        """Whether there is a lease that `handed` has not yet."""
        known = {(lease.address, lease.mac) for lease in self.handed.leases}
        return any((lease.address, lease.mac) not in known for lease in self._leases())

    def apply(self) -> None:
        directory = self.settings.state_directory()
        privileges.prepare_directory(directory, self.settings.user)
        self._before = handover.read(directory, self.handed.network)
        handover.write(directory, replace(self.handed, leases=self._leases()))

    def undo(self) -> None:
        directory = self.settings.state_directory()
        if self._before is None:
            handover.remove(directory, self.handed.network)
        else:
            handover.write(directory, self._before)

    def _leases(self) -> tuple[Lease, ...]:
        given = self.given() if self.given is not None else ()
        return tuple(_of_clients(given, self.handed.network, datetime.now(UTC)))


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


def waiting(settings: Settings, network: str) -> HandedOver | None:
    """What the daemon has not taken over yet. Raises UnavailableError."""
    return handover.read(settings.state_directory(), network)


def taken_back(settings: Settings, network: str) -> TakeBack | None:
    """None where nothing waits. Raises UnavailableError."""
    handed = waiting(settings, network)
    return None if handed is None else TakeBack(settings, handed)


def _of_clients(given: Iterable[Given], network: str, now: datetime) -> Iterator[Lease]:
    for each in given:
        expires = datetime.fromtimestamp(each.expires, UTC) if each.expires else now + _FOREVER
        if each.mac is not None and expires > now:
            yield Lease(network=network, address=each.address, mac=each.mac, expires=expires, hostname=each.name)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
