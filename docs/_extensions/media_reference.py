"""The directive `media-reference`: parts of the reference of media, drawn from the tables of the families."""

from collections.abc import Callable, Iterator
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx

from netipl.firmware.cpu_models import GENERATIONS
from netipl.media.distribution import Distribution, Row
from netipl.media.families import FAMILIES


class MediaReference(Directive):
    """Its argument names the part."""

    required_arguments = 1
    parts: ClassVar[dict[str, Callable[[], Iterator[str]]]]

    def run(self) -> list[nodes.Node]:
        lines = list(self.parts[self.arguments[0]]())
        container = nodes.container()
        self.state.nested_parse(StringList(lines, source="netipl.media"), 0, container, match_titles=True)
        return container.children


def _families() -> Iterator[str]:
    yield from ("| family | media | recognised by | answers |", "|---|---|---|---|")
    for each in FAMILIES.values():
        answers = f"`{each.answers}`" if each.answers else ""
        yield f"| `{each.family}` | {each.what} | {each.looked_for} | {answers} |"


def _clues() -> Iterator[str]:
    yield from ("| family | files |", "|---|---|")
    for each in FAMILIES.values():
        yield f"| `{each.family}` | {', '.join(f'`{name}`' for name in each.clues)} |"


def _parameters() -> Iterator[str]:
    for each in FAMILIES.values():
        rows = [row for row in each.parameters if row.text]
        if rows:
            yield from (f"### `{each.family}`", "")
            for row in rows:
                yield from _row(row, _when(row) or each.what)


def _row(row: Row, when: str) -> Iterator[str]:
    if when:
        yield from (f"{when}:", "")
    yield from ("```text", row.text, "```", "")


def _when(row: Row) -> str:
    told = (
        row.title,
        row.since and f"from version {row.since} on",
        row.kernel and f"with its kernel in `{row.kernel}`",
    )
    return ", ".join(each for each in told if each)


def _levels() -> Iterator[str]:
    yield from ("| medium | from version | oldest machine | known from |", "|---|---|---|---|")
    for each in FAMILIES.values():
        for row in each.levels:
            yield f"| {row.title or _plain(each)} | {row.since or 'any'} | {row.machine} | {row.source} |"


def _plain(each: Distribution) -> str:
    """The family without what has rows of its own."""
    named = {row.title for row in each.levels}
    return ", ".join(word for word in each.what.split(", ") if word not in named)


def _machines() -> Iterator[str]:
    yield from ("| generation | CPU models |", "|---:|---|")
    for number in sorted(set(GENERATIONS.values())):
        names = (f"`{name}`" for name, generation in GENERATIONS.items() if generation == number)
        yield f"| {number} | {', '.join(names)} |"


MediaReference.parts = {
    "families": _families,
    "clues": _clues,
    "parameters": _parameters,
    "levels": _levels,
    "machines": _machines,
}


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("media-reference", MediaReference)
    return {"parallel_read_safe": True}
