"""`netipl medium verify`."""

import json
from typing import Annotated
from urllib.parse import quote

import typer

from netipl.cli.medium import jobs
from netipl.cli.medium.jobs import Bars
from netipl.cli.remote import completion
from netipl.cli.remote.group import Failures, Json, connected
from netipl.errors import RefusedError
from netipl.wire import printable

Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="The media.", autocompletion=completion.media)]


def verify(context: typer.Context, names: Names, *, as_json: Json = False) -> None:
    """Read all files of media, and say which are broken.

    Exit status: 1 when one is.
    """
    failures = Failures()
    with connected(context) as api:
        for name in names:
            with failures.kept():
                bars = Bars(quiet=as_json)
                with bars.shown():
                    job = jobs.follow(api, api.post(f"media/{quote(name, safe='')}/verify").json, bars)
                if as_json:
                    typer.echo(json.dumps(job))
                jobs.checked(job)
                for fault in job["faults"]:
                    what = f"{printable(str(fault['file']), 1024)}: {printable(str(fault['what']), 1024)}"
                    typer.echo(f"{printable(name)}: {what}", err=True)
                if job["faults"]:
                    remedy = f"remove it, and import it again from {printable(str(job['source']), 1024)}"
                    raise RefusedError(f"{printable(name)} is broken", remedy=remedy)
                if not as_json:
                    typer.echo(f"{printable(name)}: all files are as they were")
    failures.tell()
