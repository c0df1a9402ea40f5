"""The oldest machine that each distribution runs on, as tables of its family say it."""

from collections.abc import Iterable

from netipl.media.distribution import Level
from netipl.media.versions import fitting


def level(rows: Iterable[Level], title: str, version: str) -> str:
    """Of a medium; empty where nothing is known."""
    row = fitting(rows, title, version)
    return "" if row is None else row.machine
