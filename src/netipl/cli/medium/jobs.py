"""Jobs of the daemon on media, as this process follows them: how far each file is, until the job is over."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from netipl.cli.remote.api import Api, Json
from netipl.cli.remote.views import reading
from netipl.errors import RefusedError, UnavailableError
from netipl.wire import printable

PAUSE: Final = 0.3  # seconds
_TRIES: Final = 100
"""How often in a row a daemon that is away, as while it is restarted, is asked again."""

_OVER: Final = frozenset({"done", "failed", "cancelled"})
Pause = Callable[[float], None]


class Bars:
    """On a terminal, on standard error; elsewhere a line for each step."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = Console(stderr=True, quiet=quiet, highlight=False)
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._progress = Progress(*columns, console=self._console, disable=not self._console.is_terminal)
        self._tasks: dict[str, TaskID] = {}
        self._step = ""

    @contextmanager
    def shown(self) -> Iterator[None]:
        with self._progress:
            yield

    def file(self, name: str, done: int, size: int | None) -> None:
        """How far it is."""
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(printable(name, 60).rpartition("/")[2], total=size)
        self._progress.update(self._tasks[name], completed=done, total=size)

    @reading
    def job(self, job: Json) -> None:
        """All of it."""
        if job["step"] and job["step"] != self._step:
            self._step = str(job["step"])
            self._console.print(f"{printable(str(job['name']))}: {printable(self._step)}", markup=False)
        for each in job["files"]:
            self.file(str(each["name"]), int(each["done"]), each["size"])


def follow(api: Api, job: Json, bars: Bars, *, pause: Pause = time.sleep) -> Json:
    """The job, when it is over. Raises NetiplError where the daemon is away for long."""
    failures = 0
    while job["state"] not in _OVER:
        bars.job(job)
        pause(PAUSE)
        try:
            job = api.get(path(job)).json
            failures = 0
        except UnavailableError:
            failures += 1
            if failures == _TRIES:
                raise
    bars.job(job)
    return job


def checked(job: Json) -> Json:
    """One that is over, and done. Raises RefusedError, and UnavailableError where it may work another time."""
    for warning in job.get("warnings", ()):
        typer.echo(f"netipl: {printable(str(warning), 1024)}", err=True)
    if job["state"] != "done":
        why = printable(str(job["error"] or "it was cancelled"), 2048)
        kind = UnavailableError if job.get("again") else RefusedError
        raise kind(f"{printable(str(job['name']))}: {why}", remedy=printable(str(job["remedy"]), 2048))
    return job


def path(job: Json) -> str:
    """Of the job, in the API."""
    return f"media-jobs/{job['id']}"


def arriving(api: Api) -> list[Json]:
    """Imports that are not over, and those that failed, but for names that somebody has tried again since."""
    jobs = api.get("media-jobs").json["items"]  # the newest last
    newest = {job["name"]: job for job in jobs if job["work"] == "import"}
    return [job for job in newest.values() if job["state"] not in {"done", "cancelled"}]
