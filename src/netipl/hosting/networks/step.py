"""One change of this host that is shown before it is made and can be taken back; what a network's plan consists of.

Making a step reads, so that it can show what it would do; only `apply` and `undo` change anything.
"""

from collections.abc import Iterable
from contextlib import ExitStack
from typing import Protocol

from netipl.errors import NetiplError, UnavailableError


class LeftOverError(UnavailableError):
    """A step is done, and something of it remains for a person to do; nothing is undone for that."""

    @property
    def in_one_line(self) -> str:
        """With its remedy."""
        return f"{self} ({self.remedy})"


class Step(Protocol):
    """`undo` is called on an applied step alone, and leaves what others changed in between."""

    @property
    def words(self) -> str:
        """What is done, as an order in one line: `restart the network default`."""

    @property
    def difference(self) -> str:
        """A unified diff of what changes, or nothing where no text does. Control characters may be in it."""

    @property
    def consequences(self) -> tuple[str, ...]:
        """What others will notice, and what is not live: one sentence each, said before anything is done."""

    def apply(self) -> None:
        """Do it, wholly or not at all. Raises NetiplError: LeftOverError where it is done all the same."""

    def undo(self) -> None:
        """Make it undone. Raises NetiplError."""


def apply_all(steps: Iterable[Step]) -> None:
    """One after the other; if one fails, those before it are undone, the last first, and its error is raised.

    What cannot be undone either is said in notes of that error. What is left over is raised at the end.
    """
    left: list[LeftOverError] = []
    with ExitStack() as taken_back:
        failed: list[BaseException] = []
        for step in steps:
            try:
                step.apply()
            except LeftOverError as error:
                left.append(error)
            except BaseException as error:
                failed.append(error)
                raise
            taken_back.callback(_undo, step, failed)
        taken_back.pop_all()
    if left:
        for each in left[1:]:
            left[0].add_note(each.in_one_line)
        raise left[0]


def _undo(step: Step, failed: list[BaseException]) -> None:
    try:
        step.undo()
    except LeftOverError as left:
        failed[0].add_note(left.in_one_line)
    except NetiplError as error:
        failed[0].add_note(f"not undone: {step.words}: {error}")
