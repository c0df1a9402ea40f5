"""Prints what the soak counted, as a table for docs/soak.md."""

from dataclasses import dataclass
from statistics import median

import pytest


@dataclass(frozen=True, slots=True)
class Row:
    """What became of the boots of one kind: the seconds to the kernel of those that reached it."""

    what: str
    boots: int
    seconds: tuple[float, ...]
    sent_again: int | None = None

    def __str__(self) -> str:
        times = (f"{median(self.seconds):.1f}", f"{max(self.seconds):.1f}") if self.seconds else ("-", "-")
        again = "-" if self.sent_again is None else f"{self.sent_again / self.boots:.0f}"
        return f"| {self.what} | {len(self.seconds)} of {self.boots} | {times[0]} | {times[1]} | {again} |"


ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture
def rows(pytestconfig: pytest.Config) -> list[Row]:
    """The rows of the report, to which a test adds its own."""
    return pytestconfig.stash.setdefault(ROWS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = config.stash.get(ROWS, [])
    if found:
        terminalreporter.section("soak")
        terminalreporter.line("| what | booted | median s | slowest s | packets sent again, per boot |")
        terminalreporter.line("| --- | --- | --- | --- | --- |")
        for row in found:
            terminalreporter.line(str(row))
