"""What a person sees of simulated guests: the console of one, the progress of many, and how it ended."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from netipl.console import Lines, SafeText
from netipl.machines.simulated.attempt import Attempt, Show
from netipl.machines.simulated.outcome import outcome, summary
from netipl.machines.simulated.pace import Watch
from netipl.wire import printable

_LONG_NAME = 1024


def console() -> Show:
    """Shows a guest's console on standard output as it comes, made safe."""
    safe = SafeText()

    def show(text: bytes) -> None:
        sys.stdout.write(safe.feed(text))
        sys.stdout.flush()

    return show


@contextmanager
def progress(attempts: Sequence[Attempt], *, hidden: bool) -> Iterator[Watch]:
    """A bar of the guests that have ended, on a terminal, as long as the block runs."""
    screen = Console(stderr=True)
    if hidden or not screen.is_terminal:
        yield lambda: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("guests", total=len(attempts))

        def look() -> None:
            bar.update(task, completed=sum(attempt.ended is not None for attempt in attempts))

        yield look


def report(attempts: Sequence[Attempt]) -> int:
    """Say how it ended; how many guests got their kernel."""
    return _report_one(attempts[0]) if len(attempts) == 1 else _report_many(attempts)


def _report_one(attempt: Attempt) -> int:
    end = outcome(attempt)
    loaded = f", {end.loaded / 1e6:.1f} MB loaded" if end.loaded else ""
    sys.stdout.write(f"\n{end.words} ({end.seconds:.2f} s{loaded})\n")
    if end.cause:
        sys.stdout.write(f"{end.cause}: {end.remedy}\n")
    return int(end.booted)


def _report_many(attempts: Sequence[Attempt]) -> int:
    all_of_them = summary(attempts)
    ends = Table("guests", "ended", "what to do", box=None, header_style="bold")
    remedies = {end.reason: (end.words, end.remedy) for end in map(outcome, attempts)}
    for reason, count in all_of_them.reasons.items():
        words, remedy = remedies[reason]
        ends.add_row(str(count), f"{reason}: {words}", remedy)
    numbers = Table.grid(padding=(0, 2))
    numbers.add_row("time to kernel, median", _seconds(all_of_them.p50))
    numbers.add_row("time to kernel, 99 %", _seconds(all_of_them.p99))
    numbers.add_row("loaded", f"{all_of_them.megabytes_per_second:.1f} MB/s")
    numbers.add_row("all together", _seconds(all_of_them.seconds))
    screen = Console(highlight=False)
    screen.print(ends)
    screen.print()
    screen.print(numbers)
    return all_of_them.booted


def _seconds(number: float | None) -> str:
    return "-" if number is None else f"{number:.2f} s"


def report_json(attempts: Sequence[Attempt]) -> int:
    """One line of JSON for each guest, then one for all; how many guests got their kernel."""
    for attempt in attempts:
        sys.stdout.write(json.dumps(_as_json(attempt)) + "\n")
    all_of_them = summary(attempts)
    sys.stdout.write(json.dumps(asdict(all_of_them)) + "\n")
    return all_of_them.booted


def _as_json(attempt: Attempt) -> dict[str, object]:
    end, finished = outcome(attempt), attempt.finished
    files = finished.files if finished is not None else ()
    started = finished.started if finished is not None else None
    lines = Lines()
    return {
        "mac": str(attempt.machine.mac),
        "uuid": str(attempt.machine.uuid) if attempt.machine.uuid else None,
        "address": str(attempt.address),
        "verdict": end.verdict,
        "cause": end.cause or None,
        "remedy": end.remedy or None,
        "started": started.value if started is not None else None,
        "seconds": round(end.seconds, 6),
        "files": [
            {"name": printable(file.name, _LONG_NAME), "size": file.size, "sha256": file.sha256} for file in files
        ],
        "console": [*lines.feed(SafeText().feed(bytes(attempt.console))), lines.current],
    }
