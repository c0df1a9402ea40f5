"""`netipl guest timeline`: what the journal has of a guest, as lines, JSON or CSV."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path
from typing import Annotated, Final

import typer

from netipl.cli.describe import words
from netipl.cli.guest import options
from netipl.cli.remote.api import PAGE, Api, Json
from netipl.cli.remote.group import connected
from netipl.cli.remote.views import EventView, event_view
from netipl.errors import MissingError, UsageError
from netipl.guests.marks import domain_name
from netipl.store.writing import private_file
from netipl.wire import printable

_COLUMNS: Final = ("at", "what", "network", "guest", "boot", "build", "mac", "address", "by", "number", "detail")
_LATE: Final = timedelta(seconds=5)
"""So much later than it happened is anything told, at most."""
_AGO: Final = re.compile(r"([0-9]{1,6})([smhd])", re.ASCII)
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def timeline(
    context: typer.Context,
    name: options.Name,
    boot: Annotated[str | None, typer.Option(metavar="ID", help="Only of this boot.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only from then on: 2h ago as 2h, or 2026-11-26T08:00.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write. Else standard output.")
    ] = None,
    *,
    last: Annotated[bool, typer.Option("--last", help="Only of its newest boot.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Each event as one line of JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Each event as one row of CSV.")] = False,
) -> None:
    """Print what was seen of a guest, and what was done with it.

    Times are in UTC. What a guest's token is shows nowhere.
    """
    if (boot is not None and last) or (as_json and as_csv):
        raise UsageError("two of these options exclude each other", remedy="give --boot or --last, --json or --csv")
    begin = _moment(since, datetime.now(UTC)) if since is not None else None
    write = _as_json if as_json else _as_csv if as_csv else _as_lines
    with connected(context) as api:
        options.known(api, name)
        chosen = _newest_boot(api, name) if last else boot
        with _output(output) as put:
            for line in write(_events(api, domain_name(name), chosen, begin)):
                put(line)


def _events(api: Api, name: str, boot: str | None, begin: datetime | None) -> Iterator[Json]:
    """Page by page. Numbers of events are microseconds, so they say where to begin."""
    after = 0 if begin is None else max(0, int(begin.timestamp() * 1_000_000) - 1)
    while True:
        items = api.get("events", guest=name, boot=boot, after=after, limit=PAGE).json["items"]
        yield from items
        if not items:
            return
        after = int(items[-1]["number"])


def _newest_boot(api: Api, name: str) -> str:
    boots = api.get("boots", guest=name, limit=1).json["items"]
    if not boots:
        raise MissingError(f"guest {name} has not booted yet", remedy="start it; `netipl guest watch` shows it live")
    return str(boots[0]["id"])


def _moment(text: str, now: datetime) -> datetime:
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            return now - timedelta(seconds=int(ago[1]) * _UNITS[ago[2]])
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is no time", remedy="write it as 90s, 5m, 2h, 7d or 2026-11-26T08:00") from None


def _in_time(events: Iterable[EventView]) -> Iterator[EventView]:
    """In the order of their times, where the journal got some of them a little later than others: TFTP reports twice
    in a second what DHCP and the console tell at once.
    """
    waiting: list[tuple[datetime, int, EventView]] = []
    for event in events:
        heappush(waiting, (event.at, event.number, event))
        while waiting[0][0] < event.at - _LATE:
            yield heappop(waiting)[2]
    while waiting:
        yield heappop(waiting)[2]


def _as_lines(events: Iterable[Json]) -> Iterator[str]:
    for event in _in_time(map(event_view, events)):
        source, said = words(event.what, event, event.by)
        at = event.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        yield f"{at} {source:<6} {said}\n"


def _as_json(events: Iterable[Json]) -> Iterator[str]:
    for event in events:
        yield json.dumps(event) + "\n"


def _as_csv(events: Iterable[Json]) -> Iterator[str]:
    yield _row(_COLUMNS)
    for event in events:
        cells = [event.get(column) for column in _COLUMNS[:-1]]
        detail = json.dumps(event.get("detail") or {})
        yield _row([*("" if cell is None else printable(str(cell), 1024) for cell in cells), detail])


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


@contextmanager
def _output(path: Path | None) -> Iterator[Callable[[str], object]]:
    if path is None:
        yield lambda line: typer.echo(line, nl=False)
        return
    with private_file(path) as file:
        yield lambda line: file.write(line.encode())
