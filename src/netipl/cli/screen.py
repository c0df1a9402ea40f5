"""What a person sees of running guests: console and timeline in lines on one time base, bars for long transfers.

Not on a terminal the same lines come without bars; with `--json` each observation is one JSON object a line.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn
from rich.text import Text

from netipl.cli.describe import describe
from netipl.provisioning.timeline import Observation, Seen
from netipl.wire import printable

Watch = Callable[[Observation], None]

_STYLES = {"dhcp": "cyan", "tftp": "green", "http": "magenta", "guest": "dim", "netipl": "bold"}
_WORTH_A_BAR = 1_000_000  # bytes; less is there at once
_IN_PASSING = {Seen.TFTP_PROGRESS, Seen.TFTP_STARTED, Seen.FIRMWARE_PROGRESS}
"""Shown by a bar, not by a line."""


class Screen:
    """Lines on standard output. `label` puts the guest's name before its lines, where there are several.

    Without `kernel_log` the log lines of a guest's kernel are left out. With `aside` all goes to standard error, as the
    output is JSON.
    """

    def __init__(self, *, label: bool = False, kernel_log: bool = True, aside: bool = False) -> None:
        self._console = Console(highlight=False, soft_wrap=True, stderr=aside)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=self._console,
        )
        self._bars: dict[tuple[str, str], TaskID] = {}
        self._label = label
        self._kernel_log = kernel_log
        self._began = datetime.now(UTC)
        self._in_line = False

    @contextmanager
    def shown(self) -> Iterator[Watch]:
        """The door for observations while the block runs."""
        self._began = datetime.now(UTC)
        if not self._console.is_terminal:
            yield self.watch
            return
        with self._progress:
            yield self.watch

    def watch(self, observation: Observation) -> None:
        """Show one observation."""
        self._bar(observation)
        if observation.seen not in _IN_PASSING and (self._kernel_log or not _is_kernel_log(observation)):
            source, words = describe(observation)
            self.say(words, source=source, guest=observation.guest, at=observation.at)

    def say(self, words: str, *, source: str = "netipl", guest: str | None = None, at: datetime | None = None) -> None:
        """One line of text that is safe to show."""
        seconds = ((at or datetime.now(UTC)) - self._began).total_seconds()
        line = Text(f"{max(seconds, 0):7.2f} ", style="dim")
        line.append(f"{source:<6} ", style=_STYLES.get(source, ""))
        if self._label and guest:
            line.append(f"{guest:<14} ", style="bold")
        line.append(words, style="dim" if source == "guest" else "")
        self.end_line()
        self._console.print(line)

    def end_line(self) -> None:
        """Begin a new line if a guest left the cursor in one."""
        if self._in_line:
            self._console.print()
        self._in_line = False

    def show(self, text: str) -> None:
        """Text of a guest's console that is safe to show, as it came; from now on there are no bars."""
        self._progress.stop()
        sys.stdout.write(text)
        sys.stdout.flush()
        self._in_line = bool(text) and not text.endswith("\n")

    def _bar(self, observation: Observation) -> None:
        detail = observation.detail
        name, key = str(detail.get("name", "")), (str(observation.address), str(detail.get("name", "")))
        match observation.seen:
            case Seen.TFTP_STARTED if int(detail.get("size", 0)) >= _WORTH_A_BAR:
                words = printable(name.rpartition("/")[2])
                self._bars[key] = self._progress.add_task(words, total=int(detail["size"]))
            case Seen.TFTP_PROGRESS if key in self._bars:
                self._progress.update(self._bars[key], completed=int(detail.get("sent", 0)))
            case Seen.TFTP_FINISHED | Seen.TFTP_FAILED if key in self._bars:
                self._progress.remove_task(self._bars.pop(key))


def _is_kernel_log(observation: Observation) -> bool:
    line = observation.detail.get("line")
    return observation.seen is Seen.CONSOLE and isinstance(line, str) and line.startswith("[")


def as_json(observation: Observation) -> dict[str, str | int | float | None]:
    """An observation as one flat JSON object."""
    return {
        "at": observation.at.isoformat(timespec="milliseconds"),
        "seen": observation.seen.value,
        "guest": observation.guest,
        "mac": str(observation.mac) if observation.mac else None,
        "address": str(observation.address) if observation.address else None,
        **observation.detail,
    }


def print_json(observation: Observation) -> None:
    """Write one observation to standard output as a line of JSON (ASCII only, so safe for a terminal)."""
    sys.stdout.write(json.dumps(as_json(observation)) + "\n")
    sys.stdout.flush()
