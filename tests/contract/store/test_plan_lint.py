"""A plan as its firmware will see it: names, sizes, texts without secrets, and what lint finds, by version."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from netipl.content import inline
from netipl.firmware.rules import RuleId
from netipl.firmware.versions import Version
from netipl.guests.guest import BootMethod
from netipl.provisioning.plan import Plan, Purpose
from netipl.provisioning.plan_view import PlanView
from netipl.store.plan_lint import view
from tests.plane import LAB, MAC, SERVER, WEB1, Plane

ADDRESS = IPv4Address("192.168.133.100")
CONFIGURATION = "pxelinux.cfg/01-52-54-00-13-33-0a"


@pytest.fixture
def plan() -> Plan:
    plane = Plane()
    plane.build()
    made = plane.plan_for(WEB1, LAB, MAC, ADDRESS)
    assert made is not None
    return made


def seen(plan: Plan, version: Version | None = None, *, secrets: bool = False) -> PlanView:
    return view(plan, WEB1, LAB, ADDRESS, method=BootMethod.PROBE_MAC, version=version, secrets=secrets)


def text_of(found: PlanView, name: str = CONFIGURATION) -> str | None:
    return next(file.text for file in found.files if file.name == name)


def test_a_plan_is_shown_whole(plan: Plan) -> None:
    found = seen(plan)
    assert (found.guest, found.purpose, found.build) == ("web1", Purpose.INSTALL, plan.build)
    assert (found.server, found.address, found.fields) == (SERVER, ADDRESS, plan.fields)
    assert [(file.name, file.size) for file in found.files] == [(name, each.size) for name, each in plan.tree.items()]


def test_texts_are_shown_and_images_are_not(plan: Plan) -> None:
    found = seen(plan)
    assert (text_of(found) or "").startswith("# pxelinux\n")
    assert text_of(found, "boot/debian/kernel") is None


def test_a_token_is_shown_on_demand_alone(plan: Plan) -> None:
    assert "/answers/netipl_.../\n" in (text_of(seen(plan)) or "")
    shown = text_of(seen(plan, secrets=True)) or ""
    assert "netipl_..." not in shown
    assert "/answers/netipl_" in shown


@pytest.mark.parametrize("version", [None, Version(7, 2), Version(10, 0)], ids=str)
def test_a_plan_that_boots_is_not_refused(plan: Plan, version: Version | None) -> None:
    assert not seen(plan, version).is_refused


def test_a_kernel_that_is_none_is_an_error(plan: Plan) -> None:
    wrong = replace(plan, tree={**plan.tree, "boot/debian/kernel": inline(b"\x1f\x8b" + bytes(100_000))})
    found = seen(wrong)
    assert found.is_refused
    assert RuleId.KERNEL_IS_NONE in {finding.rule for finding in found.findings}


def test_a_kernel_that_is_missing_is_an_error(plan: Plan) -> None:
    tree = {name: content for name, content in plan.tree.items() if name != "boot/debian/kernel"}
    assert RuleId.FILE_MISSING in {finding.rule for finding in seen(replace(plan, tree=tree)).findings}


def test_findings_hold_no_token(plan: Plan) -> None:
    long = inline(b"# pxelinux\ndefault a\nlabel a\nkernel boot/debian/kernel\ninitrd x\nappend netipl_" + b"A" * 1000)
    found = seen(replace(plan, tree={**plan.tree, CONFIGURATION: long}))
    assert found.findings
    assert "netipl_A" not in repr(found.findings)
