"""How far watched guests have come, and when watching them is over. Takes views and events; shows and asks nothing.

Where a guest stands when watching begins follows from its build and its newest boot; from then on from its events.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from netipl.cli.remote.views import EventView, GuestView
from netipl.firmware.rules import RULES
from netipl.guests.status import Status
from netipl.provisioning.boots import BootState
from netipl.provisioning.plan import Purpose
from netipl.provisioning.timeline import Deed, Seen


class Until(StrEnum):
    """What every guest is watched for."""

    KERNEL = "kernel"
    """It has started its kernel, or is installed."""
    INSTALLED = "installed"
    EVER = "ever"


class Phase(StrEnum):
    """Where a guest stands, in words."""

    IDLE = "nothing is wanted of it"
    DISCOVERED = "waits for approval"
    WAITING = "waits for its next boot"
    ON = "is switched on"
    ASKING = "asks for an address"
    ADDRESSED = "has an address"
    LOADING = "loads"
    LOADED = "has loaded"
    DISK = "sent to its disk"
    KERNEL = "kernel started"
    INSTALLING = "installs"
    INSTALLED = "installed"
    RETRIED = "failed, and is started again"
    INTERRUPTED = "boot interrupted"
    CANCELLED = "build cancelled"
    FAILED = "failed"
    REMOVED = "removed"


_STARTED: Final = frozenset({Phase.KERNEL, Phase.INSTALLING, Phase.INSTALLED, Phase.DISK})
_GOALS: Final[Mapping[Until, frozenset[Phase]]] = MappingProxyType(
    {Until.KERNEL: _STARTED, Until.INSTALLED: frozenset({Phase.INSTALLED}), Until.EVER: frozenset()}
)
_LOST: Final = frozenset({Phase.FAILED, Phase.CANCELLED, Phase.REMOVED})
_UNDER_WAY: Final = frozenset({Phase.LOADED, Phase.KERNEL, Phase.INSTALLING})
_RESTING: Final = frozenset({Phase.IDLE, Phase.DISCOVERED})

_AFTER: Final[Mapping[str, Phase]] = MappingProxyType(
    {
        Deed.BUILD_ASKED: Phase.WAITING,
        Deed.BOOT_BEGAN: Phase.ASKING,
        Seen.DHCP_DISCOVER: Phase.ASKING,
        Seen.DHCP_ACK: Phase.ADDRESSED,
        Seen.BOOTP_REPLY: Phase.ADDRESSED,
        Seen.TFTP_STARTED: Phase.LOADING,
        Seen.TFTP_PROGRESS: Phase.LOADING,
        Seen.TFTP_FINISHED: Phase.LOADING,
        Seen.DHCP_RELEASE: Phase.LOADED,
        Seen.KERNEL: Phase.KERNEL,
        Seen.DISK_KERNEL: Phase.KERNEL,
        Seen.GUEST_ADDRESSED: Phase.KERNEL,
        Seen.CALLBACK: Phase.KERNEL,
        Seen.ANSWERS_FETCHED: Phase.INSTALLING,
        Seen.INSTALLER: Phase.INSTALLING,
        Deed.BUILD_DONE: Phase.INSTALLED,
        Deed.HOST_BUILT: Phase.INSTALLED,
        Deed.HOST_FAILED: Phase.FAILED,
        Deed.BUILD_FAILED: Phase.FAILED,
        Deed.BUILD_CANCELLED: Phase.CANCELLED,
        Deed.BOOT_FAILED: Phase.FAILED,
        Deed.BOOT_ENDED: Phase.INTERRUPTED,
        Deed.GUEST_REMOVED: Phase.REMOVED,
    }
)
"""What follows from an event. What is not here changes nothing."""

_ORDER: Final = (
    Phase.ASKING,
    Phase.ADDRESSED,
    Phase.LOADING,
    Phase.LOADED,
    Phase.DISK,
    Phase.KERNEL,
    Phase.INSTALLING,
    Phase.INSTALLED,
)
"""Within one boot a guest only goes on: its own system asks for an address too, and gives it back."""

_OF_BUILDS: Final = frozenset(
    {
        Deed.BUILD_ASKED,
        Deed.BUILD_PINNED,
        Deed.BUILD_SPENT,
        Deed.BUILD_FINISHING,
        Deed.FINISH_RAN,
        Deed.BUILD_DONE,
        Deed.BUILD_CANCELLED,
        Deed.BUILD_FAILED,
    }
)
"""They name the boot that pinned the build last, which may be over."""

_OF_STATUS: Final[Mapping[str, Phase]] = MappingProxyType(
    {
        Status.DISCOVERED: Phase.DISCOVERED,
        Status.REGISTERED: Phase.IDLE,
        Status.WAITING: Phase.WAITING,
        Status.OFF: Phase.IDLE,
        Status.CRASHED: Phase.IDLE,
        Status.INSTALLED: Phase.INSTALLED,
        Status.FAILED: Phase.FAILED,
    }
)
_OF_BOOT: Final[Mapping[str, Phase]] = MappingProxyType(
    {
        BootState.ASKING: Phase.ASKING,
        BootState.ADDRESSED: Phase.ADDRESSED,
        BootState.LOADING: Phase.LOADING,
        BootState.FINISHED: Phase.LOADED,
        BootState.STARTED: Phase.KERNEL,
        BootState.FAILED: Phase.FAILED,
        BootState.INTERRUPTED: Phase.INTERRUPTED,
    }
)


_BEHIND_BOOT: Final = frozenset({Status.BOOTED, Status.RUNNING})
"""What follows from a boot, whatever became of a build before it."""
_OVER: Final = frozenset({Status.OFF, Status.CRASHED})
"""The machine has left whatever it had booted."""


@dataclass(slots=True)
class Row:
    """One guest. `fetched` counts the bytes of files that have arrived whole, in this boot."""

    name: str
    phase: Phase = Phase.IDLE
    boot: str | None = None
    file: str = ""
    size: int = 0
    sent: int = 0
    fetched: int = 0
    cause: str = ""
    remedy: str = ""

    @classmethod
    def of(cls, guest: GuestView) -> "Row":
        """As it stands now."""
        row = cls(guest.name)
        boot, build = guest.boot, guest.build
        phase = _OF_STATUS.get(guest.status)
        of_this = boot is not None and (build is None or build.id == boot.build or guest.status in _BEHIND_BOOT)
        if boot is not None and guest.status in _OVER:
            row.boot = boot.id
        elif boot is not None and of_this and phase not in {Phase.WAITING, Phase.INSTALLED, Phase.DISCOVERED}:
            row.boot = boot.id
            phase = _OF_BOOT.get(boot.state, phase) if phase is not Phase.FAILED else phase
            if phase is Phase.LOADED and boot.purpose == Purpose.DISK:
                phase = Phase.DISK
        row.phase = phase or Phase.IDLE
        if row.phase is Phase.FAILED:
            row._explain(guest)
        return row

    def note(self, event: EventView) -> None:
        """What was seen of it, or done with it."""
        if not self._is_of_this_boot(event) or self._is_of_a_fallen_boot(event):
            return
        phase = _AFTER.get(event.what)
        if phase is None:
            return
        if self._would_go_back(phase):
            if event.what == Seen.TFTP_FINISHED:  # which is reported a little later than what follows it
                self._note_file(event)
            return
        self.phase = phase
        self.cause = self.remedy = ""
        if phase in _LOST:
            self.cause = str(event.detail.get("cause") or phase)
            self.remedy = str(event.detail.get("remedy") or "")
        self._note_file(event)

    def look(self, guest: GuestView) -> None:
        """What the events do not tell: that its newest boot, which has loaded all, leads to its disk."""
        boot = guest.boot
        if self.phase is Phase.LOADED and boot is not None and boot.id == self.boot and boot.purpose == Purpose.DISK:
            self.phase = Phase.DISK

    def try_again(self) -> None:
        """It has failed, and netipl starts its machine again."""
        self.phase, self.cause, self.remedy = Phase.RETRIED, "", ""

    @property
    def is_under_way(self) -> bool:
        """Whether something goes on of which nobody can say how much is left."""
        return self.phase in _UNDER_WAY

    def begin_anew(self) -> None:
        """Its machine was just asked to start, so whatever it has booted before is over."""
        if self.phase is not Phase.WAITING:
            self.phase, self.cause, self.remedy = Phase.ON, "", ""
            self._forget_file()

    def is_at(self, until: Until) -> bool:
        """Whether it has come to what it is watched for."""
        return self.phase in _GOALS[until]

    @property
    def is_lost(self) -> bool:
        """Whether it will not come there by itself."""
        return self.phase in _LOST

    @property
    def is_resting(self) -> bool:
        return self.phase in _RESTING

    def _is_of_this_boot(self, event: EventView) -> bool:
        """Of the newest boot, which this event may begin; what is of none counts too."""
        if event.boot is None or event.what in _OF_BUILDS or event.boot == self.boot:
            return True
        if self.boot is not None and event.boot < self.boot:  # they grow with time
            return False
        self.boot, self.fetched = event.boot, 0
        self._forget_file()
        self.phase = Phase.WAITING
        return True

    def _is_of_a_fallen_boot(self, event: EventView) -> bool:
        """The kernel of its disk is not what an installation was to start: its firmware has gone on to that."""
        return event.what == Seen.DISK_KERNEL and (event.build is not None or self.phase is Phase.WAITING)

    def _would_go_back(self, phase: Phase) -> bool:
        return phase in _ORDER and self.phase in _ORDER and _ORDER.index(phase) < _ORDER.index(self.phase)

    def _note_file(self, event: EventView) -> None:
        if event.what in {Seen.TFTP_STARTED, Seen.TFTP_PROGRESS}:
            self.file = str(event.detail.get("name", ""))
            self.size, self.sent = _count(event, "size"), _count(event, "sent")
        elif event.what == Seen.TFTP_FINISHED:
            self.fetched += _count(event, "size")
            self._forget_file()
        elif self.phase is not Phase.LOADING:
            self._forget_file()

    def _forget_file(self) -> None:
        self.file, self.size, self.sent = "", 0, 0

    def _explain(self, guest: GuestView) -> None:
        boot, build = guest.boot, guest.build
        if build is not None and build.cause:
            self.cause, self.remedy = build.cause, build.remedy
        elif boot is not None:
            self.cause = boot.cause
            self.remedy = next((rule.remedy for rule in RULES.values() if rule.id == boot.rule), "")


class Following:
    """Of some guests, or, `open_to_all`, of those on their way now and of every other that shows itself."""

    def __init__(self, guests: list[GuestView], until: Until, *, open_to_all: bool = False) -> None:
        rows = [Row.of(guest) for guest in guests]
        if open_to_all:
            rows = [row for row in rows if not (row.is_resting or row.is_lost or row.is_at(until))]
        self.rows = {row.name: row for row in rows}
        self._until = until
        self._open = open_to_all

    def note(self, event: EventView) -> Row | None:
        """The guest that `event` is about, if it is watched."""
        if event.guest is None:
            return None
        row = self.rows.get(event.guest)
        if row is None and self._open and event.what in _AFTER:
            row = self.rows[event.guest] = Row(event.guest)
        if row is not None:
            row.note(event)
        return row

    def is_decided(self, row: Row) -> bool:
        """Whether no more is waited for."""
        return self._until is not Until.EVER and (row.is_lost or row.is_at(self._until))

    @property
    def is_over(self) -> bool:
        return self._until is not Until.EVER and all(map(self.is_decided, self.rows.values()))

    @property
    def lost(self) -> list[Row]:
        return [row for row in self.rows.values() if row.is_lost]


def _count(event: EventView, key: str) -> int:
    value = event.detail.get(key, 0)
    return int(value) if isinstance(value, int | float) else 0
