"""`netipl guest remove`."""

import typer

from netipl.cli.guest import options
from netipl.cli.remote.api import guest_path
from netipl.cli.remote.group import Failures, Yes, agreed, connected, each


def remove(context: typer.Context, names: options.Names, *, yes: Yes = False) -> None:
    """Forget guests. An open build of theirs is cancelled.

    Asks before, on a terminal. What was seen of them stays in their timelines.
    """
    few = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    failures = Failures()
    with connected(context) as api:
        agreed(f"Remove {few}?", yes=yes)
        with each(names, "remove") as removed:
            for name in removed:
                with failures.kept():
                    api.delete(guest_path(name))
                    typer.echo(f"{name}: removed")
    failures.tell()
