"""What each family's file says of it, in one shape, for recognition, parameters and documentation."""

from collections.abc import Callable
from dataclasses import dataclass

from netipl.media.medium import Family
from netipl.media.recognition import Further, Recognised
from netipl.media.tree import Tree


@dataclass(frozen=True, slots=True)
class Release:
    """What people call it, as `Fedora 41`, and the version alone."""

    title: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Kernel parameters that install without anybody, from `since` on; the last row that fits a medium is taken.

    `{names}` in braces are filled in for each build; `<role>` is the path of the medium's file of that role. `title`
    and `kernel` are what the medium's title, and its kernel's path, begin with.
    """

    text: str
    since: str = ""
    title: str = ""
    kernel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The oldest machine, from version `since` on, of media whose title begins with `title`."""

    machine: str
    title: str = ""
    since: str = ""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """One family. `clues` are read first, of every tree; `recognise` says None of a tree of another family.

    `answers` is the answer file that `parameters` name, as the boot-file listener serves it.
    """

    family: Family
    what: str
    looked_for: str
    clues: tuple[str, ...]
    recognise: Callable[[Tree], Recognised | Further | None]
    answers: str
    parameters: tuple[Row, ...]
    levels: tuple[Level, ...] = ()
