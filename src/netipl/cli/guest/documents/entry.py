"""One guest as a file has it: what is said of it, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from netipl.errors import UsageError
from netipl.guests.document import KEYS
from netipl.wire import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place in a file. `column` is a number, from 1, or the name of a column; empty for the whole line."""

    file: str
    line: int
    column: str = ""

    def __str__(self) -> str:
        column = f", column {printable(self.column)}" if self.column else ""
        return f"{printable(self.file, 1024)}, line {self.line}{column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`places` says where each key of the document stands."""

    document: Mapping[str, object]
    source: Source
    places: Mapping[str, Source] = field(default_factory=dict)

    def place(self, key: str) -> Source:
        return self.places.get(key, self.source)

    def refuse(self, words: str, remedy: str, *, key: str = "") -> NoReturn:
        """Raises UsageError with the place of `key`."""
        refuse(self.place(key), f"{key}: {words}" if key else words, remedy)


def refuse(source: Source, words: str, remedy: str) -> NoReturn:
    """Raises UsageError with the place."""
    raise UsageError(f"{source}: {words}", remedy=remedy)


def known(key: str, source: Source) -> str:
    """`key`, if guests have it. Raises UsageError with the place and the keys that there are."""
    if key not in KEYS:
        refuse(source, f"{printable(key)}: guests have no such key", f"known are {', '.join(KEYS)}")
    return key
