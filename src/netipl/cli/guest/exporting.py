"""`netipl guest export`."""

from pathlib import Path
from typing import Annotated

import typer

from netipl.cli.guest.documents import form
from netipl.cli.guest.documents.form import Form
from netipl.cli.remote.api import PAGE
from netipl.cli.remote.group import connected
from netipl.cli.remote.views import guest_view
from netipl.guests.guest import Origin
from netipl.store.writing import private_file


def export(
    context: typer.Context,
    given: Annotated[
        Form | None, typer.Option("--format", help="Else as the suffix of FILE says, or YAML.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write. Else standard output.")
    ] = None,
) -> None:
    """Write all guests that were added as YAML, CSV or JSON.

    `netipl guest import` takes what this writes. Guests of the settings file are not in it, nor are those that wait for
    approval.
    """
    chosen = given or (form.form_of(output) if output is not None else Form.YAML)
    with connected(context) as api:
        guests = [guest_view(each) for each in api.items("guests", limit=PAGE)]
    added = sorted((each for each in guests if each.origin == Origin.ADDED), key=lambda each: each.name)
    text = form.write((each.document for each in added), chosen)
    if output is None:
        typer.echo(text, nl=False)
        return
    with private_file(output) as file:
        file.write(text.encode())
    typer.echo(f"{output}: {len(added)} guests", err=True)
