"""Every state of a build and of a boot as people see it, and which of the two says more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from netipl.guests.build import Build, BuildState
from netipl.guests.guest import Guest, Origin
from netipl.guests.status import Status
from netipl.provisioning.boots import Boot, BootState
from netipl.provisioning.machine_view import Power
from netipl.provisioning.status import status
from tests.unit.provisioning.dhcp_lab import START, Z1_MAC

LATER = START + timedelta(minutes=1)
WEB1 = Guest(name="web1", macs=(Z1_MAC,), network="lab", origin=Origin.ADDED)
BUILD = Build(id="1", guest="web1", network="lab", profile="p", asked=START, by="", expires=LATER)
BOOT = Boot(mac=Z1_MAC, xid=1, began=START, network="lab", guest="web1")

OF_BUILDS = {
    BuildState.WAITING: Status.WAITING,
    BuildState.LOADING: Status.BOOTING,
    BuildState.IN_DOUBT: Status.BOOTING,
    BuildState.SPENT: Status.INSTALLING,
    BuildState.FINISHING: Status.INSTALLING,
    BuildState.DONE: Status.INSTALLED,
    BuildState.FAILED: Status.FAILED,
    BuildState.CANCELLED: Status.REGISTERED,
}
OF_BOOTS = {
    BootState.ASKING: Status.BOOTING,
    BootState.ADDRESSED: Status.BOOTING,
    BootState.LOADING: Status.BOOTING,
    BootState.FINISHED: Status.BOOTED,
    BootState.STARTED: Status.BOOTED,
    BootState.FAILED: Status.FAILED,
    BootState.INTERRUPTED: Status.REGISTERED,
}


def built(state: BuildState) -> Build:
    build = replace(BUILD, state=state, boot=BOOT.id)
    return build if build.is_open else replace(build, ended=START)


@pytest.mark.parametrize("state", BuildState)
def test_a_guest_with_a_build_is_as_its_build_is(state: BuildState) -> None:
    assert status(WEB1, built(state), None) is OF_BUILDS[state]


@pytest.mark.parametrize("state", BootState)
def test_a_guest_without_a_build_is_as_its_boot_is(state: BootState) -> None:
    assert status(WEB1, None, replace(BOOT, state=state)) is OF_BOOTS[state]
    assert status(WEB1, built(BuildState.CANCELLED), replace(BOOT, state=state)) is OF_BOOTS[state]


def test_a_guest_of_which_nothing_was_seen_is_registered() -> None:
    assert status(WEB1, None, None) is Status.REGISTERED


@pytest.mark.parametrize("state", BuildState)
def test_a_guest_that_waits_for_approval_is_discovered_whatever_it_does(state: BuildState) -> None:
    assert status(replace(WEB1, origin=Origin.DISCOVERED), built(state), BOOT) is Status.DISCOVERED


@pytest.mark.parametrize("state", BootState)
def test_a_build_that_waits_says_more_than_any_boot(state: BootState) -> None:
    assert status(WEB1, built(BuildState.WAITING), replace(BOOT, state=state, began=LATER)) is Status.WAITING


@pytest.mark.parametrize("state", [BuildState.LOADING, BuildState.IN_DOUBT])
def test_a_build_whose_boot_failed_has_failed(state: BuildState) -> None:
    assert status(WEB1, built(state), replace(BOOT, state=BootState.FAILED)) is Status.FAILED


@pytest.mark.parametrize("state", BootState)
@pytest.mark.parametrize("over", [BuildState.DONE, BuildState.FAILED, BuildState.CANCELLED])
def test_a_boot_that_began_after_the_build_was_over_says_more(over: BuildState, state: BootState) -> None:
    assert status(WEB1, built(over), replace(BOOT, state=state, began=LATER)) is OF_BOOTS[state]


@pytest.mark.parametrize("over", [BuildState.DONE, BuildState.FAILED])
def test_a_boot_that_belongs_to_the_build_says_less(over: BuildState) -> None:
    boot = replace(BOOT, state=BootState.STARTED, began=LATER, build=BUILD.id)
    assert status(WEB1, built(over), boot) is OF_BUILDS[over]


@pytest.mark.parametrize("over", [BuildState.DONE, BuildState.FAILED])
def test_a_boot_that_began_before_the_build_was_over_says_less(over: BuildState) -> None:
    assert status(WEB1, built(over), replace(BOOT, state=BootState.STARTED)) is OF_BUILDS[over]


OF_MACHINES = {
    Power.ON: {
        BootState.FINISHED: Status.RUNNING,
        BootState.STARTED: Status.RUNNING,
        BootState.LOADING: Status.BOOTING,
    },
    Power.OFF: {BootState.STARTED: Status.OFF, BootState.LOADING: Status.OFF, BootState.FAILED: Status.FAILED},
    Power.CRASHED: {BootState.STARTED: Status.CRASHED, BootState.FAILED: Status.FAILED},
}


@pytest.mark.parametrize("power", Power)
def test_its_machine_says_more_than_what_it_booted_once(power: Power) -> None:
    for state, expected in OF_MACHINES[power].items():
        assert status(WEB1, None, replace(BOOT, state=state), power) is expected


@pytest.mark.parametrize("power", Power)
def test_a_machine_of_which_no_boot_was_seen_is_as_its_hypervisor_says(power: Power) -> None:
    expected = {Power.ON: Status.RUNNING, Power.OFF: Status.OFF, Power.CRASHED: Status.CRASHED}
    assert status(WEB1, None, None, power) is expected[power]


@pytest.mark.parametrize("state", [state for state in BuildState if state is not BuildState.CANCELLED])
def test_a_build_says_more_than_the_machine(state: BuildState) -> None:
    assert status(WEB1, built(state), None, Power.OFF) is OF_BUILDS[state]
