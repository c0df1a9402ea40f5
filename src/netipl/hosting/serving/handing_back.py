"""Leases of netipl as a step: libvirt's dnsmasq knows them when it starts next, and gives nobody another's address.

It is made once netipl gives no more addresses and before dnsmasq does.
"""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from netipl import content
from netipl.errors import ConflictError, NetiplError, UnavailableError
from netipl.guests.lease import Lease
from netipl.integrations.libvirt import dnsmasq_leases
from netipl.settings.settings import Settings
from netipl.store import writing
from netipl.store.database import Database
from netipl.store.leased import leased

_MODE: Final = 0o644


@dataclass(slots=True)
class HandBack:
    """The leases of `network`, as the settings call it, to the dnsmasq that keeps its own in `path`."""

    settings: Settings
    network: str
    path: Path
    consequences: tuple[str, ...] = ()
    _before: str | None = None
    _after: str = ""

    @property
    def leases(self) -> tuple[Lease, ...]:
        """As they are now. Raises NetiplError."""
        with closing(Database(self.settings.database())) as database:
            return leased(database, self.network, datetime.now(UTC))

    @property
    def words(self) -> str:
        number = len(self.leases)
        return f"hand {number} {'lease' if number == 1 else 'leases'} back to libvirt's dnsmasq"

    @property
    def difference(self) -> str:
        lines = [f"+{each.mac} {each.address} until {each.expires:%Y-%m-%d %H:%M} UTC\n" for each in self.leases]
        return "".join((f"--- {self.path} (now)\n+++ {self.path} (then)\n", *lines)) if lines else ""

    def apply(self) -> None:
        self._before = _text(self.path)
        self._after = dnsmasq_leases.with_leases(self._before or "", self.leases)
        _write(self.path, self._after)

    def undo(self) -> None:
        """Raises ConflictError where dnsmasq has written since."""
        if _text(self.path) != self._after:
            raise ConflictError(f"{self.path} was changed since, and stays")
        if self._before is None:
            self.path.unlink()
        else:
            _write(self.path, self._before)


def handed_back(settings: Settings, network: str, bridge: str) -> HandBack | str:
    """The step, or what is to be known where it cannot be done."""
    try:
        step = HandBack(settings, network, dnsmasq_leases.path(bridge))
        step.words  # noqa: B018 - whether they can be read is seen now
    except NetiplError as error:
        return f"dnsmasq will not know the leases of netipl, and may give their addresses to others: {error}"
    return step


def _text(path: Path) -> str | None:
    try:
        return path.read_text()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", remedy="do this as root") from error


def _write(path: Path, text: str) -> None:
    writing.replace(content.inline(text), path, mode=_MODE, progress=lambda _: None)
