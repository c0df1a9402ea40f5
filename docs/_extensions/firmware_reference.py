"""The directive `firmware-reference`: a part of what is known of the firmware, drawn from the tables in the code."""

from collections.abc import Callable, Iterator
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx

from netipl.firmware.evidence import MEASURED, Evidence
from netipl.firmware.facts.table import FACTS
from netipl.firmware.limits import CAPABILITIES, SIZES, TABLE


class FirmwareReference(Directive):
    """Its argument names the part."""

    required_arguments = 1
    parts: ClassVar[dict[str, Callable[[], Iterator[str]]]]

    def run(self) -> list[nodes.Node]:
        lines = list(self.parts[self.arguments[0]]())
        container = nodes.container()
        self.state.nested_parse(StringList(lines, source="netipl.firmware"), 0, container, match_titles=True)
        return container.children


def _matrix() -> Iterator[str]:
    """A column for each version with which something began, and for each that was run."""
    versions = sorted({column.first for column in TABLE if column.first.major} | set(MEASURED))
    yield "| | " + " | ".join(map(str, versions)) + " |"
    yield "|---" * (len(versions) + 1) + "|"
    for row in CAPABILITIES:
        cells = [f"{_value(row.at(version))} {row.mark(version)}" for version in versions]
        yield f"| {row.what} | " + " | ".join(cells) + " |"


def _value(value: int) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _proofs() -> Iterator[str]:
    yield from ("| | known by |", "|---|---|")
    for row in CAPABILITIES:
        yield f"| {row.what} | {_evidence(row)} |"


def _sizes() -> Iterator[str]:
    yield from ("| limit | | known by |", "|---:|---|---|")
    for size in SIZES:
        yield f"| {size.limit} {size.unit} | {size.what} | {_evidence(size)} |"


def _facts() -> Iterator[str]:
    for subject, facts in FACTS.items():
        yield from (f"## {subject}", "", "| | known by |", "|---|---|")
        for fact in facts:
            yield f"| {fact.says} | {_evidence(fact)} |"
        yield ""


def _evidence(evidence: Evidence) -> str:
    """M with the versions unless it is all of them, and what shows it; C with the source."""
    read = f"C {evidence.source}" if evidence.source else ""
    if not evidence.measured:
        return read
    versions = "" if evidence.measured == MEASURED else " " + ", ".join(map(str, evidence.measured))
    return f"M{versions}: {'; '.join(map(_named, evidence.by))}" + (f". {read}" if read else "")


def _named(by: str) -> str:
    return f"`{by}`" if "::" in by or by[0].isdigit() else f"*{by}*"


FirmwareReference.parts = {"matrix": _matrix, "proofs": _proofs, "sizes": _sizes, "facts": _facts}


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("firmware-reference", FirmwareReference)
    return {"parallel_read_safe": True}
