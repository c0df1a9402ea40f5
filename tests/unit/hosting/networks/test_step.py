"""Steps are made in their order, and where one fails those before it are taken back."""

from dataclasses import dataclass, field

import pytest

from netipl.errors import NetiplError, RefusedError, UnavailableError
from netipl.hosting.networks.step import LeftOverError, Step, apply_all


@dataclass(slots=True)
class Recorded:
    """A step that writes down what is done with it."""

    words: str
    done: list[str]
    apply_raises: NetiplError | None = None
    undo_raises: NetiplError | None = None
    difference: str = ""
    consequences: tuple[str, ...] = field(default=())

    def apply(self) -> None:
        self.done.append(f"apply {self.words}")
        if self.apply_raises is not None:
            raise self.apply_raises

    def undo(self) -> None:
        self.done.append(f"undo {self.words}")
        if self.undo_raises is not None:
            raise self.undo_raises


def test_all_are_applied_in_order_and_none_is_undone() -> None:
    done: list[str] = []
    steps: list[Step] = [Recorded("one", done), Recorded("two", done)]
    apply_all(steps)
    assert done == ["apply one", "apply two"]


def test_what_was_done_before_a_failure_is_undone_the_last_first() -> None:
    done: list[str] = []
    failing = Recorded("three", done, apply_raises=UnavailableError("no"))
    with pytest.raises(UnavailableError, match="no"):
        apply_all([Recorded("one", done), Recorded("two", done), failing, Recorded("four", done)])
    assert done == ["apply one", "apply two", "apply three", "undo two", "undo one"]


def test_a_step_that_cannot_be_undone_is_noted_and_the_others_are_undone() -> None:
    done: list[str] = []
    stuck = Recorded("two", done, undo_raises=RefusedError("it is held"))
    with pytest.raises(UnavailableError) as caught:
        apply_all([Recorded("one", done), stuck, Recorded("three", done, apply_raises=UnavailableError("no"))])
    assert caught.value.__notes__ == ["not undone: two: it is held"]
    assert done[-2:] == ["undo two", "undo one"]


def test_what_is_left_over_undoes_nothing_and_is_raised_at_the_end() -> None:
    done: list[str] = []
    first = Recorded("one", done, apply_raises=LeftOverError("vnet0 is off", remedy="put it on"))
    second = Recorded("two", done, apply_raises=LeftOverError("vnet1 is off", remedy="put it on"))
    with pytest.raises(LeftOverError, match="vnet0 is off") as caught:
        apply_all([first, second, Recorded("three", done)])
    assert done == ["apply one", "apply two", "apply three"]
    assert caught.value.__notes__ == ["vnet1 is off (put it on)"]
