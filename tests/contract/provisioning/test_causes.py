"""Every cause that a boot can fail for, provoked with the firmware model against the real engines in virtual time."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Network

import pytest

from netipl.firmware.rulebook import boot as boot_rules
from netipl.firmware.rules import RULES, RuleId
from netipl.firmware.versions import Version
from netipl.guests.build import BuildState
from netipl.guests.guest import LocalBoot
from netipl.guests.network import UnknownClients
from netipl.guests.status import Status
from netipl.provisioning.boots import Boot, BootState
from netipl.provisioning.status import status
from netipl.provisioning.timeline import Deed, Seen
from tests.contract.provisioning.cause_cases import CASES, DISCOVERED, NETWORK, VERSIONS, Case, kernel_silent, loading
from tests.plane import LAB, WEB1, Plane
from tests.virtual_network import VirtualNetwork


def case_with(version: Version, plane: Plane) -> Case:
    return Case(version, plane, VirtualNetwork(plane))


def told(case: Case) -> Boot:
    """The boot, which has failed; what its event says is what the boot says, and the remedy is the rule's."""
    case.network.wait(5)
    boot = case.plane.boot_of()
    assert boot.state is BootState.FAILED, boot
    assert boot.rule is not None
    [event] = case.plane.happened(Deed.BOOT_FAILED)
    assert event.detail == {"cause": boot.cause, "rule": boot.rule, "remedy": RULES[boot.rule].remedy}
    assert event.boot == boot.id
    return boot


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize(("provoke", "rule", "words"), CASES.values(), ids=CASES)
def test_a_boot_that_fails_says_why(
    provoke: Callable[[Case], None], rule: RuleId, words: str, version: Version
) -> None:
    plane = Plane(networks=(NETWORK,))
    plane.build()
    case = case_with(version, plane)
    provoke(case)
    boot = told(case)
    assert (boot.rule, boot.cause) == (rule, boot.cause)
    assert words in boot.cause


@pytest.mark.parametrize(("provoke", "rule", "words"), CASES.values(), ids=CASES)
def test_a_build_survives_what_fails_before_its_last_file(
    provoke: Callable[[Case], None], rule: RuleId, words: str
) -> None:
    plane = Plane(networks=(NETWORK,))
    build = plane.build()
    provoke(case := case_with(VERSIONS[0], plane))
    boot = told(case)
    spent = rule in {RuleId.KERNEL_SILENT, RuleId.ANSWERS_NOT_FETCHED}
    now = plane.build_of()
    assert now.id == build.id
    assert now.installs is not spent
    assert (now.state is BuildState.FAILED, now.cause) == (spent, boot.cause if spent else "")
    guest = plane.inventory.guest("web1")
    assert guest is not None
    if boot.address is not None:
        assert status(guest, now, boot) is Status.FAILED


def test_a_guest_that_waits_for_approval_says_so() -> None:
    case = case_with(
        VERSIONS[1], Plane(networks=(replace(LAB, unknown=UnknownClients.REGISTER),), guests=(DISCOVERED,))
    )
    case.boot()
    case.network.wait(15)
    boot = told(case)
    assert (boot.rule, boot.cause) == (RuleId.NOT_APPROVED, "guest new waits for approval")


def test_a_guest_in_a_network_that_is_not_its_own_says_so() -> None:
    far = replace(LAB, name="far", interface="far0", subnet=IPv4Network("10.9.0.0/24"), pools=())
    case = case_with(VERSIONS[1], Plane(networks=(LAB, far), guests=(replace(WEB1, network="far"),)))
    case.boot()
    case.network.wait(15)
    boot = told(case)
    assert (boot.rule, boot.cause) == (RuleId.WRONG_NETWORK, "it is no guest of network lab")


def test_an_installer_that_says_that_it_failed_ends_its_build_in_its_words() -> None:
    plane = Plane()
    build = plane.build()
    case = case_with(VERSIONS[1], plane)
    case.boot()
    case.network.wait(2)
    case.own_system()
    plane.see(Seen.INSTALLER, address=plane.boot_of().address, build=build.id, says="failed", words="no disk")
    ended = plane.build_of()
    assert (ended.state, ended.cause) == (BuildState.FAILED, "no disk")
    assert ended.remedy == RULES[RuleId.INSTALLER_FAILED].remedy
    assert plane.boot_of().state is BootState.STARTED


def test_an_installation_without_an_end_is_given_up() -> None:
    plane = Plane()
    plane.build()
    case = case_with(VERSIONS[1], plane)
    case.boot()
    case.network.wait(2)
    case.own_system()
    plane.see(Seen.ANSWERS_FETCHED, address=plane.boot_of().address)
    plane.tick(hours=2, minutes=59)
    assert plane.build_of().state is BuildState.SPENT
    plane.tick(minutes=2)
    assert plane.build_of().state is BuildState.FAILED
    assert plane.build_of().remedy == RULES[RuleId.INSTALL_TOO_LONG].remedy


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_boot_that_goes_well_fails_for_nothing(version: Version) -> None:
    plane = Plane()
    plane.build()
    case = case_with(version, plane)
    case.boot()
    case.network.wait(10)
    case.own_system()
    plane.see(Seen.ANSWERS_FETCHED, address=plane.boot_of().address)
    case.network.wait(600)
    assert plane.boot_of().state is BootState.STARTED
    assert not plane.happened(Deed.BOOT_FAILED)


def test_a_guest_that_falls_through_to_its_disk_has_not_failed() -> None:
    guest = replace(WEB1, local_boot=LocalBoot.FALL_THROUGH, firmware=Version(10, 0))
    case = case_with(Version(10, 0), Plane(guests=(guest,)))
    case.boot(other_devices=True)
    case.network.wait(600)
    assert case.plane.boot_of().state is BootState.FINISHED
    assert not case.plane.happened(Deed.BOOT_FAILED)


def test_a_late_sign_of_life_makes_good_what_was_given_up() -> None:
    plane = Plane()
    plane.build()
    case = case_with(VERSIONS[1], plane)
    kernel_silent(case)
    assert plane.build_of().state is BuildState.FAILED
    case.own_system()
    assert (plane.boot_of().state, plane.build_of().state) == (BootState.STARTED, BuildState.SPENT)
    assert (plane.build_of().cause, plane.build_of().ended, plane.build_of().installs) == ("", None, False)


ELSEWHERE = {
    RuleId.NOT_APPROVED,
    RuleId.WRONG_NETWORK,
    RuleId.INSTALLER_FAILED,
    RuleId.INSTALL_TOO_LONG,
    RuleId.BUILD_IN_DOUBT,
    RuleId.FINISH_FAILED,
    RuleId.FINISH_TOO_LONG,
    RuleId.FINISH_UNREACHABLE,
    RuleId.FINISH_HOST_KEY,
    RuleId.FINISH_LOST,
}
"""Provoked in tests of their own, here, in tests/unit/provisioning/test_observing.py and, those of finish scripts, in
tests/integration/control/test_finishing.py.
"""


def test_every_rule_that_the_server_sees_is_provoked() -> None:
    assert {row.id for row in boot_rules.ROWS} <= {rule for _, rule, _ in CASES.values()} | ELSEWHERE


def test_a_build_that_was_loaded_when_netipl_ended_says_so() -> None:
    plane = Plane()
    plane.build()
    case = case_with(VERSIONS[1], plane)
    case.boot(until=lambda: loading(case))
    case.network.power_off()
    plane.restart()
    case.network.wait(150)
    assert plane.build_of().state is BuildState.FAILED
    assert plane.build_of().remedy == RULES[RuleId.BUILD_IN_DOUBT].remedy
