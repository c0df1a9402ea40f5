"""The words of the one table, read backwards."""

import string

import pytest

from netipl.firmware.rules import RULES, Rule, RuleId
from netipl.firmware.spoken.errors import error
from netipl.firmware.spoken.signs import Sign

FIELDS = {
    "attempts": "10",
    "name": "kernel.img",
    "room": "2047",
    "reason": "port unreachable",
    "count": "21",
    "expected": "1312",
    "received": "2735",
    "size": "7",
    "line": "quiet",
    "keyword": "timeout",
}
SPEAKING = [rule for rule in RULES.values() if rule.words]


def line(rule: Rule) -> str:
    return rule.words.partition("\n")[0].format(**FIELDS)


@pytest.mark.parametrize("rule", SPEAKING, ids=lambda rule: rule.id)
@pytest.mark.parametrize("before", ["", "TFTP error: ", "ERROR: "])
@pytest.mark.parametrize("behind", ["", "."])
def test_the_words_of_a_rule_are_known_in_all_versions(rule: Rule, before: str, behind: str) -> None:
    told = error(before + line(rule) + behind)
    assert told is not None
    assert told.rule is rule.id
    fields = {name for _, name, _, _ in string.Formatter().parse(rule.words.partition("\n")[0]) if name}
    assert told.facts.keys() == fields


def test_fields_are_what_stands_there() -> None:
    told = error("TFTP error: TFTP error missing block 1312, expected block was 2735")
    assert told is not None
    assert told.facts == {"expected": "1312", "received": "2735"}


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("Failed to load OS from hard disk", RuleId.DISK_NOT_BOOTABLE),
        ("! zIPL load failed !", RuleId.DISK_NOT_BOOTABLE),
        ("ERROR: No suitable device for IPL. Halting...", RuleId.NO_DEVICE),
    ],
)
def test_other_words_for_a_rule(said: str, rule: RuleId) -> None:
    told = error(said)
    assert told is not None
    assert (told.sign, told.rule) == (Sign.ERROR, rule)


@pytest.mark.parametrize("said", ["Failed to load OS from network", "Failed to load OS from network."])
def test_some_words_end_the_boot(said: str) -> None:
    told = error(said)
    assert told is not None
    assert (told.sign, told.rule) == (Sign.GAVE_UP, RuleId.LOAD_FAILED)


@pytest.mark.parametrize("said", ["", "TFTP: Received x (1 bytes)", "a file not found: x"])
def test_what_is_no_complaint(said: str) -> None:
    assert error(said) is None
