"""`netipl guest build`: asks for installations, each of which is done once."""

from typing import Annotated

import typer

from netipl.cli.guest import live, machine, options
from netipl.cli.guest.following import Until
from netipl.cli.remote.api import guest_path
from netipl.cli.remote.group import Failures, Json, connected, each
from netipl.cli.remote.views import build_view


def build(
    context: typer.Context,
    names: options.Names,
    profile: options.BuildProfile = None,
    *,
    start: Annotated[
        bool, typer.Option("--start", help="Start their machines then; those that run are switched off first.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Watch them then, until they are installed.")] = False,
    as_json: Json = False,
) -> None:
    """Ask for an installation of guests, at their next boot.

    A build leads to the installer once: it is spent when its boot has fetched its last file, and every later boot goes
    to the disk. A build whose files the firmware would not boot is refused.
    """
    failures = Failures()
    asked = []
    with connected(context) as api:
        with each(names, "build") as building:
            for name in building:
                with failures.kept():
                    made = api.post(guest_path(name, "builds"), {} if profile is None else {"profile": profile}).json
                    if as_json:
                        options.line(made)
                    else:
                        then = "" if start else "; start the guest, or reset it"
                        typer.echo(f"{name}: the next boot installs {build_view(made).profile}{then}")
                    if not start or machine.asked(api, name, "start", {"cold": True}, failures, as_json=as_json):
                        asked.append(name)
                    else:
                        typer.echo(f"{name}: the build waits all the same: its next start installs it,", err=True)
                        typer.echo(f"unless `netipl guest cancel {name}` takes the build back", err=True)
        if watch and asked:
            with failures.kept():
                live.watch(api, asked, until=Until.INSTALLED, as_json=as_json)
    failures.tell()
