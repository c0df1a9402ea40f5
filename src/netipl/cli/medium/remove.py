"""`netipl medium remove`."""

from urllib.parse import quote

import typer

from netipl.cli.medium import jobs
from netipl.cli.medium.verify import Names
from netipl.cli.remote.api import Api
from netipl.cli.remote.group import Failures, Yes, agreed, connected
from netipl.errors import MissingError
from netipl.wire import printable


def remove(context: typer.Context, names: Names, *, yes: Yes = False) -> None:
    """Remove media, or cancel their imports.

    Asks before, on a terminal. One that a profile uses stays.
    """
    few = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    failures = Failures()
    with connected(context) as api:
        agreed(f"Remove {few}?", yes=yes)
        for name in names:
            with failures.kept():
                typer.echo(f"{printable(name)}: {_removed(api, name)}")
    failures.tell()


def _removed(api: Api, name: str) -> str:
    try:
        api.delete(f"media/{quote(name, safe='')}")
    except MissingError:
        coming = [job for job in jobs.arriving(api) if job["name"] == name]
        if not coming:
            raise
        api.delete(jobs.path(coming[-1]))
        return "its import is cancelled"
    return "removed"
