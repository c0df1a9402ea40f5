"""`netipl token create`."""

import sys
from typing import Annotated

import typer

from netipl.cli.remote.group import connected
from netipl.provisioning.credential import Role
from netipl.wire import printable


def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called: who or what it is for.")],
    *,
    read_only: Annotated[bool, typer.Option("--read-only", help="It may look, and change nothing.")] = False,
) -> None:
    """Make a token, and print its secret, once.

    The secret alone is on standard output. The daemon keeps a digest of it: whoever loses it makes another.
    """
    role = Role.READ_ONLY if read_only else Role.ADMIN
    with connected(context) as api:
        made = api.post("tokens", {"name": name, "role": role}).json
    typer.echo(f"{printable(name)}: a token, {role}; its secret is shown this once", err=True)
    sys.stdout.write(f"{printable(str(made['token']), 1024)}\n")
