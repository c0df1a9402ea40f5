"""One import: what is asked of the daemon, the bytes that are sent for it, and its job until that is over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import typer

from netipl.cli.medium import jobs, sending
from netipl.cli.medium.jobs import Bars
from netipl.cli.remote.api import Api, Json
from netipl.content import Content
from netipl.wire import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A medium called `name`, from a URL or a path of this machine; with `on_host`, of the daemon's.

    `more` are other fields of what is asked of the API.
    """

    name: str
    source: str
    on_host: bool = False
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_sent(self) -> bool:
        """Whether this process sends it."""
        return "://" not in self.source and not self.on_host

    @property
    def document(self) -> Json:
        """As the API takes it."""
        called = Path(self.source).resolve().name if self.is_sent else "upload"
        return {"name": self.name, "source": None if self.is_sent else self.source, "called": called, **self.more}

    @property
    def content(self) -> Content | None:
        """What is sent. Raises NetiplError where it is not there."""
        whole = bool(self.more.get("tree") or self.more.get("sha256"))
        return sending.source(Path(self.source), whole=whole) if self.is_sent else None


def imported(api: Api, wish: Wish, what: Content | None, bars: Bars, *, detach: bool = False) -> Json:
    """The job, when it is over, or with `detach` when the daemon has all that it needs; `what` is the wish's content.

    Raises NetiplError.
    """
    job = api.post("media", wish.document).json
    if what is not None:
        job = _sent(api, job, what, bars)
    return job if detach else _followed(api, job, bars)


def _sent(api: Api, job: Json, what: Content, bars: Bars) -> Json:
    """What is sent comes from here: without this process it is cancelled."""
    try:
        return sending.send(api, job, what, lambda done, size: bars.file("upload", done, size))
    except BaseException:
        typer.echo(f"{printable(str(job['name']))}: not sent, so it is cancelled", err=True)
        api.delete(jobs.path(job))
        raise


def _followed(api: Api, job: Json, bars: Bars) -> Json:
    try:
        return jobs.follow(api, job, bars)
    except KeyboardInterrupt:
        name = printable(str(job["name"]))
        typer.echo(f"{name}: the daemon goes on with it; `netipl medium list` shows how far it is,", err=True)
        typer.echo(f"and `netipl medium remove {name}` cancels it", err=True)
        raise
