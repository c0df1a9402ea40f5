"""What may stand in a tracked file: nothing of one workplace, no address of a package registry."""

import re
from pathlib import Path

import pytest

from netipl.guests.guest import BootMethod
from tests.architecture.tree import ROOT, links, shown, tracked

REGISTRIES = re.compile(r"\b(?:deb|ftp|snapshot|security|pypi|files|registry)\.(?:[\w-]+\.)*(?:org|net|com)\b")
"""Where packages come from is the business of the system's own settings for apt and pip."""

MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:work|root|home/\w+)/")
"""Paths of one machine or one person."""

TEXTS = [path for path in tracked() if b"\0" not in path.read_bytes()[:4096] and path != Path(__file__)]


@pytest.mark.parametrize("path", TEXTS, ids=shown)
def test_a_tracked_file_names_no_registry_and_no_path_of_a_machine(path: Path) -> None:
    lines = path.read_text(errors="replace").splitlines()
    found = [n for n, line in enumerate(lines, 1) if REGISTRIES.search(line) or MACHINE_PATHS.search(line)]
    assert not found, f"{shown(path)}: lines {found}"


def test_no_link_is_tracked() -> None:
    """One that is checked out where there is a directory that git ignores takes its place, with all that is in it."""
    assert not links()


def test_constraints_are_exact_versions_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", line)] == []


def test_every_planted_mutant_names_the_test_that_must_turn_red() -> None:
    for patch in (ROOT / "tests" / "mutants").glob("*.patch"):
        expected = re.findall(r"^# expect: (\S+\.py)::\S+$", patch.read_text(), re.MULTILINE)
        assert expected, f"{shown(patch)} has no line `# expect: tests/...::test_name`"
        assert all((ROOT / path).is_file() for path in expected)


def test_the_documentation_has_every_boot_method() -> None:
    page = (ROOT / "docs" / "reference" / "boot-methods.md").read_text()
    assert [method for method in BootMethod if f"| `{method}` |" not in page] == []
