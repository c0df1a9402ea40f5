"""Versions by their numbers, and the rows that hold for them."""

import pytest

from netipl.media.distribution import Row
from netipl.media.versions import fitting, numbers

ROWS = (Row(text="all"), Row(since="8", text="8"), Row(since="9.2", text="9.2"), Row(title="Fedora", text="fedora"))


@pytest.mark.parametrize(
    ("version", "found"),
    [("15.5", (15, 5)), ("41.20241027.3.0", (41, 20241027, 3, 0)), ("", ()), ("trixie", ()), ("10.0-0", (10, 0, 0))],
)
def test_the_numbers_of_a_version(version: str, found: tuple[int, ...]) -> None:
    assert numbers(version) == found


@pytest.mark.parametrize(
    ("title", "version", "text"),
    [
        ("RHEL", "7.9", "all"),
        ("RHEL", "8", "8"),
        ("RHEL", "9", "8"),
        ("RHEL", "9.10", "9.2"),
        ("RHEL", "10", "9.2"),
        ("RHEL", "", "9.2"),
        ("Fedora 41", "41", "fedora"),
    ],
)
def test_the_last_row_that_holds(title: str, version: str, text: str) -> None:
    row = fitting(ROWS, title, version)
    assert row is not None
    assert row.text == text


def test_no_row() -> None:
    assert fitting(ROWS[1:], "RHEL", "7") is None
