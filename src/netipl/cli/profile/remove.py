"""`netipl profile remove`."""

import typer

from netipl.cli.profile import options
from netipl.cli.remote.group import Failures, Yes, agreed, connected, each


def remove(context: typer.Context, names: options.Names, *, yes: Yes = False) -> None:
    """Remove profiles that nothing uses.

    Asks before, on a terminal. One that a guest, an open build or another profile uses stays.
    """
    failures = Failures()
    with connected(context) as api:
        agreed(f"Remove {', '.join(names)}?", yes=yes)
        with each(names, "remove") as removed:
            for name in removed:
                with failures.kept():
                    api.delete(options.path(name))
                    typer.echo(f"{name}: removed")
    failures.tell()
