"""The directive `rule-reference`: every rule of the firmware, subject by subject, drawn from the table itself."""

from collections.abc import Iterator

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx

from netipl.cli.findings import versions
from netipl.firmware.rules import RULES, SUBJECTS, Rule


class RuleReference(Directive):
    """Takes no argument and no content."""

    def run(self) -> list[nodes.Node]:
        lines = [line for title, rules in SUBJECTS.items() for line in _subject(title, rules)]
        container = nodes.container()
        self.state.nested_parse(StringList(lines, source="netipl.firmware.rules"), 0, container, match_titles=True)
        return container.children


def _subject(title: str, rules: tuple[Rule, ...]) -> Iterator[str]:
    yield from (f"## {title}", "")
    for rule in rules:
        yield from (f"### `{rule.id}`", "", *_rule(rule), "")


def _rule(rule: Rule) -> Iterator[str]:
    severity = f"**{rule.severity}**" if rule.severity else "Files do not show it, a boot does."
    measured = f"Measured with {', '.join(map(str, rule.measured))}" if rule.measured else "Not measured"
    yield f"{severity} · QEMU {versions(rule)}" + (f" · limit {rule.limit}" if rule.limit is not None else "")
    yield from ("", f"The guest {rule.effect}.", "", f"*Remedy:* {rule.remedy}.", "")
    if said := [RULES[each].words for each in (rule.id, *rule.shows) if RULES[each].words]:
        yield from ("*Console:* " + " or ".join(f"``{' '.join(words.split())}``" for words in said) + ".", "")
    yield f"{measured}; read in {rule.source}."


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("rule-reference", RuleReference)
    return {"parallel_read_safe": True}
