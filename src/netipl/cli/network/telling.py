"""How a plan and findings are shown: the diff of each step and what it means for others, before anything is done."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Final

import typer

from netipl.cli.remote.group import agreed
from netipl.firmware.rules import Severity
from netipl.hosting.networks.checking import Finding
from netipl.hosting.networks.plan import Plan
from netipl.hosting.networks.step import Step, apply_all
from netipl.wire import printable

_COLOURS: Final = {"+": typer.colors.GREEN, "-": typer.colors.RED, "@": typer.colors.CYAN}
_SEVERITIES: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_LONGEST: Final = 4096


def carried_out(plan: Plan, *, yes: bool, dry_run: bool, as_json: bool) -> bool:
    """Show it, ask, and do it; whether it was done. Raises UsageError where nobody can be asked."""
    if as_json:
        sys.stdout.write(json.dumps(_as_json(plan)) + "\n")
    else:
        for line in _lines(plan):
            typer.echo(line)
    if dry_run or not plan.steps:
        if not as_json:
            typer.echo("nothing is done, this is a dry run" if dry_run and plan.steps else "nothing is to be done")
        return False
    agreed("Shall this be done?", yes=yes)
    apply_all(plan.steps if as_json else _announced(plan.steps))
    return True


def told(finding: Finding) -> None:
    """One finding with its evidence, what a guest sees, and the remedy."""
    head = typer.style(f"{finding.network}: ", bold=True) + typer.style(
        f"{finding.severity}: ", fg=_SEVERITIES[finding.severity], bold=True
    )
    typer.echo(f"{head}{printable(finding.message, _LONGEST)} " + typer.style(f"[{finding.problem}]", dim=True))
    for name, text in (("seen in", finding.evidence), ("guest", finding.guest), ("remedy", finding.remedy)):
        typer.echo(f"    {name + ':':<8} {printable(text, _LONGEST)}")


def finding_as_json(finding: Finding) -> dict[str, str]:
    """One flat object."""
    return {
        "network": finding.network,
        "problem": finding.problem.value,
        "severity": finding.severity.value,
        "message": finding.message,
        "evidence": finding.evidence,
        "guest": finding.guest,
        "remedy": finding.remedy,
    }


def _lines(plan: Plan) -> Iterator[str]:
    for number, step in enumerate(plan.steps, 1):
        yield typer.style(f"{number}. {printable(step.words, _LONGEST)}", bold=True)
        yield from (f"   {_coloured(printable(line, _LONGEST))}" for line in step.difference.splitlines())
        yield from (f"   note: {printable(each, _LONGEST)}" for each in step.consequences)
    yield from (f"note: {printable(each, _LONGEST)}" for each in plan.notices)


def _announced(steps: Iterable[Step]) -> Iterator[Step]:
    """Each is said when its turn has come."""
    for step in steps:
        typer.echo(f"{printable(step.words, _LONGEST)} ...")
        yield step
    typer.echo("done")


def _coloured(line: str) -> str:
    colour = _COLOURS.get(line[:1])
    return typer.style(line, fg=colour) if colour else line


def _as_json(plan: Plan) -> dict[str, object]:
    return {
        "steps": [
            {"words": each.words, "difference": each.difference, "consequences": list(each.consequences)}
            for each in plan.steps
        ],
        "notices": list(plan.notices),
    }
