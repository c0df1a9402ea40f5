"""`netipl profile list`."""

import json

import typer

from netipl.cli.profile import options
from netipl.cli.remote.group import Json, connected, table

_HEADS = ("name", "origin", "base", "boots", "answers", "choices")


def listing(context: typer.Context, *, as_json: Json = False) -> None:
    """List the profiles: of the settings, added ones, and media."""
    with connected(context) as api:
        found = api.get("profiles").json["items"]
    if as_json:
        for each in found:
            typer.echo(json.dumps(each))
        return
    table(_HEADS, [_row(options.shown(each), str(each.get("origin", ""))) for each in found])


def _row(said: dict[str, str], origin: str) -> tuple[str, ...]:
    own = [key for key in said if key in options.CHOICES]
    return (
        said["name"],
        origin,
        said.get("base", ""),
        said.get("medium") or said.get("kernel", ""),
        said.get("template") or said.get("answers", ""),
        ", ".join(own),
    )
