"""What is done to each name of an exported directory: a table over what is there and what is wanted.

What is not ours, or no longer as we wrote it, is left as it is, unless the one who asks insists.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class There(StrEnum):
    """What stands at a name now."""

    NOTHING = "nothing"
    OURS = "ours"
    """As we wrote it."""
    ALTERED = "altered"
    """We wrote it, and somebody changed it."""
    FOREIGN = "foreign"
    """We did not write it."""
    BLOCKED = "blocked"
    """No file can stand there: it is a directory, or beneath something that is none."""


class Wish(StrEnum):
    """What is to stand there."""

    SAME = "same"
    """What we wrote last."""
    OTHER = "other"
    NONE = "none"


class Step(StrEnum):
    """What is done."""

    ADD = "add"
    REPLACE = "replace"
    KEEP = "keep"
    REMOVE = "remove"
    FORGET = "forget"
    """It is not there, and need not be."""
    LEAVE = "leave"
    """Nothing, though something is wanted."""


STEPS: Final[Mapping[tuple[There, Wish], Step]] = {
    (There.NOTHING, Wish.SAME): Step.ADD,
    (There.NOTHING, Wish.OTHER): Step.ADD,
    (There.NOTHING, Wish.NONE): Step.FORGET,
    (There.OURS, Wish.SAME): Step.KEEP,
    (There.OURS, Wish.OTHER): Step.REPLACE,
    (There.OURS, Wish.NONE): Step.REMOVE,
    (There.ALTERED, Wish.SAME): Step.LEAVE,
    (There.ALTERED, Wish.OTHER): Step.LEAVE,
    (There.ALTERED, Wish.NONE): Step.LEAVE,
    (There.FOREIGN, Wish.SAME): Step.LEAVE,
    (There.FOREIGN, Wish.OTHER): Step.LEAVE,
    (There.FOREIGN, Wish.NONE): Step.FORGET,
    (There.BLOCKED, Wish.SAME): Step.LEAVE,
    (There.BLOCKED, Wish.OTHER): Step.LEAVE,
    (There.BLOCKED, Wish.NONE): Step.FORGET,
}

INSISTED: Final[Mapping[tuple[There, Wish], Step]] = {
    (There.ALTERED, Wish.SAME): Step.REPLACE,
    (There.ALTERED, Wish.OTHER): Step.REPLACE,
    (There.ALTERED, Wish.NONE): Step.REMOVE,
    (There.FOREIGN, Wish.SAME): Step.REPLACE,
    (There.FOREIGN, Wish.OTHER): Step.REPLACE,
}
"""Instead, for the one who insists."""


def step(there: There, wish: Wish, *, force: bool = False) -> Step:
    """What is done at one name."""
    return INSISTED.get((there, wish), STEPS[there, wish]) if force else STEPS[there, wish]
