"""Plants a fault into a file that is right, and tells what was found in which line."""

from collections.abc import Callable, Iterator

from netipl.answers.finding import Finding, Source

Check = Callable[[Source], Iterator[Finding]]


def found(check: Check, text: str, file: str = "file") -> list[tuple[int, str]]:
    """Line and message of each finding."""
    return [(each.line, each.message) for each in check(Source(file, text))]


def planted(check: Check, right: str, old: str, new: str) -> list[tuple[int, str]]:
    """What is found in `right` once `old` in it is `new`; without that, nothing is."""
    assert found(check, right) == []
    assert right.count(old) == 1
    return found(check, right.replace(old, new))
