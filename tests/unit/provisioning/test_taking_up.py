"""What a daemon does at its start with the boots and builds of the one before it."""

from dataclasses import replace

import pytest

from netipl.guests.build import Build, BuildState
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.boots import Boot, Boots, BootState
from netipl.provisioning.changes import BuildSet
from netipl.provisioning.inventory import Stored
from netipl.provisioning.plan import Plan, Purpose
from netipl.provisioning.taking_up import taken_up
from tests.unit.provisioning.dhcp_lab import LAB, START, Z1, Z1_ADDRESS, Z1_MAC

PLAN = Plan(fields=BootFields(file=b"f"), tree={}, purpose=Purpose.INSTALL)
BOOT = Boot(
    mac=Z1_MAC,
    xid=7,
    began=START,
    network=LAB.name,
    guest=Z1.name,
    state=BootState.LOADING,
    address=Z1_ADDRESS,
    purpose=Purpose.INSTALL,
)
BUILD = Build(
    id="b1",
    guest=Z1.name,
    network=LAB.name,
    profile="debian",
    asked=START,
    by="user root",
    expires=START,
    state=BuildState.LOADING,
)


@pytest.mark.parametrize(
    ("boot", "plan"),
    [
        pytest.param(BOOT, PLAN, id="loads"),
        pytest.param(replace(BOOT, purpose=Purpose.DISK), PLAN, id="loads the program that goes to the disk"),
        pytest.param(replace(BOOT, state=BootState.FINISHED), PLAN, id="has an installer, which may want answers"),
        pytest.param(replace(BOOT, state=BootState.FINISHED, purpose=Purpose.DISK), None, id="is at its disk"),
        pytest.param(replace(BOOT, state=BootState.STARTED), None, id="is over"),
    ],
)
def test_a_boot_that_may_ask_again_has_its_plan(boot: Boot, plan: Plan | None) -> None:
    boots = Boots()
    taken_up(boots, Stored(boots=(boot,)), plan_again=lambda _: PLAN)
    assert boots.of(Z1_MAC) == replace(boot, plan=plan)


def test_a_build_that_was_loaded_is_in_doubt_and_no_other() -> None:
    stored = Stored(builds=(BUILD, replace(BUILD, guest="z2", state=BuildState.WAITING)))
    changes = taken_up(Boots(), stored, plan_again=lambda _: PLAN)
    assert changes == (BuildSet(replace(BUILD, state=BuildState.IN_DOUBT)),)
