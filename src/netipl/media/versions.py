"""Versions of distributions, compared by the numbers in them, and rows of tables that begin with one."""

import re
from collections.abc import Iterable
from typing import Final, Protocol, TypeVar

_NUMBER: Final = re.compile(r"\d{1,18}")


class Since(Protocol):
    """A row that holds for titles that begin so, from a version on."""

    @property
    def title(self) -> str: ...

    @property
    def since(self) -> str: ...


Row = TypeVar("Row", bound=Since)


def numbers(version: str) -> tuple[int, ...]:
    """`15.5` is (15, 5); what is no number is passed over."""
    return tuple(int(digits) for digits in _NUMBER.findall(version))


def fitting(rows: Iterable[Row], title: str, version: str) -> Row | None:
    """The last row for a medium of that title and version; a version without numbers is newer than all."""
    known = numbers(version)
    return next(
        (
            row
            for row in reversed(tuple(rows))
            if title.startswith(row.title) and (not known or numbers(row.since) <= known)
        ),
        None,
    )
