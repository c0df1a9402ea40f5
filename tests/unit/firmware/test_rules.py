"""The table of rules is whole: one row for each identifier, words that can be found, a remedy."""

import string

import pytest

from netipl.firmware.rules import RULES, RuleId


def test_every_identifier_has_its_row() -> None:
    assert set(RULES) == set(RuleId)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_what_to_do_and_has_words(rule: object) -> None:
    found = next(row for row in RULES.values() if row is rule)
    assert found.words
    assert found.remedy
    assert not found.remedy.endswith(".")
    assert found.last is None or found.first <= found.last


def test_no_two_rules_have_the_same_words() -> None:
    words = [rule.words for rule in RULES.values()]
    assert len(set(words)) == len(words)


def test_fields_in_words_are_named() -> None:
    for rule in RULES.values():
        assert all(field != "" for _, field, _, _ in string.Formatter().parse(rule.words) if field is not None)
