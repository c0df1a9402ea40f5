"""Fields of JSON objects, taken once and by type."""

import json
from enum import StrEnum

import pytest

from netipl.answers.json_fields import Fields
from netipl.errors import WireError


class Colour(StrEnum):
    RED = "red"


def fields(**pairs: object) -> Fields:
    return Fields.of(json.dumps(pairs).encode())


def test_each_type_is_taken() -> None:
    found = fields(text="a", number=0, list=["a"], truth=True, colour="red", inner={"x": 1}, inners=[{"y": "2"}])
    assert (found.text("text"), found.integer("number"), found.texts("list")) == ("a", 0, ("a",))
    assert (found.truth("truth"), found.choice("colour", Colour)) == (True, Colour.RED)
    assert found.inner("inner").integer("x") == 1
    assert [each.text("y") for each in found.inners("inners")] == ["2"]
    found.end()


def test_what_is_absent_has_its_default() -> None:
    found = fields()
    assert (found.texts("a"), found.truth("a"), found.inners("a")) == ((), False, ())
    assert found.choice_or("a", Colour, Colour.RED) is Colour.RED


@pytest.mark.parametrize("take", ["text", "texts", "integer", "truth", "inner", "inners"])
def test_another_type_is_refused_with_its_path(take: str) -> None:
    found = fields(outer={"x": 1.5}).inner("outer")
    with pytest.raises(WireError, match=r"outer\.x: "):
        getattr(found, take)("x")


@pytest.mark.parametrize("take", ["text", "integer", "inner"])
def test_what_is_wanted_and_absent_is_missing(take: str) -> None:
    with pytest.raises(WireError, match="x: is missing"):
        getattr(fields(), take)("x")


def test_what_nobody_took_is_not_known() -> None:
    with pytest.raises(WireError, match="x: is not known"):
        fields(x=1).end()
