"""`netipl guest show`."""

import json
from collections.abc import Iterator
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from netipl.cli import said
from netipl.cli.guest import machine, options, plan
from netipl.cli.remote.api import guest_path
from netipl.cli.remote.group import connected
from netipl.cli.remote.views import GuestView, guest_view
from netipl.wire import printable

_AWAY: Final = "of which nothing is known now: libvirt is away (--machine tells why)"


def show(
    context: typer.Context,
    name: options.Name,
    *,
    with_plan: Annotated[bool, typer.Option("--plan", help="What its firmware would be given now.")] = False,
    with_build: Annotated[bool, typer.Option("--build", help="What a build would give it.")] = False,
    profile: options.BuildProfile = None,
    with_machine: Annotated[bool, typer.Option("--machine", help="Its machine, as libvirt runs it.")] = False,
    secrets: Annotated[bool, typer.Option("--secrets", help="Show the token of the build in the plan.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one object of JSON.")] = False,
) -> None:
    """Show a guest, its machine, or what its firmware will be given.

    Exit status: 1 when the firmware would not boot the plan.
    """
    with connected(context) as api:
        if with_machine:
            machine.told(api.get(guest_path(name, machine.MACHINE)).json, as_json=as_json)
            return
        if not (with_plan or with_build or secrets or profile):
            found = api.get(guest_path(name)).json
            if as_json:
                options.line(found)
            else:
                _print(guest_view(found))
            return
        answer = api.get(
            guest_path(name, "plan"), build=with_build or profile is not None, secrets=secrets, profile=profile
        ).json
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        plan.show(plan.plan_view(answer))
    raise typer.Exit(1 if answer.get("refused") else 0)


def _print(guest: GuestView) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for key, value in _fields(guest):
        console.print(Text(f"{key:<12}", style="bold").append(printable(value, 2048)))


def _fields(guest: GuestView) -> Iterator[tuple[str, str]]:
    for key, value in guest.document.items():
        yield key, said.plain(value)
    if guest.leased:
        yield "leased", guest.leased
    yield "origin", guest.origin
    yield "state", guest.status
    if (run := guest.machine) is not None:
        yield "machine", f"domain {run.domain} is {run.state}" if not run.away else f"domain {run.domain}, {_AWAY}"
    if guest.foreman:
        yield "deployed", guest.foreman
    if (build := guest.build) is not None:
        yield "build", f"{build.id}: {build.state}, {build.profile}, asked for by {build.by} at {build.asked:%F %T}Z"
        yield from (("", text) for text in (build.cause, build.remedy) if text)
    if (boot := guest.boot) is not None:
        purpose = f", to its {boot.purpose}" if boot.purpose else ""
        yield "last boot", f"{boot.id}: {boot.state}{purpose}, began {boot.began:%F %T}Z"
        if boot.cause:
            yield "", boot.cause
    if guest.seen is not None:
        yield "last seen", f"{guest.seen:%F %T}Z"
