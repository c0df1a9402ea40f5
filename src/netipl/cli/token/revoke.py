"""`netipl token revoke`."""

from typing import Annotated
from urllib.parse import quote

import typer

from netipl.cli.remote import completion
from netipl.cli.remote.group import Failures, connected
from netipl.wire import printable


def revoke(
    context: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="The tokens.", autocompletion=completion.tokens)
    ],
) -> None:
    """Take tokens back, at once.

    Whoever has one is refused from the next request on.
    """
    failures = Failures()
    with connected(context) as api:
        for name in names:
            with failures.kept():
                api.delete(f"tokens/{quote(name, safe='')}")
                typer.echo(f"{printable(name)}: revoked")
    failures.tell()
