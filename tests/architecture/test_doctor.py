"""Everything that the doctor can find is shown by a test."""

import re

import pytest

from netipl.hosting.doctor.problems import PROBLEMS, ProblemId
from tests.architecture.tree import ROOT

TESTS = "\n".join(path.read_text() for path in (ROOT / "tests/integration/hosting/doctor").glob("test_*.py"))


def test_every_problem_has_its_row() -> None:
    assert set(PROBLEMS) == set(ProblemId)


@pytest.mark.parametrize("problem", ProblemId)
def test_every_problem_is_shown_by_a_test(problem: ProblemId) -> None:
    assert re.search(rf'"{problem}"|ProblemId\.{problem.name}\b', TESTS)


@pytest.mark.parametrize("problem", ProblemId)
def test_every_row_says_what_a_guest_sees_and_what_helps(problem: ProblemId) -> None:
    row = PROBLEMS[problem]
    assert row.guest
    assert row.remedy
    assert not row.guest.endswith(".")
    assert not row.remedy.endswith(".")
