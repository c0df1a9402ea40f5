"""`netipl guest console`."""

import sys
from typing import Annotated

import typer

from netipl.cli.guest import console_session, options
from netipl.cli.remote import completion
from netipl.cli.remote.api import Api, guest_path
from netipl.cli.remote.api import Json as Viewed
from netipl.cli.remote.group import Json, connected
from netipl.cli.remote.views import reading
from netipl.console import Lines
from netipl.errors import MissingError, UsageError

NEWEST = "newest"


def console(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The guest.", autocompletion=completion.guests)],
    *,
    read_only: Annotated[bool, typer.Option("--read-only", "-r", help="Look on, and type nothing.")] = False,
    log: Annotated[
        str | None,
        typer.Option(metavar="BOOT", help=f"Print what it printed in a boot: `{NEWEST}`, or one of --list."),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the boots whose transcripts are kept.")] = False,
    as_json: Json = False,
) -> None:
    """Sit at a guest's console: what this boot has printed, and what it prints from now on.

    Your keys go to the guest, and what it prints goes to your terminal as it is. Ctrl-] leaves it; the guest goes on.
    Several may sit there at once. With --read-only, --log and --json, nothing that a guest prints steers a terminal.
    """
    if sum((read_only, log is not None, listing)) > 1:
        raise UsageError("--read-only, --log and --list are three things", remedy="give one of them")
    with connected(context) as api:
        if listing:
            _list(api, name, as_json=as_json)
        elif log is not None:
            _print(api, name, log, as_json=as_json)
        elif read_only or as_json:
            console_session.look_on(api, name, as_json=as_json)
        else:
            console_session.sit(api, name)


def _list(api: Api, name: str, *, as_json: bool) -> None:
    for row in _transcripts(api, name):
        if as_json:
            options.line(row)
        else:
            typer.echo(f"{row['id']}  began {row['began']}  {row['size']} bytes")


def _print(api: Api, name: str, boot: str, *, as_json: bool) -> None:
    if boot == NEWEST:
        found = _transcripts(api, name)
        if not found:
            remedy = f"netipl guest start {name}: its console is recorded from then on, where libvirt runs it"
            raise MissingError(f"of guest {name} nothing is recorded yet", remedy=remedy)
        boot = str(found[0]["id"])
    text = api.text(guest_path(name, "transcripts", boot))
    lines = Lines()
    for line in [*lines.feed(text), *([lines.current] if lines.current else [])]:
        if as_json:
            options.line({"line": line})
        else:
            sys.stdout.write(line + "\n")


@reading
def _rows(json: Viewed) -> list[Viewed]:
    return list(json["items"])


def _transcripts(api: Api, name: str) -> list[Viewed]:
    return _rows(api.get(guest_path(name, "transcripts")).json)
