"""Whether it was the firmware of a build that failed, and nobody has done anything about it since: only then a machine
is started again. Any other crash is of a system that ran, which is only told of.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

from netipl.guests.build import Build
from netipl.guests.guest import Guest
from netipl.provisioning.boots import Boot, Boots, BootState, began
from netipl.provisioning.history import EventQuery
from netipl.provisioning.machine import newest
from netipl.provisioning.timeline import Deed, Event, Seen

History = Callable[[EventQuery], Awaitable[Sequence[Event]]]

_PAGE: Final = 100
_LATE: Final = timedelta(seconds=1)
"""So much later than a machine's firmware asks libvirt may tell that it was started."""
_POWERED_ON: Final = frozenset({Seen.MACHINE_STARTED, Seen.MACHINE_RESET})
_KERNELS: Final = frozenset({Seen.KERNEL, Seen.DISK_KERNEL})


class Failures:
    """Told by `boots`, and by what `history` has of guests."""

    def __init__(self, boots: Boots, history: History) -> None:
        self._boots = boots
        self._history = history

    def boot_of(self, guest: Guest, build: Build) -> Boot | None:
        """The newest boot of `guest`, if it is one of `build` whose kernel has not started."""
        boot = newest(self._boots, guest)
        return boot if boot is not None and _is_of(build, boot) and boot.state is not BootState.STARTED else None

    async def has_failed(self, boot: Boot) -> bool:
        """Whether `boot` ended in a crash of the power-on that began it, which was the last that happened."""
        events = back(self._history, boot.guest)
        return await _ends_in_crash(events, boot) and await _is_of_this_power_on(events, boot)


def _is_of(build: Build, boot: Boot) -> bool:
    """Or would have been: one that could be given nothing has no plan, and so no build."""
    return boot.build == build.id or (boot.purpose is None and boot.began >= build.asked)


async def _ends_in_crash(events: AsyncIterator[Event], boot: Boot) -> bool:
    """Switched off and started it has been by nobody since, unless by a retry."""
    is_off = False
    async for event in events:
        match event.what:
            case Seen.MACHINE_CRASHED:
                return event.boot == boot.id and not is_off
            case Seen.MACHINE_STOPPED if event.detail.get("reason") not in {"crashed", "failed"}:
                is_off = True
            case Deed.MACHINE_RETRIED:
                is_off = False
            case Seen.MACHINE_STARTED | Seen.MACHINE_RESET | Deed.MACHINE_ASKED:
                return False
    return False


async def _is_of_this_power_on(events: AsyncIterator[Event], boot: Boot) -> bool:
    async for event in events:
        if event.what in _POWERED_ON:
            return event.at - _LATE <= began(boot.id)
        if event.what in {Seen.MACHINE_STOPPED, Seen.MACHINE_CRASHED} or event.what in _KERNELS:
            return False
    return False


async def back(history: History, guest: str | None) -> AsyncIterator[Event]:
    """What happened to a guest, from the newest on."""
    before: int | None = None
    while page := await history(EventQuery(guest=guest, before=before, limit=_PAGE, newest_first=True)):
        for event in page:
            yield event
        before = page[-1].number
