"""How findings and rules are shown: as compilers show errors, in colour on a terminal, or as lines of JSON."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import typer
from rich.console import Console
from rich.text import Text

from netipl.firmware.limits import MIB
from netipl.firmware.lint.finding import Finding, Target
from netipl.firmware.rules import RULES, Rule, RuleId, Severity
from netipl.wire import printable

_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
_WIDEST: Final = 100
"""Characters of a line of a file that are shown."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and the file as its user calls it; empty for what lies in no file."""

    finding: Finding
    path: str

    @property
    def place(self) -> str:
        """`file:line:column`, as far as they are known."""
        finding = self.finding
        numbers = [str(number) for number in (finding.line, finding.column) if number]
        return ":".join([printable(self.path) or "guest", *numbers])


class Page:
    """Standard output, for people or as JSON."""

    def __init__(self, *, as_json: bool, console: Console | None = None) -> None:
        self._json = as_json
        self._console = console or Console(highlight=False, soft_wrap=True)

    def findings(self, found: Sequence[Found], target: Target, *, looked_for: bool) -> int:
        """Show all, and return the exit status."""
        for each in found:
            if self._json:
                typer.echo(json.dumps(as_json(each)))
            else:
                self._finding(each)
        counts = Counter(each.finding.severity for each in found)
        if not self._json:
            self._console.print(_summary(counts, target, looked_for=looked_for))
        return 1 if counts[Severity.ERROR] else 0

    def rules(self, names: Sequence[RuleId], *, whole: bool) -> None:
        """Rules in one line each, or `whole`."""
        for rule in map(RULES.__getitem__, names):
            if self._json:
                typer.echo(json.dumps(rule_as_json(rule)))
            elif whole:
                self._console.print(_explained(rule))
            else:
                self._console.print(_listed(rule))

    def _finding(self, each: Found) -> None:
        finding, rule = each.finding, RULES[each.finding.rule]
        head = Text(f"{each.place}: ", style="bold")
        head.append(f"{finding.severity}: ", style=_STYLES[finding.severity])
        head.append(finding.message)
        head.append(f" [{finding.rule}]", style="dim")
        self._console.print(head)
        if finding.text:
            self._source(finding)
        self._console.print(Text(f"    guest:  {rule.effect}", style="dim"))
        self._console.print(Text(f"    remedy: {rule.remedy}"))

    def _source(self, finding: Finding) -> None:
        """The line, cut around what breaks the rule, with carets below."""
        start = max(0, finding.column - 1 + min(finding.length, _WIDEST // 2) - _WIDEST)
        before, broken = finding.text[start : finding.column - 1], finding.text[finding.column - 1 :]
        marked = printable(broken[: max(finding.length, 1)], _WIDEST)
        rest = printable(broken[max(finding.length, 1) :], _WIDEST)
        beginning = printable(before, 4 * _WIDEST)
        margin = f"{finding.line:5d} | "
        self._console.print(Text(margin + (beginning + marked + rest)[: 2 * _WIDEST]))
        carets = "^" * max(1, len(marked))
        self._console.print(
            Text(" " * (len(margin) - 2) + "| " + " " * len(beginning)).append(carets, style="bold green")
        )


def as_json(found: Found) -> dict[str, str | int]:
    """One flat object, ASCII only."""
    finding, rule = found.finding, RULES[found.finding.rule]
    return {
        "rule": finding.rule.value,
        "severity": finding.severity.value,
        "file": printable(found.path, 4096),
        "line": finding.line,
        "column": finding.column,
        "length": finding.length,
        "text": printable(finding.text, 4096),
        "message": finding.message,
        "guest": rule.effect,
        "remedy": rule.remedy,
    }


def rule_as_json(rule: Rule) -> dict[str, str | int | list[str] | None]:
    """A row of the table."""
    return {
        "rule": rule.id.value,
        "severity": rule.severity.value if rule.severity else None,
        "versions": versions(rule),
        "limit": rule.limit,
        "words": rule.words,
        "guest": rule.effect,
        "remedy": rule.remedy,
        "measured": [str(version) for version in rule.measured],
        "source": rule.source,
    }


def versions(rule: Rule) -> str:
    """Of QEMU, for which the rule holds."""
    span = f"{rule.first} and later" if rule.last is None else f"up to {rule.last}"
    eased = f", a warning from {rule.eased} on" if rule.eased else ""
    return span + eased


def _listed(rule: Rule) -> Text:
    style = _STYLES[rule.severity] if rule.severity else "dim"
    line = Text(f"{rule.id:<26}", style="bold").append(f"{rule.severity or 'boot':<9}", style=style)
    return line.append(rule.effect)


def _explained(rule: Rule) -> Text:
    seen = f"measured with {', '.join(map(str, rule.measured))}" if rule.measured else "not measured"
    rows = {
        "severity": str(rule.severity) if rule.severity else "none: a boot shows it, files do not",
        "QEMU": versions(rule),
        "limit": "" if rule.limit is None else str(rule.limit),
        "guest": rule.effect,
        "console": repr(rule.words)[1:-1] or ", ".join(f"as {each}" for each in rule.shows) or "nothing of its own",
        "remedy": rule.remedy,
        "known": f"{seen}; read in {rule.source}",
    }
    text = Text(f"{rule.id}\n", style="bold")
    for name, value in rows.items():
        if value:
            text.append(f"  {name:<9} ", style="dim").append(f"{value}\n")
    text.rstrip()
    return text


def _summary(counts: Counter[Severity], target: Target, *, looked_for: bool) -> Text:
    version = f"QEMU {target.version}" if target.version else "QEMU 3.0 to 9.1 (the strictest)"
    told = ", ".join(f"{counts[each]} {each}{'' if counts[each] == 1 else 's'}" for each in Severity)
    text = Text(f"{told}; checked for {version} with {target.memory // MIB} MiB")
    return text if looked_for else text.append("; the files that are named were not looked for: give --root")
