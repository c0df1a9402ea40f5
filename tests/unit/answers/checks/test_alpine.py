"""Faults in the members of Alpine's overlay, each with its line."""

import pytest

from netipl.answers.checks.alpine import findings
from tests.unit.answers.checks.planted import found

FAULTS = {
    "a program without interpreter": ("etc/local.d/a.start", "echo\n", [(1, "it does not name its interpreter")]),
    "a program": ("etc/local.d/a.start", "#!/bin/sh\n", []),
    "answers": ("etc/netipl/answers", "# Answers\nDISKOPTS='-m sys'\n\nA=b\n", []),
    "a line of something else": ("etc/netipl/answers", "A=b\nreboot\n", [(2, "a line is NAME=VALUE")]),
    "quotes": ("etc/netipl/answers", "A='b\n", [(1, "the quotes are wrong: No closing quotation")]),
    "words": ("etc/netipl/answers", "A=b c\n", [(1, "A has 2 words")]),
}


@pytest.mark.parametrize(("file", "text", "says"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_in_its_line(file: str, text: str, says: list[tuple[int, str]]) -> None:
    assert found(findings, text, file) == says
