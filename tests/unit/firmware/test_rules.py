"""Every rule has its row, what the guest does and a remedy; numbers in rules are those of the limits."""

import string

import pytest

from netipl.firmware import limits, tftp_client
from netipl.firmware.dhcp_client import ATTEMPTS
from netipl.firmware.rulebook import boot
from netipl.firmware.rules import RULES, Rule, RuleId

NUMBERS = {
    RuleId.DHCP_SILENCE: ATTEMPTS,
    RuleId.FILE_TOO_LARGE: limits.PROBED_CONFIGURATION,
    RuleId.CONFIGURATION_TOO_LARGE: limits.PROBED_CONFIGURATION,
    RuleId.BLOCK_SIZE_REFUSED: limits.BLOCK_SIZE,
    RuleId.BLOCK_ROLLOVER: 0xFFFF,
    RuleId.UNEXPECTED_PACKETS: tftp_client.PATIENCE,
    RuleId.SILENCE: tftp_client.PATIENCE,
    RuleId.FILE_NAME_TOO_LONG: limits.FILE_NAME,
    RuleId.MEMORY_TOO_LITTLE: 128,
    RuleId.BOOT_FILE_TOO_SMALL: limits.SMALLEST_BOOT_FILE,
    RuleId.BOOT_FILE_TOO_LARGE: limits.BOOT_FILE_CONFIGURATION,
    RuleId.APPEND_TOO_LONG: limits.COMMAND_LINE - 1,
    RuleId.PREFIX_TOO_LONG: limits.PATH_PREFIX,
    RuleId.NAME_TOO_LONG: limits.CONFIGURATION_NAME,
    RuleId.DIRECTORY_TOO_LONG: limits.BOOT_FILE_DIRECTORY,
}


def test_every_rule_has_its_row_under_its_own_name() -> None:
    assert RULES.keys() == set(RuleId)
    assert [identifier for identifier, rule in RULES.items() if rule.id is not identifier] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_what_the_guest_does_and_what_to_do(rule: Rule) -> None:
    assert rule.effect
    assert rule.remedy
    assert not rule.effect.endswith(".")
    assert not rule.remedy.endswith(".")
    assert rule.source
    assert rule.last is None or rule.first <= rule.last


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_is_broken_in_files_or_has_words_of_its_own_or_is_seen_by_the_server(rule: Rule) -> None:
    assert rule.severity is not None or rule.words or rule in boot.ROWS
    assert all(RULES[shown].words for shown in rule.shows)


@pytest.mark.parametrize("rule", boot.ROWS, ids=lambda rule: rule.id)
def test_what_the_server_sees_is_neither_printed_by_the_firmware_nor_found_in_files(rule: Rule) -> None:
    assert (rule.words, rule.severity, rule.shows, rule.limit) == ("", None, (), None)


def test_no_two_rules_have_the_same_words() -> None:
    said = [rule.words for rule in RULES.values() if rule.words]
    assert len(set(said)) == len(said)


def test_the_number_of_a_rule_is_that_of_the_firmware() -> None:
    assert {rule.id: rule.limit for rule in RULES.values() if rule.limit is not None} == NUMBERS


def test_fields_in_the_words_have_names() -> None:
    names = {name for rule in RULES.values() for _, name, _, _ in string.Formatter().parse(rule.words) if name}
    assert names == {"attempts", "name", "room", "reason", "count", "expected", "received", "size", "line", "keyword"}
