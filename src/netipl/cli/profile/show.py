"""`netipl profile show`."""

import json

import typer

from netipl.cli import said
from netipl.cli.profile import options
from netipl.cli.remote.group import Json, connected
from netipl.wire import printable


def show(context: typer.Context, name: options.Name, *, as_json: Json = False) -> None:
    """Show a profile, as YAML that `--from` takes.

    Hashes of passwords are shown to admins alone.
    """
    with connected(context) as api:
        answer = api.get(options.path(name)).json
    if as_json:
        typer.echo(json.dumps(answer))
        return
    typer.echo(f"# origin: {printable(str(answer.get('origin', '')))}")
    for line in said.yaml_text(options.shown(answer)).splitlines():
        typer.echo(printable(line, 1 << 16))
