"""Which signs tell which cause, where a boot shows several; each is provoked in tests/contract/provisioning."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from netipl.content import inline
from netipl.firmware.rules import RULES, RuleId
from netipl.protocols.tftp.server import Reason
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.boots import Boot, BootState
from netipl.provisioning.causes import Cause, cause, has_all
from netipl.provisioning.plan import Plan
from netipl.provisioning.story import Story
from tests.plane import MAC, START

ADDRESS = IPv4Address("192.168.133.100")
CONFIGURATION = "pxelinux.cfg/default"
PLAN = Plan(fields=BootFields(file=b"/"), tree={CONFIGURATION: inline("c"), "k": inline("k")})
ASKING = Boot(mac=MAC, xid=1, began=START)
ADDRESSED = replace(ASKING, state=BootState.ADDRESSED, address=ADDRESS, plan=PLAN)
LOADING = replace(ADDRESSED, state=BootState.LOADING)
FINISHED = replace(ADDRESSED, state=BootState.FINISHED)
ALL = {CONFIGURATION: None, "k": None}
SOME = {CONFIGURATION: None}


def story(**given: object) -> Story:
    return Story(START, **given)  # type: ignore[arg-type]


PROBES = ["pxelinux.cfg/01-52-54-00-13-33-0a", CONFIGURATION]

CAUSES: dict[str, tuple[Boot, Story, RuleId, str]] = {
    "all is there, whether or not it gave its address back": (
        LOADING,
        story(fetched=ALL),
        RuleId.KERNEL_SILENT,
        "nothing was heard of it since its firmware had loaded all files",
    ),
    "a firmware that was done before netipl was started": (
        FINISHED,
        story(is_whole=False),
        RuleId.KERNEL_SILENT,
        "nothing was heard of it since its firmware was done",
    ),
    "what changed counts more than the silence after it": (
        LOADING,
        story(failed={"k": Reason.CHANGED.value, CONFIGURATION: Reason.SILENT.value}),
        RuleId.FILE_CHANGED,
        "k changed while it was sent",
    ),
    "an ERROR with words": (
        FINISHED,
        story(failed={"k": f"{Reason.CLIENT.value}: no room"}),
        RuleId.TRANSFER_ENDED,
        "it broke k off: no room",
    ),
    "a file that is still sent when the firmware is done": (
        FINISHED,
        story(fetched=SOME, running={"k": 5000}, is_released=True),
        RuleId.FILE_TOO_LARGE,
        "it gave up in the middle of k, as it does when its memory is full",
    ),
    "the same while it is not done": (
        LOADING,
        story(fetched=SOME, running={"k": 5000}),
        RuleId.TRANSFER_SILENT,
        "it fell silent in the middle of k",
    ),
    "a client that never answered": (
        LOADING,
        story(failed={"k": Reason.UNCONFIRMED.value}),
        RuleId.TRANSFER_SILENT,
        "it fell silent in the middle of k",
    ),
    "a name that is denied, among many that are missing": (
        FINISHED,
        story(missing=PROBES, denied={"k": "it is not yours"}),
        RuleId.ACCESS_DENIED,
        "it may not have k: it is not yours",
    ),
    "a file that is missing after the probes": (
        FINISHED,
        story(missing=[PROBES[0], "k"], fetched=SOME),
        RuleId.FILE_MISSING,
        f"{CONFIGURATION} was found, k is missing",
    ),
    "a boot file that is missing before the probes": (
        FINISHED,
        story(missing=["boot.img", *PROBES]),
        RuleId.FILE_MISSING,
        "boot.img is missing",
    ),
    "probes alone": (
        FINISHED,
        story(missing=PROBES),
        RuleId.NO_CONFIGURATION,
        f"none of 2 names was found, from {PROBES[0]} to {PROBES[1]}",
    ),
    "probes that led to a configuration are no cause": (
        LOADING,
        story(missing=PROBES[:1], fetched=SOME),
        RuleId.TRANSFER_SILENT,
        f"it has fetched {CONFIGURATION}, and asks for nothing more",
    ),
    "a firmware that does not like what it has": (
        FINISHED,
        story(missing=PROBES[:1], fetched=SOME),
        RuleId.LOAD_FAILED,
        f"the firmware gave up after {CONFIGURATION}; its console says why",
    ),
    "an address and no plan": (
        replace(FINISHED, address=None, plan=None),
        story(),
        RuleId.NOTHING_TO_BOOT,
        "it has an address, and nothing to boot",
    ),
    "a plan and no request": (
        ADDRESSED,
        story(rule=RuleId.OTHER_SERVER, reason="stale"),
        RuleId.SERVER_NOT_ASKED,
        "it has the address 192.168.133.100, and has asked for no file",
    ),
    "what DHCP said last": (
        ASKING,
        story(discovers=3, offers=2, rule=RuleId.OTHER_SERVER, reason="it chose the server 192.0.2.9"),
        RuleId.OTHER_SERVER,
        "it chose the server 192.0.2.9",
    ),
    "offers that were not taken": (
        ASKING,
        story(discovers=3, offers=3),
        RuleId.OFFER_NOT_TAKEN,
        "it asked 3 times, was made 3 offers, and took none",
    ),
    "no offer, for a reason that has no rule": (
        ASKING,
        story(discovers=3, reason="its identifiers are too long to give back"),
        RuleId.DHCP_SILENCE,
        "it got no answer: its identifiers are too long to give back",
    ),
    "no offer, and no reason": (ASKING, story(discovers=3), RuleId.DHCP_SILENCE, "it got no answer"),
}


@pytest.mark.parametrize(("boot", "seen", "rule", "words"), CAUSES.values(), ids=CAUSES)
def test_these_signs_tell(boot: Boot, seen: Story, rule: RuleId, words: str) -> None:
    found = cause(boot, seen)
    assert found == Cause(rule, words)
    assert found.remedy == RULES[rule].remedy


@pytest.mark.parametrize("state", BootState)
def test_there_is_a_cause_whatever_was_seen(state: BootState) -> None:
    for boot in (ASKING, ADDRESSED, replace(ADDRESSED, plan=None)):
        found = cause(replace(boot, state=state), story())
        assert found.words
        assert found.remedy


def test_names_from_the_network_are_made_printable() -> None:
    found = cause(FINISHED, story(missing=["a\x1b[2J\n"]))
    assert found.words.isprintable()


@pytest.mark.parametrize(
    ("plan", "seen", "all_there"),
    [
        (PLAN, story(fetched=ALL), True),
        (PLAN, story(fetched={**ALL, "more": None}), True),
        (PLAN, story(fetched=SOME), False),
        (PLAN, story(fetched=SOME, running={"k": 1428}), False),
        (PLAN, story(fetched=SOME, running={"k": 1428}, is_released=True), True),
        (PLAN, story(fetched=SOME, running={"k": 1429}, is_released=True), False),
        (replace(PLAN, tree={}), story(), False),
        (None, story(fetched=ALL), False),
    ],
)
def test_a_firmware_has_all_when_each_file_of_its_plan_has_come(
    plan: Plan | None, seen: Story, all_there: bool
) -> None:
    assert has_all(replace(LOADING, plan=plan), seen) is all_there


def test_a_file_that_was_promised_is_wanting_until_it_has_come() -> None:
    plan = Plan(fields=BootFields(), tree={"boot.cfg": inline("x")}, promised=frozenset({"media/1/kernel"}))
    seen = Story(heard=START)
    seen.fetched["boot.cfg"] = None
    assert not has_all(replace(LOADING, plan=plan), seen)
    seen.fetched["media/1/kernel"] = None
    assert has_all(replace(LOADING, plan=plan), seen)
