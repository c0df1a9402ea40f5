"""`netipl guest approve`."""

import typer

from netipl.cli.guest import options
from netipl.cli.remote.api import guest_path
from netipl.cli.remote.group import Failures, connected, each


def approve(context: typer.Context, names: options.Names) -> None:
    """Approve guests that were discovered.

    A network with `unknown = "register"` registers whoever asks for a boot there; only what was approved is served.
    """
    failures = Failures()
    with connected(context) as api, each(names, "approve") as approved:
        for name in approved:
            with failures.kept():
                api.post(guest_path(name, "approve"))
                typer.echo(f"{name}: approved")
    failures.tell()
