"""Configurations as Foreman deploys them: kept word for word, judged for the firmware, and told of.

What cannot be kept for the firmware is in the log of the proxy, which Foreman shows, and in the guest's timeline.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from netipl.control.foreman.boot_files import BootFiles
from netipl.errors import UsageError
from netipl.firmware.lint.finding import Target
from netipl.firmware.rules import Severity
from netipl.firmware.syslinux.choice import Remark
from netipl.guests.guest import Guest
from netipl.net import Mac
from netipl.provisioning.changes import Change, GuestSet, Happened
from netipl.provisioning.choice import version_of
from netipl.provisioning.foreman import hosts
from netipl.provisioning.foreman.deployed import DEFAULT, Configuration, Variant
from netipl.provisioning.foreman.deploying import BootsDisk, BootsFiles, Deployment, deployment
from netipl.provisioning.identity import name_of
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Deed, Event
from netipl.provisioning.tokens import hidden
from netipl.servers.smartproxy.logbook import Level, Logbook
from netipl.wire import printable

_MOST_FINDINGS: Final = 20
_LEVELS: Final = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARN}
_MOST: Final = 256 << 10
"""Bytes of a configuration; the firmware takes 2047 of what is made of it."""

Commit = Callable[[Iterable[Change]], Awaitable[None]]


class Configurations:
    """Of `inventory`. `root` is where boot files are, for whoever is told of a place."""

    def __init__(
        self, root: Path, inventory: Inventory, boot_files: BootFiles, logbook: Logbook, *, commit: Commit
    ) -> None:
        self._root = root
        self._inventory = inventory
        self._boot_files = boot_files
        self._logbook = logbook
        self._commit = commit

    def place(self, station: str, variant: Variant) -> str:
        """Where its file would stand."""
        return str(self._root / variant.file(station))

    def configuration(self, station: str, variant: Variant) -> bytes | None:
        found = self._inventory.deployed.configuration(station, variant)
        return None if found is None else found.data

    async def deploy(self, station: str, variant: Variant, data: bytes, *, by: str) -> None:
        """Returns when it is durable. Raises UnavailableError and UsageError."""
        if len(data) > _MOST:
            raise UsageError(f"a configuration may have {_MOST} bytes")
        new, now = Configuration(station=station, variant=variant, data=data), datetime.now(UTC)
        if self._inventory.deployed.configuration(station, variant) == new:
            await self._commit(())  # behind the change that made it so
            return
        changes = hosts.deploy(self._inventory, new, by=by, now=now)
        told = () if variant is not Variant.PXELINUX else tuple(self._told(new, changes, by=by, now=now))
        await self._commit((*changes, *told))

    async def withdraw(self, station: str, variant: Variant, *, by: str) -> None:
        """Returns when it is durable; it is no fault that there is none. Raises UnavailableError."""
        await self._commit(hosts.withdraw(self._inventory, station, variant, by=by, now=datetime.now(UTC)))

    async def fetch(self, prefix: str, url: str, *, by: str) -> None:
        """Raises NetiplError."""
        await self._boot_files.ask(prefix, url, by=by)

    def _told(self, new: Configuration, changes: Iterable[Change], *, by: str, now: datetime) -> Iterator[Happened]:
        mac = hosts.mac_of(new.station)
        guest = self._guest(mac, changes)
        network = self._inventory.network(guest.network) if guest is not None and guest.network else None
        made = deployment(new.data, Target(version=version_of(guest, network)))
        name, of = name_of(guest), network.name if network is not None else ""

        def event(what: Deed, by: str, **detail: str | int) -> Happened:
            return Happened(Event(at=now, what=what, network=of, guest=name, mac=mac, by=by, detail=detail))

        yield event(Deed.CONFIGURATION_DEPLOYED, by, variant=new.variant, **_boots(made))
        for remark in self._grave(new, made):
            yield event(Deed.CONFIGURATION_FINDING, "", **_finding(remark))

    def _grave(self, new: Configuration, made: Deployment) -> Iterator[Remark]:
        """What a person should know of; all of it is in the log."""
        whose = f"configuration of {new.station}" if new.station != DEFAULT else "default configuration"
        found = [each for each in made.remarks if each.severity in _LEVELS]
        for remark in found[:_MOST_FINDINGS]:
            line = f", line {remark.line}" if remark.line else ""
            remedy = f" ({remark.remedy})" if remark.remedy else ""
            self._logbook.add(_LEVELS[remark.severity], hidden(f"{whose}{line}: {remark.message}{remedy}"))
            yield remark

    def _guest(self, mac: Mac | None, changes: Iterable[Change]) -> Guest | None:
        """Whose it is, also if it is one only by these changes."""
        new = next((change.guest for change in changes if isinstance(change, GuestSet)), None)
        return new or (self._inventory.guest_with_mac(mac) if mac is not None else None)


def _boots(made: Deployment) -> dict[str, str]:
    match made:
        case BootsFiles(entries=entries):
            return {"boots": "files", "kernel": printable(entries[0].kernel or b"")}
        case BootsDisk():
            return {"boots": "disk"}
    return {"boots": "nothing", "reason": hidden(made.reason)}


def _finding(remark: Remark) -> dict[str, str | int]:
    found: dict[str, str | int] = {"severity": remark.severity, "message": hidden(remark.message)}
    if remark.remedy:
        found["remedy"] = remark.remedy
    return found | ({"line": remark.line} if remark.line else {})
