"""`netipl token list`."""

import json

import typer

from netipl.cli.remote.group import Json, connected, table


def listing(context: typer.Context, *, as_json: Json = False) -> None:
    """List the tokens: their names and roles, never their secrets."""
    with connected(context) as api:
        found = list(api.items("tokens"))
    if as_json:
        for each in found:
            typer.echo(json.dumps(each))
        return
    table(("name", "role", "created", "by"), ([str(each.get(key) or "") for key in _KEYS] for each in found))


_KEYS = ("name", "role", "created", "by")
