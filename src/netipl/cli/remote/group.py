"""What remote commands share: their way to the API, questions, tables, bars, and what fails for some of many."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from netipl.cli.remote import place
from netipl.cli.remote.api import Api
from netipl.errors import RefusedError, UsageError
from netipl.wire import printable

Json = Annotated[bool, typer.Option("--json", help="Print each as one line of JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

_WORTH_A_BAR: Final = 10


def connected(context: typer.Context) -> Api:
    """The API that was chosen, to be used as a context. Raises UnavailableError."""
    return Api.found(context.obj, within=place.STARTING)


def agreed(question: str, *, yes: bool) -> None:
    """Asks on a terminal. Raises UsageError where nobody can be asked, and typer.Abort for a no."""
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"{question} There is nobody to ask", remedy="say --yes")
    typer.confirm(question, abort=True, err=True)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """On standard output; each row in one line, and cut only by a terminal."""
    shown = [list(heads), *([printable(cell, 1024) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = ("  ".join(map(str.ljust, cells, widths)).rstrip() for cells in shown)
    if not sys.stdout.isatty():
        typer.echo("\n".join(lines))
        return
    width = get_terminal_size().columns
    head, *body = (line[:width] for line in lines)
    typer.echo("\n".join([typer.style(head, bold=True), *body]))


@contextmanager
def each(things: Sequence[str], words: str) -> Iterator[Iterator[str]]:
    """The things, one after the other, with a bar on the terminal if they are many."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = console.is_terminal and len(things) >= _WORTH_A_BAR
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        yield iter(progress.track(things, description=words))


class Failures:
    """What went wrong with some of many, told together at the end."""

    def __init__(self) -> None:
        self._errors: list[Exception] = []

    @contextmanager
    def kept(self) -> Iterator[None]:
        """A block whose refusal does not keep the others from their turn; a daemon that is not there does."""
        try:
            yield
        except (RefusedError, UsageError) as error:
            self._errors.append(error)
        except ExceptionGroup as group:
            told, others = group.split((RefusedError, UsageError))
            if others is not None:
                raise
            self._errors += told.exceptions if told is not None else ()

    def tell(self) -> None:
        """Raises what there was."""
        if len(self._errors) == 1:
            raise self._errors[0]
        if self._errors:
            raise ExceptionGroup("not all could be done", self._errors)
