"""What the commands for the database share: which one is meant, how the result is told, and a bar for many rows."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from netipl.settings.load import DEFAULT_PATH, load
from netipl.store.database import Database
from netipl.store.writing import Progress as Step

Config = Annotated[Path, typer.Option("--config", "-c", metavar="FILE", help="The settings that name the database.")]
Url = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Another: a path, sqlite:////PATH or postgresql://HOST/NAME."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]

CONFIG = DEFAULT_PATH


@contextmanager
def opened(config: Path, url: str | None) -> Iterator[Database]:
    """The database that `url` names, or else the settings. What ails it is raised as UnavailableError."""
    with closing(Database(url if url is not None else load(config).database())) as database, database.explaining():
        yield database


def tell(words: str, result: Mapping[str, object], *, as_json: bool) -> None:
    """The result on standard output."""
    typer.echo(json.dumps(result) if as_json else words)


@contextmanager
def bar(total: int, words: str) -> Iterator[Step]:
    """On the terminal, if somebody is watching; to be told how many of `total` more are done."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(words, total=total)
        yield lambda done: progress.advance(task, done)
