"""The table of problems is whole, and the reference has it."""

from pathlib import Path

from netipl.hosting.networks.problems import ROWS, Problem

REFERENCE = Path(__file__).parents[4] / "docs/reference/libvirt.md"


def test_every_problem_has_its_row() -> None:
    assert set(ROWS) == set(Problem)


def test_the_reference_has_every_row_as_it_is() -> None:
    text = REFERENCE.read_text()
    for problem, row in ROWS.items():
        remedy = row.remedy.format(name="NAME", server="SERVER", root="ROOT")
        assert f"| `{problem}` | {row.severity} | {row.guest} | {remedy} |" in text
