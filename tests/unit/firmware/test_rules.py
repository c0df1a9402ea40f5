"""Every rule has its row, its words and its remedy; numbers in rules are those of the limits."""

import string

import pytest

from netipl.firmware import limits, rules, tftp_client
from netipl.firmware.dhcp_client import ATTEMPTS
from netipl.firmware.rules import RULES, RuleId


def test_every_rule_has_its_row_under_its_own_name() -> None:
    assert RULES.keys() == set(RuleId)
    assert [identifier for identifier, rule in RULES.items() if rule.id is not identifier] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=str)
def test_a_rule_says_what_is_printed_and_what_to_do(rule: rules.Rule) -> None:
    assert rule.words
    assert rule.remedy
    assert not rule.remedy.endswith(".")
    assert rule.last is None or rule.first <= rule.last


def test_no_two_rules_have_the_same_words() -> None:
    assert len({rule.words for rule in RULES.values()}) == len(RULES)


@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        (RuleId.DHCP_SILENCE, ATTEMPTS),
        (RuleId.FILE_TOO_LARGE, limits.PROBED_CONFIGURATION),
        (RuleId.BLOCK_SIZE_REFUSED, limits.BLOCK_SIZE),
        (RuleId.UNEXPECTED_PACKETS, tftp_client.PATIENCE),
        (RuleId.SILENCE, tftp_client.PATIENCE),
        (RuleId.BOOT_FILE_TOO_SMALL, limits.SMALLEST_BOOT_FILE),
        (RuleId.PREFIX_TOO_LONG, limits.PATH_PREFIX),
        (RuleId.NAME_TOO_LONG, limits.CONFIGURATION_NAME),
        (RuleId.DIRECTORY_TOO_LONG, limits.BOOT_FILE_DIRECTORY),
    ],
)
def test_the_number_of_a_rule_is_that_of_the_firmware(rule: RuleId, limit: int) -> None:
    assert RULES[rule].limit == limit


def test_every_rule_with_a_number_is_tested_for_it() -> None:
    """The list above is whole."""
    assert sum(rule.limit is not None for rule in RULES.values()) == 9


def test_fields_in_the_words_have_names() -> None:
    names = {name for rule in RULES.values() for _, name, _, _ in string.Formatter().parse(rule.words) if name}
    assert names == {"attempts", "name", "room", "reason", "count", "expected", "received", "size", "line", "keyword"}
