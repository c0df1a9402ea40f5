"""`netipl guest watch`."""

from typing import Annotated

import typer

from netipl.cli.guest import live
from netipl.cli.guest.following import Until
from netipl.cli.remote import completion
from netipl.cli.remote.group import Json, connected
from netipl.errors import UsageError


def watch(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME...", show_default=False, help="The guests.", autocompletion=completion.guests),
    ] = None,
    until: Annotated[
        Until, typer.Option(help="Of each: its kernel has started or it is installed; it is installed; for ever.")
    ] = Until.KERNEL,
    *,
    everyone: Annotated[
        bool, typer.Option("--all", help="All guests that are on their way now, and those that begin meanwhile.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Watch guests boot and install, live.

    A guest that goes to its disk has come as far as the network takes it. Where the daemon is away, what it saw
    meanwhile is shown when it is back.

    Exit status: 0 when every guest has come there, 1 when one has failed.
    """
    if bool(names) == everyone:
        raise UsageError("which guests are to be watched?", remedy="name some, or give --all")
    with connected(context) as api:
        live.watch(api, names or [], until=until, as_json=as_json)
