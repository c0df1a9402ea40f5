"""What a guest boots now: its installer, its disk, files of its own, or nothing; and how its firmware is given that.

Only a build that no boot has spent leads to an installer of netipl's. What Foreman has deployed is for guests that
netipl is told nothing to boot. The table of ways to the disk and of methods is by firmware version; a version that is
not known gets what every version takes.
"""

from netipl.ccw import DeviceNumber
from netipl.firmware.rulebook.rule import CONFIGURATIONS, MERGED
from netipl.firmware.versions import Version
from netipl.guests.build import Build
from netipl.guests.guest import BootFiles, BootMethod, Guest, LocalBoot, Origin
from netipl.guests.network import Network
from netipl.provisioning.foreman.deploying import BootsDisk, BootsElsewhere, BootsFiles, BootsNothing
from netipl.values import value


@value()
class Install:
    """The installer of `profile`, for `build`."""

    profile: str
    build: Build


@value()
class Disk:
    """The guest's own disk; without `device` the first that is found."""

    way: LocalBoot
    device: DeviceNumber | None


@value()
class Files:
    """These files, each time."""

    boot: BootFiles


OfForeman = BootsFiles | BootsDisk | BootsNothing | BootsElsewhere
Choice = Install | Disk | Files | BootsFiles | BootsNothing | BootsElsewhere


def choice(
    guest: Guest | None,
    build: Build | None,
    default: BootFiles | None,
    version: Version | None,
    *,
    deployed: OfForeman | None = None,
) -> Choice | None:
    """For `guest`, or an unknown client (None), whose newest build is `build`; None: nothing."""
    if guest is not None and guest.is_approved and build is not None and build.installs:
        return Install(build.profile, build)
    return without_build(guest, default, version, was_built=build is not None, deployed=deployed)


def without_build(
    guest: Guest | None,
    default: BootFiles | None,
    version: Version | None,
    *,
    was_built: bool,
    deployed: OfForeman | None = None,
) -> Choice | None:
    """What it boots when no build is for it."""
    if deployed is not None and (guest is None or _is_left_to_foreman(guest)):
        return _of_foreman(guest, version, deployed)
    if guest is None:
        return Files(default) if default is not None else None
    if not guest.is_approved:
        return None
    if guest.boot is not None:
        return Files(guest.boot)
    if guest.profile is not None or guest.origin is not Origin.SETTINGS or was_built:
        return Disk(way_to_disk(guest, version), guest.disk)
    return Files(default) if default is not None else None


def _is_left_to_foreman(guest: Guest) -> bool:
    return guest.is_approved and guest.boot is None and guest.profile is None


def _of_foreman(guest: Guest | None, version: Version | None, deployed: OfForeman) -> Choice:
    if not isinstance(deployed, BootsDisk):
        return deployed
    return Disk(LocalBoot.RE_IPL, None) if guest is None else Disk(way_to_disk(guest, version), guest.disk)


def pinned_before(
    guest: Guest | None,
    build: Build | None,
    pinned: str | None,
    default: BootFiles | None,
    version: Version | None,
    *,
    deployed: OfForeman | None = None,
) -> Choice | None:
    """What a boot goes on with that began before this process did, and `pinned` that build, or none.

    A build that was asked for since is for the next boot.
    """
    if pinned is None:
        return without_build(guest, default, version, was_built=build is not None, deployed=deployed)
    return Install(build.profile, build) if build is not None and build.id == pinned else None


def way_to_disk(guest: Guest, version: Version | None) -> LocalBoot:
    """The re-IPL program, which every version takes, unless the guest is said to fall through and its firmware does."""
    falls = guest.local_boot is LocalBoot.FALL_THROUGH and version is not None and version >= MERGED
    return LocalBoot.FALL_THROUGH if falls else LocalBoot.RE_IPL


def method_of(guest: Guest | None, network: Network | None, default: BootMethod | None) -> BootMethod:
    """How the firmware is given a kernel: as the guest, its network or the settings say, or as suits its version."""
    said = (guest.method if guest is not None else None, network.method if network is not None else None, default)
    if (method := next(filter(None, said), None)) is not None:
        return method
    version = version_of(guest, network)
    if version is not None and version < CONFIGURATIONS:
        return BootMethod.COMBINED
    return BootMethod.PROBE_UUID if guest is not None and guest.uuid is not None else BootMethod.PROBE_MAC


def version_of(guest: Guest | None, network: Network | None) -> Version | None:
    """The firmware's, as far as anybody has said it."""
    if guest is not None and guest.firmware is not None:
        return guest.firmware
    return network.firmware if network is not None else None
