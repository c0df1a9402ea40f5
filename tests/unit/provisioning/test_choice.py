"""What a guest boots now, how its firmware is given it, and by which version."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from netipl.ccw import DeviceNumber
from netipl.firmware.versions import Version
from netipl.guests.build import Build, BuildState
from netipl.guests.guest import BootFiles, BootMethod, Guest, LocalBoot, Origin
from netipl.provisioning import building
from netipl.provisioning.choice import (
    Choice,
    Disk,
    Files,
    Install,
    choice,
    method_of,
    pinned_before,
    version_of,
    way_to_disk,
)
from tests.plane import LAB, PROFILES, START, WEB1

DEFAULT, OWN = BootFiles(kernel=Path("default")), BootFiles(kernel=Path("own"))
PLAIN = Guest(name="plain")
WITH_FILES = Guest(name="files", boot=OWN)
WITH_PROFILE = Guest(name="profile", profile="debian")
ADDED = replace(WEB1, profile=None)
DISCOVERED = replace(WEB1, origin=Origin.DISCOVERED)
V7, V10 = Version(7, 2), Version(10, 0)
TO_DISK = Disk(LocalBoot.RE_IPL, None)
WAITING, _ = building.ask(WEB1, None, PROFILES, profile=None, by="", now=START)
OVER = replace(WAITING, state=BuildState.DONE)
INSTALL = Install("debian", WAITING)

CHOICES: dict[str, tuple[Guest | None, Build | None, Choice | None]] = {
    "an unknown client gets the default": (None, None, Files(DEFAULT)),
    "a guest of the settings that says nothing gets the default": (PLAIN, None, Files(DEFAULT)),
    "files of its own": (WITH_FILES, None, Files(OWN)),
    "with a profile and no build, its disk": (WITH_PROFILE, None, TO_DISK),
    "an added guest goes to its disk": (ADDED, None, TO_DISK),
    "a build that waits is installed": (WEB1, WAITING, INSTALL),
    "also where the guest has files of its own": (WITH_FILES, WAITING, INSTALL),
    "a build that is over leads to the disk": (WEB1, OVER, TO_DISK),
    "also for a guest that would get the default": (PLAIN, OVER, TO_DISK),
    "or to its own files": (WITH_FILES, OVER, Files(OWN)),
    "a discovered guest gets nothing": (DISCOVERED, None, None),
    "even if it had a build": (DISCOVERED, WAITING, None),
}


@pytest.mark.parametrize(("guest", "build", "expected"), CHOICES.values(), ids=CHOICES)
def test_what_is_booted(guest: Guest | None, build: Build | None, expected: Choice | None) -> None:
    assert choice(guest, build, DEFAULT, V7) == expected


@pytest.mark.parametrize("guest", [None, PLAIN])
def test_without_a_default_there_is_nothing(guest: Guest | None) -> None:
    assert choice(guest, None, None, V7) is None


@pytest.mark.parametrize("attempts", [0, 1])
@pytest.mark.parametrize("state", BuildState)
@pytest.mark.parametrize("guest", [WEB1, PLAIN, WITH_FILES, WITH_PROFILE, ADDED])
def test_only_a_build_that_installs_leads_to_an_installer(guest: Guest, state: BuildState, attempts: int) -> None:
    build = replace(WAITING, state=state, attempts=attempts)
    assert isinstance(choice(guest, build, DEFAULT, V10), Install) is build.installs


PINNED: dict[str, tuple[Guest | None, Build | None, str | None, Choice | None]] = {
    "the installer of its build, though it is over": (WEB1, OVER, OVER.id, Install("debian", OVER)),
    "nothing, if another build was asked for": (WEB1, replace(WAITING, id="newer"), WAITING.id, None),
    "its disk, though a build waits": (WEB1, WAITING, None, TO_DISK),
    "its files, though a build waits": (WITH_FILES, WAITING, None, Files(OWN)),
    "the default, for an unknown client": (None, None, None, Files(DEFAULT)),
    "nothing, for a guest that is gone": (None, None, WAITING.id, None),
    "nothing, for one that is not approved": (DISCOVERED, WAITING, None, None),
}


@pytest.mark.parametrize(("guest", "build", "pinned", "expected"), PINNED.values(), ids=PINNED)
def test_what_a_boot_goes_on_with_after_a_start(
    guest: Guest | None, build: Build | None, pinned: str | None, expected: Choice | None
) -> None:
    assert pinned_before(guest, build, pinned, DEFAULT, V7) == expected


@pytest.mark.parametrize(
    ("said", "version", "way"),
    [
        (None, V10, LocalBoot.RE_IPL),
        (LocalBoot.RE_IPL, V10, LocalBoot.RE_IPL),
        (LocalBoot.FALL_THROUGH, V10, LocalBoot.FALL_THROUGH),
        (LocalBoot.FALL_THROUGH, Version(9, 2), LocalBoot.FALL_THROUGH),
        (LocalBoot.FALL_THROUGH, Version(9, 1), LocalBoot.RE_IPL),
        (LocalBoot.FALL_THROUGH, None, LocalBoot.RE_IPL),
    ],
)
def test_the_way_to_the_disk_is_one_that_the_firmware_has(
    said: LocalBoot | None, version: Version | None, way: LocalBoot
) -> None:
    device = DeviceNumber.parse("0.0.0001")
    guest = replace(WEB1, local_boot=said, disk=device)
    assert way_to_disk(guest, version) is way
    assert choice(guest, None, None, version) == Disk(way, device)


METHODS: dict[str, tuple[Guest | None, Version | None, BootMethod | None, BootMethod]] = {
    "its own": (replace(WEB1, method=BootMethod.INS), V7, BootMethod.CONFIG, BootMethod.INS),
    "the default": (WEB1, V7, BootMethod.CONFIG, BootMethod.CONFIG),
    "one image, where configurations are not known": (WEB1, Version(2, 12), None, BootMethod.COMBINED),
    "found by its UUID": (replace(WEB1, uuid=UUID(int=1)), V7, None, BootMethod.PROBE_UUID),
    "else by its MAC": (WEB1, V7, None, BootMethod.PROBE_MAC),
    "also if its version is not known": (WEB1, None, None, BootMethod.PROBE_MAC),
    "an unknown client by its MAC": (None, None, None, BootMethod.PROBE_MAC),
}


@pytest.mark.parametrize(("guest", "version", "default", "method"), METHODS.values(), ids=METHODS)
def test_how_a_firmware_is_given_its_kernel(
    guest: Guest | None, version: Version | None, default: BootMethod | None, method: BootMethod
) -> None:
    assert method_of(guest, version, default) is method


def test_a_version_is_the_guests_or_its_networks() -> None:
    network = replace(LAB, firmware=V7)
    assert version_of(replace(WEB1, firmware=V10), network) == V10
    assert version_of(WEB1, network) == version_of(None, network) == V7
    assert version_of(WEB1, LAB) is version_of(None, None) is None
