"""How the outcome of an examination is shown: what is well in a line, what is not with all that helps; or as JSON."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Final

import typer
from rich.console import Console
from rich.text import Text

from netipl.errors import NetiplError
from netipl.firmware.rules import Severity
from netipl.hosting.doctor.outcome import Outcome
from netipl.wire import printable

_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
_LONGEST: Final = 4096


class Page:
    """Standard output; what is being done goes to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self._json = as_json
        self._console = Console(highlight=False, soft_wrap=True)

    @contextmanager
    def looking(self) -> Iterator[Callable[[str], None]]:
        """To be told which check begins; it takes some seconds, and a person at a terminal sees why."""
        console = Console(stderr=True)
        if not console.is_terminal:
            yield lambda _: None
            return
        with console.status("looking ...") as status:
            yield lambda check: status.update(f"looking at: {check} ...")

    def repair(self, words: str, error: NetiplError | None) -> None:
        """What was tried, and whether it is done."""
        if self._json:
            typer.echo(json.dumps({"repair": words, "done": error is None, "error": str(error or "")}))
            return
        head = Text("not repaired: ", style="bold red") if error else Text("repaired: ", style="bold green")
        head.append(_safe(words), style="")
        self._console.print(head.append(f": {_safe(str(error))}" if error else "", style=""))

    def examination(self, found: Sequence[tuple[str, Outcome]]) -> int:
        """All of it, and the exit status."""
        if self._json:
            for check, outcome in found:
                typer.echo(json.dumps(as_json(check, outcome)))
        else:
            for check, outcomes in groupby(found, key=lambda each: each[0]):
                self._console.print(Text(check, style="bold"))
                for _, outcome in outcomes:
                    self._outcome(outcome)
            self._console.print(_summary([outcome for _, outcome in found]))
        return 1 if any(outcome.stops_a_boot for _, outcome in found) else 0

    def _outcome(self, outcome: Outcome) -> None:
        if outcome.severity is None:
            self._console.print(Text("  ok ", style="green").append(_line(outcome), style="dim"))
            return
        head = Text(f"  {outcome.severity}: ", style=_STYLES[outcome.severity])
        head.append(f"{_safe(outcome.subject)}: {_safe(outcome.message)}", style="")
        self._console.print(head.append(f" [{outcome.problem}]", style="dim"))
        self._console.print(Text(f"      seen:   {_safe(outcome.evidence)}", style="dim"))
        self._console.print(Text(f"      guest:  {outcome.guest}", style="dim"))
        self._console.print(Text(f"      remedy: {_safe(outcome.remedy)}{_fixable(outcome)}"))


def as_json(check: str, outcome: Outcome) -> dict[str, str | bool | None]:
    """One flat object, ASCII only. `problem` is null where all is well."""
    return {
        "check": check,
        "subject": outcome.subject,
        "evidence": outcome.evidence,
        "problem": outcome.problem or None,
        "severity": outcome.severity.value if outcome.severity else None,
        "message": outcome.message,
        "guest": outcome.guest,
        "remedy": outcome.remedy,
        "fixable": outcome.repair is not None,
    }


def _line(outcome: Outcome) -> str:
    return f"{_safe(outcome.subject)}: {_safe(outcome.evidence)}"


def _fixable(outcome: Outcome) -> str:
    return f" (--fix: {_safe(outcome.repair.words)})" if outcome.repair is not None else ""


def _safe(text: str) -> str:
    """Names of networks and files are other people's; a remedy may have several lines."""
    return "\n              ".join(printable(line, _LONGEST) for line in text.splitlines())


def _summary(outcomes: Sequence[Outcome]) -> Text:
    counts = Counter(each.severity for each in outcomes)
    words = [f"{counts[severity]} {severity}{'s' if counts[severity] != 1 else ''}" for severity in Severity]
    text = Text(", ".join(words), style="bold")
    return text.append(f"; {counts[None]} things are well", style="")
