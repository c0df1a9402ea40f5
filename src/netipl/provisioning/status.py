"""Which status a guest has, from its build and its newest boot. The table of builds comes first: they are wishes."""

from collections.abc import Mapping
from typing import Final

from netipl.guests.build import Build, BuildState
from netipl.guests.guest import Guest
from netipl.guests.status import Status
from netipl.provisioning.boots import Boot, BootState

_OF_BUILD: Final[Mapping[BuildState, Status | None]] = {
    BuildState.WAITING: Status.WAITING,
    BuildState.LOADING: Status.BOOTING,
    BuildState.IN_DOUBT: Status.BOOTING,
    BuildState.SPENT: Status.INSTALLING,
    BuildState.FINISHING: Status.INSTALLING,
    BuildState.DONE: Status.INSTALLED,
    BuildState.FAILED: Status.FAILED,
    BuildState.CANCELLED: None,
}
_OF_BOOT: Final[Mapping[BootState, Status]] = {
    BootState.ASKING: Status.BOOTING,
    BootState.ADDRESSED: Status.BOOTING,
    BootState.LOADING: Status.BOOTING,
    BootState.FINISHED: Status.RUNNING,
    BootState.STARTED: Status.RUNNING,
    BootState.FAILED: Status.FAILED,
    BootState.INTERRUPTED: Status.REGISTERED,
}


def status(guest: Guest, build: Build | None, boot: Boot | None) -> Status:
    """Of `guest`, whose newest build and boot these are."""
    if not guest.is_approved:
        return Status.DISCOVERED
    of_build = _OF_BUILD[build.state] if build is not None and not _is_older(build, boot) else None
    if of_build is Status.BOOTING and boot is not None and boot.state is BootState.FAILED:
        return Status.FAILED
    if of_build is not None:
        return of_build
    return Status.REGISTERED if boot is None else _OF_BOOT[boot.state]


def _is_older(build: Build, boot: Boot | None) -> bool:
    """Whether the build was over before this boot began, so that the boot says more."""
    return boot is not None and build.ended is not None and build.ended < boot.began and boot.build != build.id
