"""After a start of netipl: boots go on with their plans, builds that were loaded are in doubt, nothing else changes."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from netipl.guests.build import Build, BuildState
from netipl.provisioning import building
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.boots import Boot, Boots, BootState
from netipl.provisioning.changes import BuildSet
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.plan import Plan, Purpose
from netipl.provisioning.taking_up import taken_up
from tests.plane import LAB, MAC, PROFILES, START, WEB1

ADDRESS = IPv4Address("192.168.133.100")
PLAN = Plan(fields=BootFields(file=b"/"), tree={}, purpose=Purpose.DISK)
BUILD, _ = building.ask(WEB1, None, PROFILES, profile=None, by="", now=START)
BOOT = Boot(mac=MAC, xid=1, began=START, network="lab", guest="web1", address=ADDRESS, state=BootState.LOADING)


def inventory(build: Build) -> Inventory:
    found = Inventory([LAB], [WEB1])
    found.apply(BuildSet(build))
    return found


@pytest.mark.parametrize("state", BuildState)
def test_a_build_that_was_loaded_is_in_doubt(state: BuildState) -> None:
    build = replace(BUILD, state=state)
    changes = taken_up(inventory(build), Boots(), [], plan_again=lambda _: None)
    assert changes == ((BuildSet(replace(build, state=BuildState.IN_DOUBT)),) if state is BuildState.LOADING else ())


@pytest.mark.parametrize("state", BootState)
def test_a_boot_that_may_go_on_has_its_plan_again(state: BootState) -> None:
    boots = Boots()
    taken_up(inventory(BUILD), boots, [replace(BOOT, state=state)], plan_again=lambda _: PLAN)
    found = boots.at(ADDRESS)
    assert found is not None
    ended = state in {BootState.STARTED, BootState.INTERRUPTED}
    assert (found.state, found.plan) == (state, None if ended else PLAN)
    assert not boots.story(found).is_whole


def test_a_boot_whose_installer_is_gone_gets_nothing_in_its_place() -> None:
    boots = Boots()
    lost = replace(BOOT, build=BUILD.id, purpose=Purpose.INSTALL)
    taken_up(inventory(BUILD), boots, [lost], plan_again=lambda _: None)
    found = boots.at(ADDRESS)
    assert found is not None
    assert found.plan == Plan(fields=BootFields(), tree={}, purpose=Purpose.INSTALL, build=BUILD.id, closed=True)


def test_any_other_boot_is_planned_when_it_asks() -> None:
    boots = Boots()
    taken_up(inventory(BUILD), boots, [BOOT], plan_again=lambda _: None)
    found = boots.at(ADDRESS)
    assert found is not None
    assert found.plan is None
