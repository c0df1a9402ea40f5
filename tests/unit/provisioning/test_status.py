"""The status of a guest, for each state of its build and of its newest boot."""

from dataclasses import replace
from datetime import timedelta

import pytest

from netipl.guests.build import BuildState
from netipl.guests.guest import Origin
from netipl.guests.status import Status
from netipl.provisioning import building
from netipl.provisioning.boots import Boot, BootState
from netipl.provisioning.status import status
from tests.plane import MAC, PROFILES, START, WEB1

BUILD, _ = building.ask(WEB1, None, PROFILES, profile=None, by="", now=START)
BOOT = Boot(mac=MAC, xid=1, began=START, build=BUILD.id)
OF_BUILD = {
    BuildState.WAITING: Status.WAITING,
    BuildState.LOADING: Status.BOOTING,
    BuildState.IN_DOUBT: Status.BOOTING,
    BuildState.SPENT: Status.INSTALLING,
    BuildState.DONE: Status.INSTALLED,
    BuildState.FAILED: Status.FAILED,
    BuildState.CANCELLED: None,
}
OF_BOOT = {
    BootState.ASKING: Status.BOOTING,
    BootState.ADDRESSED: Status.BOOTING,
    BootState.LOADING: Status.BOOTING,
    BootState.FINISHED: Status.RUNNING,
    BootState.STARTED: Status.RUNNING,
    BootState.FAILED: Status.FAILED,
    BootState.INTERRUPTED: Status.REGISTERED,
}
BEFORE_ITS_LAST_FILE = {BuildState.LOADING, BuildState.IN_DOUBT}


@pytest.mark.parametrize("boot", BootState)
@pytest.mark.parametrize("build", BuildState)
def test_a_build_says_more_than_its_boot_unless_that_has_failed(build: BuildState, boot: BootState) -> None:
    expected = OF_BUILD[build] or OF_BOOT[boot]
    if build in BEFORE_ITS_LAST_FILE and boot is BootState.FAILED:
        expected = Status.FAILED
    assert status(WEB1, replace(BUILD, state=build), replace(BOOT, state=boot)) is expected


@pytest.mark.parametrize("boot", BootState)
@pytest.mark.parametrize("build", [BuildState.DONE, BuildState.FAILED, BuildState.CANCELLED])
def test_a_boot_after_a_build_was_over_says_more(build: BuildState, boot: BootState) -> None:
    over = replace(BUILD, state=build, ended=START)
    later = replace(BOOT, state=boot, began=START + timedelta(minutes=1), build=None)
    assert status(WEB1, over, later) is OF_BOOT[boot]


@pytest.mark.parametrize("build", BuildState)
def test_a_guest_that_has_not_booted(build: BuildState) -> None:
    assert status(WEB1, replace(BUILD, state=build), None) is (OF_BUILD[build] or Status.REGISTERED)


def test_a_guest_of_which_nothing_is_wanted_is_registered() -> None:
    assert status(WEB1, None, None) is Status.REGISTERED


@pytest.mark.parametrize("boot", [None, BOOT])
def test_a_guest_that_waits_for_approval_is_discovered(boot: Boot | None) -> None:
    assert status(replace(WEB1, origin=Origin.DISCOVERED), BUILD, boot) is Status.DISCOVERED


def test_every_status_is_reached() -> None:
    assert {*OF_BUILD.values(), *OF_BOOT.values()} - {None} | {Status.DISCOVERED} == set(Status)
