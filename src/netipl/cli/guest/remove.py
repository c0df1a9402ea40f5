"""`netipl guest remove`: forgets guests, and says what is left of them where netipl does not take anything away."""

import shlex
from collections.abc import Iterator

import typer

from netipl.cli.guest import options
from netipl.cli.guest.machine import MACHINE
from netipl.cli.remote.api import Api, Json, guest_path
from netipl.cli.remote.group import Failures, Yes, agreed, connected, each
from netipl.cli.remote.views import GuestView, reading
from netipl.errors import NetiplError
from netipl.guests.guest import Origin
from netipl.wire import printable


def remove(context: typer.Context, names: options.Names, *, yes: Yes = False) -> None:
    """Forget guests. An open build of theirs is cancelled.

    Asks before, on a terminal. What was seen of them stays in their timelines, and so do their machines, with their
    disks: how to remove those is told.
    """
    failures = Failures()
    with connected(context) as api:
        found: dict[str, GuestView] = {}
        for name in names:
            with failures.kept():
                found[name] = options.known(api, name)[0]
        for guest in found.values():
            if guest.origin == Origin.FOREMAN:
                typer.echo(f"{guest.name} is a host of Foreman's, which puts it back whenever it deploys it;", err=True)
                typer.echo("delete it in Foreman instead: then it goes here too", err=True)
        if found:
            agreed(f"Remove {_few(list(found))}?", yes=yes)
        with each(list(found), "remove") as removed:
            for name in removed:
                with failures.kept():
                    left = _left_of(api, found[name])
                    api.delete(guest_path(name))
                    typer.echo("\n".join([f"{name}: removed", *left]))
    failures.tell()


def _few(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _left_of(api: Api, guest: GuestView) -> list[str]:
    if guest.machine is None:
        return []
    try:
        return [printable(line, 4096) for line in _words(api.get(guest_path(guest.name, MACHINE)).json)]
    except NetiplError:  # nobody knows more of it now
        return [f"  its machine stays: domain {printable(guest.machine.domain)}"]


@reading
def _words(machine: Json) -> list[str]:
    """What stays, and the commands that remove it."""
    return list(_lines(machine))


def _lines(machine: Json) -> Iterator[str]:
    domain, disks = shlex.quote(machine["domain"]), [str(each) for each in machine["disks"] if each]
    with_disks = f", with {', '.join(disks)}" if disks else ""
    yield f"  its machine stays: domain {machine['domain']} is {machine['state']}{with_disks}"
    off = f"virsh destroy {domain}; " if machine["active"] else ""
    yield f"    to remove it: {off}virsh undefine {domain}"
    if disks:
        yield f"    and its disks: {off}virsh undefine {domain} --storage {shlex.quote(','.join(disks))}"
