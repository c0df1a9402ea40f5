"""`netipl medium show`."""

import json
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote

import typer
from rich.console import Console
from rich.text import Text

from netipl.cli.medium.sizes import readable
from netipl.cli.remote import completion
from netipl.cli.remote.api import Json
from netipl.cli.remote.group import connected
from netipl.cli.remote.views import reading
from netipl.wire import printable

Name = Annotated[str, typer.Argument(metavar="NAME", help="The medium.", autocompletion=completion.media)]


def show(
    context: typer.Context,
    name: Name,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one object of JSON.")] = False,
) -> None:
    """Show a medium and its files."""
    with connected(context) as api:
        found = api.get(f"media/{quote(name, safe='')}").json
    if as_json:
        typer.echo(json.dumps(found))
        return
    console = Console(highlight=False, soft_wrap=True)
    for key, value in _fields(found):
        console.print(Text(f"{key:<13}", style="bold").append(printable(value, 2048)))


@reading
def _fields(medium: Json) -> list[tuple[str, str]]:
    return list(_said(medium))


def _said(medium: Json) -> Iterator[tuple[str, str]]:
    for key in ("name", "title", "family", "version", "architecture", "source", "id"):
        yield key, str(medium[key])
    if medium["level"]:
        yield "level", f"{medium['level']} and newer"
    yield "tree", "served" if medium["has_tree"] else "not kept"
    yield "added", f"{medium['added']}, by {medium['by']}"
    for profile in medium["profiles"]:
        yield "profile", str(profile)
    for file in medium["files"]:
        yield str(file["role"]), f"{file['name']}, {readable(int(file['size']))}, sha256 {file['sha256']}"
