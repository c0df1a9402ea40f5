"""`netipl guest cancel` and `netipl guest done`: the two ways in which a person ends a build."""

import typer

from netipl.cli.guest import options
from netipl.cli.remote.api import guest_path
from netipl.cli.remote.group import Failures, connected, each


def cancel(context: typer.Context, names: options.Names) -> None:
    """Take back the builds of guests.

    The next boot leads to the disk. A boot that is under way goes on with what it was given.
    """
    _end(context, names, "cancel", "its build is cancelled")


def done(context: typer.Context, names: options.Names) -> None:
    """Say that guests are installed.

    Installers say so by themselves, if their profile makes them call back.
    """
    _end(context, names, "done", "its build is done")


def _end(context: typer.Context, names: list[str], way: str, words: str) -> None:
    failures = Failures()
    with connected(context) as api, each(names, way) as ended:
        for name in ended:
            with failures.kept():
                api.post(guest_path(name, "builds", "current", way))
                typer.echo(f"{name}: {words}")
    failures.tell()
