"""How values are read from documents of every form, and that what is wrong is named by key and place."""

from enum import StrEnum

import pytest

from netipl.errors import UsageError
from netipl.guests import reading


class Fruit(StrEnum):
    APPLE = "apple"
    PEAR = "pear"


KEYS: dict[str, reading.Row] = {
    "fruit": ("fruits", reading.listed(reading.read(reading.one_of(Fruit, "auto")))),
    "ripe": ("is_ripe", reading.truth),
    "pairs": ("pairs", reading.distinct(reading.read(str), lambda found: found, "pair")),
    "more": ("more", reading.table),
}


def test_a_value_is_said_of_its_field_and_what_says_nothing_is_left_out() -> None:
    said: dict[str, object] = {"fruit": ["apple", "pear"], "ripe": "Yes", "pairs": None, "more": {}}
    assert reading.fields(said, KEYS) == {"fruits": (Fruit.APPLE, Fruit.PEAR), "is_ripe": True}


@pytest.mark.parametrize(("said", "meant"), [(True, True), ("true", True), ("no", False), (False, False)])
def test_truth_is_written_in_several_ways(said: object, meant: bool) -> None:
    assert reading.truth(said) is meant


def test_a_number_is_its_text_and_one_value_a_list_of_it() -> None:
    assert reading.text(7.2) == "7.2"
    assert reading.listed(reading.read(str))("a") == ("a",)


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "a key that is not there": ({"frui": 1}, "frui: there is no such key"),
    "one of a list": ({"fruit": ["apple", "plum"]}, "fruit: 1: 'plum' is no choice"),
    "no text": ({"fruit": [True]}, "fruit: 0: it is no text"),
    "no truth": ({"ripe": "maybe"}, "ripe: it is neither true nor false"),
    "the same twice": ({"pairs": ["a", "a"]}, "pairs: pair a is there twice"),
    "no table": ({"more": [1]}, "more: it is no table"),
    "keys that are no text": ({"more": {1: 1}}, "more: it is no table"),
}


@pytest.mark.parametrize(("said", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_key_place_and_remedy(said: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        reading.fields(said, KEYS)
    assert str(refused.value) == words
    assert refused.value.remedy


def test_a_type_without_a_remedy_gets_that_of_its_key() -> None:
    with pytest.raises(UsageError) as refused:
        reading.fields({"count": "x"}, {"count": ("count", reading.read(int))}, {"count": "write a number"})
    assert refused.value.remedy == "write a number"


def test_all_choices_are_in_the_remedy() -> None:
    with pytest.raises(UsageError) as refused:
        reading.fields({"fruit": "plum"}, KEYS)
    assert refused.value.remedy == "choose one of auto, apple, pear"
