"""Which status a guest has, from its build, its newest boot and its machine. The table of builds comes first: they are
wishes. Where its hypervisor tells of the machine, that says more than a boot that was seen once.
"""

from collections.abc import Mapping
from typing import Final

from netipl.guests.build import Build, BuildState
from netipl.guests.guest import Guest
from netipl.guests.status import Status
from netipl.provisioning.boots import Boot, BootState
from netipl.provisioning.machine_view import Power

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
    BootState.FINISHED: Status.BOOTED,
    BootState.STARTED: Status.BOOTED,
    BootState.FAILED: Status.FAILED,
    BootState.INTERRUPTED: Status.REGISTERED,
}


_OF_MACHINE: Final[Mapping[Power, Mapping[Status, Status]]] = {
    Power.ON: {Status.REGISTERED: Status.RUNNING, Status.BOOTED: Status.RUNNING},
    Power.OFF: dict.fromkeys((Status.REGISTERED, Status.BOOTED, Status.BOOTING), Status.OFF),
    Power.CRASHED: dict.fromkeys((Status.REGISTERED, Status.BOOTED, Status.BOOTING), Status.CRASHED),
}
"""What becomes of what a boot says."""


def status(guest: Guest, build: Build | None, boot: Boot | None, power: Power | None = None) -> Status:
    """Of `guest`, whose newest build and boot these are. `power` None: of its machine nothing is known."""
    if not guest.is_approved:
        return Status.DISCOVERED
    of_build = _OF_BUILD[build.state] if build is not None and not _is_older(build, boot) else None
    if of_build is Status.BOOTING and boot is not None and boot.state is BootState.FAILED:
        return Status.FAILED
    if of_build is not None:
        return of_build
    of_boot = Status.REGISTERED if boot is None else _OF_BOOT[boot.state]
    return of_boot if power is None else _OF_MACHINE[power].get(of_boot, of_boot)


def _is_older(build: Build, boot: Boot | None) -> bool:
    """Whether the build was over before this boot began, so that the boot says more."""
    return boot is not None and build.ended is not None and build.ended < boot.began and boot.build != build.id
