"""The directive `problem-reference`: everything that `netipl doctor` can find, drawn from its tables."""

from collections.abc import Iterator

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx

from netipl.firmware.rules import Severity
from netipl.hosting.doctor.problems import PROBLEMS
from netipl.hosting.networks.problems import ROWS

_NAME = "NAME"


class ProblemReference(Directive):
    """Takes no argument and no content."""

    def run(self) -> list[nodes.Node]:
        container = nodes.container()
        self.state.nested_parse(StringList(list(_lines()), source="netipl.hosting"), 0, container, match_titles=True)
        return container.children


def _lines() -> Iterator[str]:
    yield from (
        "## Networks of libvirt",
        "",
        "As `netipl network check` finds them, for networks that guests boot over.",
    )
    for network, row in ROWS.items():
        yield from _row(network, row.severity, row.guest, row.remedy.format(name=_NAME, server="SERVER", root="ROOT"))
    yield from ("", "## Everything else", "")
    for problem, its in PROBLEMS.items():
        yield from _row(problem, its.severity, its.guest, its.remedy.format(name=_NAME))


def _row(name: str, severity: Severity, guest: str, remedy: str) -> Iterator[str]:
    yield from ("", f"### `{name}`", "", f"**{severity}** · The guest: {guest}.", "", f"*Remedy:* {remedy}.", "")


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("problem-reference", ProblemReference)
    return {"parallel_read_safe": True}
