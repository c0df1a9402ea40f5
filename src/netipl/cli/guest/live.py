"""Watching guests: asks the daemon for its events, and shows them as bars, as lines or as JSON, to the end."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.text import Text

from netipl.cli.describe import size, words
from netipl.cli.guest import options
from netipl.cli.guest.following import Following, Row, Until
from netipl.cli.guest.machine import MACHINE
from netipl.cli.remote import stream
from netipl.cli.remote.api import PAGE, Api, Json, guest_path
from netipl.cli.remote.views import EventView, event_view, guest_view
from netipl.errors import NetiplError, RefusedError, UnavailableError
from netipl.provisioning.timeline import Deed, Seen
from netipl.wire import printable

Show = Callable[[EventView, Row], None]

_IN_PASSING = frozenset({Seen.TFTP_STARTED, Seen.TFTP_PROGRESS, Seen.FIRMWARE_PROGRESS})
"""Too many for lines."""


def watch(api: Api, names: Sequence[str], *, until: Until, as_json: bool, since: int | None = None) -> None:
    """Watch these guests, or all where none is named. Raises NetiplError, and what made any fail.

    `since` is the number of the newest event before their machines were asked to start, if they were.
    """
    after = stream.newest(api) if since is None else since  # before the guests are looked at: nothing falls in between
    if names:
        guests = [options.known(api, name)[0] for name in names]
    else:
        guests = [guest_view(each) for each in api.items("guests", limit=PAGE)]
    following = Following(guests, until, open_to_all=not names)
    for row in following.rows.values() if since is not None else ():
        row.begin_anew()
    for row in following.lost:
        _look_for_a_retry(api, row)
    _see_to_the_end(api, following, names, after, as_json=as_json)
    if not as_json:
        if not following.rows:
            typer.echo("no guest is on its way")
        for row in following.rows.values():
            if following.is_decided(row) and not row.is_lost:
                typer.echo(f"{printable(row.name)}: {row.phase}")
    _tell(following.lost)


def _see_to_the_end(api: Api, following: Following, names: Sequence[str], after: int, *, as_json: bool) -> None:
    if following.is_over:
        return
    with _shown(following, as_json=as_json) as show:
        for each in stream.follow(api, names, after, away=_say_away):
            event = event_view(each)
            row = following.note(event)
            if row is None:
                continue
            if event.what == Seen.DHCP_RELEASE and event.build is None:
                row.look(options.known(api, row.name)[0])
            if event.what == Deed.BOOT_FAILED:
                _look_for_a_retry(api, row)
            if as_json:
                _print(each)
            else:
                show(event, row)
            if following.is_over:
                return


def _look_for_a_retry(api: Api, row: Row) -> None:
    """A boot that failed is not the end where netipl starts the machine again."""
    with suppress(RefusedError, UnavailableError):  # it has no machine, or there is no libvirt
        if api.get(guest_path(row.name, MACHINE)).json.get("retry"):
            row.try_again()


@contextmanager
def _shown(following: Following, *, as_json: bool) -> Iterator[Show]:
    console = Console(highlight=False, soft_wrap=True)
    if as_json or not console.is_terminal:
        yield _print_line
        return
    columns = (
        TextColumn("{task.description}", style="bold"),
        TextColumn("{task.fields[phase]}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[bytes]}", justify="right"),
        TextColumn("{task.fields[file]}", style="dim"),
    )
    with Progress(*columns, console=console) as progress:
        yield Bars(progress, following).show


class Bars:
    """One row for each guest. Of more guests than the terminal has lines, those that are there already are hidden."""

    def __init__(self, progress: Progress, following: Following) -> None:
        self._progress = progress
        self._following = following
        self._tasks: dict[str, TaskID] = {}
        for row in following.rows.values():
            self._draw(row)

    def show(self, _: EventView, row: Row) -> None:
        """Draw the row of an event anew."""
        self._draw(row)

    def _draw(self, row: Row) -> None:
        task = self._tasks.get(row.name)
        if task is None:
            task = self._tasks[row.name] = self._progress.add_task(printable(row.name), phase="", bytes="", file="")
        crowded = len(self._tasks) > self._progress.console.height - 2
        done, total = self._extent(row)
        next(each for each in self._progress.tasks if each.id == task).total = total  # `update` takes no None
        self._progress.update(
            task,
            completed=done,
            phase=Text(row.phase, style="bold red" if row.is_lost else ""),
            bytes=size(row.fetched + row.sent) if row.fetched + row.sent else "",
            file=Text(printable(row.cause or row.file.rpartition("/")[2])),
            visible=not (crowded and self._following.is_decided(row)),
        )

    def _extent(self, row: Row) -> tuple[int, int | None]:
        """How much is done, and of how much; None where that is not known: then the bar moves by itself."""
        if row.size:
            return row.sent, row.size
        is_decided = self._following.is_decided(row)
        return int(is_decided), None if row.is_under_way and not is_decided else 1


def _print_line(event: EventView, row: Row) -> None:
    if event.what in _IN_PASSING:
        return
    source, said = words(event.what, event, event.by)
    typer.echo(f"{event.at:%Y-%m-%dT%H:%M:%SZ} {printable(row.name):<14} {source:<6} {said}")


def _print(event: Json) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def _say_away(error: UnavailableError) -> None:
    typer.echo(f"netipl: {error}; trying again", err=True)


def _tell(lost: Sequence[Row]) -> None:
    errors: list[NetiplError] = [
        RefusedError(f"{printable(row.name)}: {printable(row.cause or row.phase)}", remedy=printable(row.remedy))
        for row in lost
    ]
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ExceptionGroup("not all have come there", errors)
