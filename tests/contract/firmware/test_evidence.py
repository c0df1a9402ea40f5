"""Every fact and limit of the firmware names what shows it: that is there, and was run with the versions it names."""

import ast
import re
from pathlib import Path

import pytest

from netipl.firmware.evidence import MEASURED, Evidence
from netipl.firmware.facts.table import FACTS
from netipl.firmware.limits import CAPABILITIES, SIZES
from netipl.firmware.versions import Version
from tests.firmware_cases import CASES, SLOW

ROOT = Path(__file__).parents[3]
TRANSCRIPTS = ROOT / "tests" / "vectors" / "transcripts"
BOOTED = {**CASES, **SLOW}

KNOWN: dict[str, Evidence] = {
    **{row.what: row for row in CAPABILITIES},
    **{size.what: size for size in SIZES},
    **{fact.says: fact for facts in FACTS.values() for fact in facts},
}


def shown_with(by: str) -> set[Version]:
    """The versions that `by` was run with; none if there is no such thing."""
    if by in BOOTED:
        return {version for version in MEASURED if version <= BOOTED[by].newest}
    if re.match(r"\d", by):
        version = Version.parse(by) if (TRANSCRIPTS / f"{by}.txt").is_file() else None
        return {version} if version else set()
    path, _, name = by.partition("::")
    source = ast.parse((ROOT / path).read_text())
    return set(MEASURED) if name in {node.name for node in source.body if isinstance(node, ast.FunctionDef)} else set()


def test_no_two_say_the_same() -> None:
    assert len(KNOWN) == len(CAPABILITIES) + len(SIZES) + sum(map(len, FACTS.values()))


@pytest.mark.parametrize("what", KNOWN)
def test_what_shows_it_is_there(what: str) -> None:
    assert [by for by in KNOWN[what].by if not shown_with(by)] == []


@pytest.mark.parametrize("what", KNOWN)
def test_it_was_measured_with_the_versions_it_names_or_read(what: str) -> None:
    evidence = KNOWN[what]
    shown = set().union(*map(shown_with, evidence.by))
    assert set(evidence.measured) <= shown
    assert evidence.measured or evidence.source
