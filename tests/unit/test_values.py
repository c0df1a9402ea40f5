"""What is made for every packet behaves as a frozen dataclass does, but that only the type checker freezes it."""

from dataclasses import FrozenInstanceError, dataclass, replace

import pytest

from netipl.values import value


@value(kw_only=True)
class Quick:
    number: int
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    number: int
    text: str = ""


def test_equality_hash_and_text_are_those_of_a_frozen_dataclass() -> None:
    assert Quick(number=1) == Quick(number=1) != Quick(number=2)
    assert hash(Quick(number=1, text="a")) == hash(Frozen(number=1, text="a"))
    assert repr(Quick(number=1)) == "Quick(number=1, text='')"


def test_it_is_replaced_and_matched_like_one() -> None:
    assert replace(Quick(number=1, text="a"), number=2) == Quick(number=2, text="a")
    match Quick(number=1, text="a"):
        case Quick(number=number, text=text):
            assert (number, text) == (1, "a")


def test_there_is_no_room_for_another_attribute() -> None:
    with pytest.raises(AttributeError):
        Quick(number=1).other = 1  # type: ignore[attr-defined]  # that is the point


def test_only_the_type_checker_freezes_it() -> None:
    quick, frozen = Quick(number=1), Frozen(number=1)
    quick.number = 2  # type: ignore[misc]  # mypy reports an ignore that it does not need, so it does see this
    with pytest.raises(FrozenInstanceError):
        frozen.number = 2  # type: ignore[misc]  # as for any frozen dataclass
