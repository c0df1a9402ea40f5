"""What a guest boots now, row by row, and how its firmware is given it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from netipl.ccw import DeviceNumber
from netipl.firmware.versions import Version
from netipl.guests.build import Build, BuildState
from netipl.guests.guest import BootFiles, BootMethod, Guest, LocalBoot, Origin
from netipl.guests.network import Network
from netipl.provisioning.choice import (
    Choice,
    Disk,
    Files,
    Install,
    OfForeman,
    choice,
    method_of,
    pinned_before,
    version_of,
    way_to_disk,
    without_build,
)
from netipl.provisioning.foreman.deploying import BootsDisk, BootsElsewhere, BootsFiles, BootsNothing
from tests.property.small_world import UUID_4
from tests.unit.provisioning.dhcp_lab import LAB, START, Z1_MAC

DEFAULT, OWN = BootFiles(kernel=Path("default")), BootFiles(kernel=Path("own"))
DEVICE = DeviceNumber(0, 0x1234)
TO_DISK = Disk(LocalBoot.RE_IPL, None)
SETTINGS = Guest(name="web1", macs=(Z1_MAC,), network="lab")
PROFILED = replace(SETTINGS, profile="debian", disk=DEVICE)
WITH_FILES = replace(SETTINGS, boot=OWN)
ADDED = replace(SETTINGS, origin=Origin.ADDED)
DISCOVERED = replace(SETTINGS, origin=Origin.DISCOVERED, profile="debian")
BUILD = Build(
    id="1", guest="web1", network="lab", profile="fedora", asked=START, by="", expires=START + timedelta(hours=6)
)
DONE = replace(BUILD, state=BuildState.DONE)

ROWS: dict[str, tuple[Guest | None, Build | None, Choice | None]] = {
    "an unknown client gets the default": (None, None, Files(DEFAULT)),
    "a guest that is not approved gets nothing": (DISCOVERED, None, None),
    "nor does it with a build": (DISCOVERED, BUILD, None),
    "a build is for the profile that it was asked for": (PROFILED, BUILD, Install("fedora", BUILD)),
    "a build goes before files": (WITH_FILES, BUILD, Install("fedora", BUILD)),
    "a build needs no profile of the guest": (ADDED, BUILD, Install("fedora", BUILD)),
    "files of its own": (WITH_FILES, None, Files(OWN)),
    "files of its own after a build": (WITH_FILES, DONE, Files(OWN)),
    "a profile without a build goes to the disk that is said": (PROFILED, None, Disk(LocalBoot.RE_IPL, DEVICE)),
    "a guest that was added goes to its disk": (ADDED, None, TO_DISK),
    "a guest that was installed goes to its disk": (SETTINGS, DONE, TO_DISK),
    "a guest of the settings gets the default": (SETTINGS, None, Files(DEFAULT)),
}
FILES = BootsFiles(text=b"", entries=())
LEFT = replace(SETTINGS, origin=Origin.FOREMAN, disk=DEVICE)
OF_FOREMAN: dict[str, tuple[Guest | None, Build | None, OfForeman, Choice | None]] = {
    "files for a host of Foreman": (LEFT, None, FILES, FILES),
    "the disk that is said": (LEFT, None, BootsDisk(), Disk(LocalBoot.RE_IPL, DEVICE)),
    "nothing that boots is nothing": (LEFT, None, BootsNothing(), BootsNothing()),
    "another server": (LEFT, None, BootsElsewhere(server="tftp"), BootsElsewhere(server="tftp")),
    "files for an unknown client": (None, None, FILES, FILES),
    "the first disk of an unknown client": (None, None, BootsDisk(), TO_DISK),
    "files for a guest that says nothing": (SETTINGS, None, FILES, FILES),
    "a build of netipl's goes before": (LEFT, BUILD, FILES, Install("fedora", BUILD)),
    "and is over some time": (LEFT, DONE, FILES, FILES),
    "a profile keeps its guest": (PROFILED, None, FILES, Disk(LocalBoot.RE_IPL, DEVICE)),
    "and so do files of its own": (WITH_FILES, None, FILES, Files(OWN)),
    "a guest that waits for approval gets nothing": (replace(DISCOVERED, profile=None), None, FILES, None),
}


@pytest.mark.parametrize("row", OF_FOREMAN)
def test_what_foreman_deployed_is_for_guests_that_are_left_to_it(row: str) -> None:
    guest, build, deployed, chosen = OF_FOREMAN[row]
    assert choice(guest, build, DEFAULT, None, deployed=deployed) == chosen
    if build is None:
        assert pinned_before(guest, build, None, DEFAULT, None, deployed=deployed) == chosen


NOTHING = {"an unknown client": None, "a guest of the settings": SETTINGS}
INSTALLS = {  # with no attempt left, and with one
    BuildState.WAITING: (True, True),
    BuildState.LOADING: (True, True),
    BuildState.IN_DOUBT: (False, False),
    BuildState.SPENT: (False, True),
    BuildState.FINISHING: (False, False),
    BuildState.DONE: (False, False),
    BuildState.FAILED: (False, False),
    BuildState.CANCELLED: (False, False),
}


@pytest.mark.parametrize(("guest", "build", "chosen"), ROWS.values(), ids=ROWS)
def test_a_guest_boots(guest: Guest | None, build: Build | None, chosen: Choice | None) -> None:
    assert choice(guest, build, DEFAULT, None) == chosen


@pytest.mark.parametrize("guest", NOTHING.values(), ids=NOTHING)
def test_without_default_files_there_is_nothing_for(guest: Guest | None) -> None:
    assert choice(guest, None, None, None) is None


@pytest.mark.parametrize("attempts", [0, 1])
@pytest.mark.parametrize("state", BuildState)
def test_only_a_build_that_is_not_spent_leads_to_an_installer(state: BuildState, attempts: int) -> None:
    build = replace(BUILD, state=state, attempts=attempts)
    expected = Install("fedora", build) if INSTALLS[state][attempts] else TO_DISK
    assert choice(SETTINGS, build, DEFAULT, None) == expected


@pytest.mark.parametrize("state", BuildState)
def test_a_boot_from_before_keeps_the_build_that_it_pinned(state: BuildState) -> None:
    build = replace(BUILD, state=state)
    assert pinned_before(SETTINGS, build, BUILD.id, DEFAULT, None) == Install("fedora", build)


def test_a_boot_from_before_gets_no_build_that_was_asked_for_since() -> None:
    assert pinned_before(SETTINGS, BUILD, "0", DEFAULT, None) is None
    assert pinned_before(SETTINGS, None, "0", DEFAULT, None) is None
    assert pinned_before(SETTINGS, BUILD, None, DEFAULT, None) == TO_DISK
    assert pinned_before(WITH_FILES, BUILD, None, DEFAULT, None) == Files(OWN)
    assert pinned_before(DISCOVERED, BUILD, None, DEFAULT, None) is None


FALLS = replace(ADDED, local_boot=LocalBoot.FALL_THROUGH)
WAYS = {
    "nothing is said": (ADDED, Version(9, 2), LocalBoot.RE_IPL),
    "re-IPL is said": (replace(ADDED, local_boot=LocalBoot.RE_IPL), Version(9, 2), LocalBoot.RE_IPL),
    "the first version that falls through": (FALLS, Version(9, 2), LocalBoot.FALL_THROUGH),
    "a later one": (FALLS, Version(10, 0), LocalBoot.FALL_THROUGH),
    "the last one that does not": (FALLS, Version(9, 1), LocalBoot.RE_IPL),
    "a version that nobody has said": (FALLS, None, LocalBoot.RE_IPL),
}


@pytest.mark.parametrize(("guest", "version", "way"), WAYS.values(), ids=WAYS)
def test_the_way_to_the_disk(guest: Guest, version: Version | None, way: LocalBoot) -> None:
    assert way_to_disk(guest, version) is way
    assert without_build(guest, None, version, was_built=False) == Disk(way, None)


WITH_UUID = replace(ADDED, uuid=UUID_4)
SAYS_INS = replace(WITH_UUID, method=BootMethod.INS)
METHODS = {
    "a client that nobody knows": (None, Version(9, 2), None, BootMethod.PROBE_MAC),
    "a guest with a MAC": (ADDED, Version(9, 2), None, BootMethod.PROBE_MAC),
    "a guest with a UUID": (WITH_UUID, Version(9, 2), None, BootMethod.PROBE_UUID),
    "a version that nobody has said": (WITH_UUID, None, None, BootMethod.PROBE_UUID),
    "the first version that reads configurations": (ADDED, Version(3, 0), None, BootMethod.PROBE_MAC),
    "the last one that does not": (WITH_UUID, Version(2, 12), None, BootMethod.COMBINED),
    "an unknown client's that does not": (None, Version(2, 12), None, BootMethod.COMBINED),
    "the settings say it": (WITH_UUID, Version(2, 12), BootMethod.OPTIONS, BootMethod.OPTIONS),
    "the guest says it": (SAYS_INS, Version(9, 2), BootMethod.OPTIONS, BootMethod.INS),
}


@pytest.mark.parametrize(("guest", "version", "default", "method"), METHODS.values(), ids=METHODS)
def test_the_method(
    guest: Guest | None, version: Version | None, default: BootMethod | None, method: BootMethod
) -> None:
    assert method_of(guest, replace(LAB, firmware=version), default) is method


SAYS_COMBINED = replace(LAB, method=BootMethod.COMBINED)


@pytest.mark.parametrize(
    ("guest", "method"), [(SAYS_INS, BootMethod.INS), (ADDED, BootMethod.COMBINED), (None, BootMethod.COMBINED)]
)
def test_a_network_says_how_its_guests_boot_that_do_not(guest: Guest | None, method: BootMethod) -> None:
    assert method_of(guest, SAYS_COMBINED, BootMethod.OPTIONS) is method


SEVEN, NINE = Version(7, 2), Version(9, 2)
VERSIONS = {
    "the guest's goes before its network's": (replace(ADDED, firmware=NINE), replace(LAB, firmware=SEVEN), NINE),
    "the network's": (ADDED, replace(LAB, firmware=SEVEN), SEVEN),
    "the network's for unknown clients": (None, replace(LAB, firmware=SEVEN), SEVEN),
    "nobody has said it": (ADDED, LAB, None),
    "there is no network": (ADDED, None, None),
}


@pytest.mark.parametrize(("guest", "network", "version"), VERSIONS.values(), ids=VERSIONS)
def test_the_version(guest: Guest | None, network: Network | None, version: Version | None) -> None:
    assert version_of(guest, network) == version
