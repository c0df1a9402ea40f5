"""`netipl guest start`, `stop` and `reset`: the machines of guests, as libvirt runs them."""

from typing import Annotated, Final

import typer

from netipl.cli.guest import live, options
from netipl.cli.guest.following import Until
from netipl.cli.guest.machine import Watch, asked
from netipl.cli.remote import stream
from netipl.cli.remote.group import Failures, Json, connected, each

_ASKED: Final = "is asked to shut down"


def start(
    context: typer.Context,
    names: options.Names,
    *,
    cold: Annotated[bool, typer.Option("--cold", help="Switch it off first, if it runs.")] = False,
    watch: Watch = False,
    as_json: Json = False,
) -> None:
    """Start the machines of guests, with what their builds want them to boot from."""
    _done(context, names, "start", {"cold": cold}, watch=watch, as_json=as_json)


def stop(
    context: typer.Context,
    names: options.Names,
    *,
    now: Annotated[bool, typer.Option("--now", help="Pull the plug: do not ask the system to shut down.")] = False,
    as_json: Json = False,
) -> None:
    """Ask the systems of guests to shut down, or pull the plug of their machines.

    It does not wait until they are off: `netipl guest timeline` tells when they are.
    """
    _done(context, names, "stop", {"now": now}, watch=False, as_json=as_json, becomes=_ASKED)


def reset(context: typer.Context, names: options.Names, *, watch: Watch = False, as_json: Json = False) -> None:
    """Reset the machines of guests, at once, whatever they do.

    A machine that is to boot from something else than it does now is switched off and on again: its boot order is
    read when it is started.
    """
    _done(context, names, "reset", None, watch=watch, as_json=as_json)


def _done(
    context: typer.Context,
    names: list[str],
    what: str,
    body: dict[str, bool] | None,
    *,
    watch: bool,
    as_json: bool,
    becomes: str = "",
) -> None:
    failures = Failures()
    with connected(context) as api:
        since = stream.newest(api) if watch else None
        with each(names, what) as turn:
            done = [name for name in turn if asked(api, name, what, body, failures, as_json=as_json, becomes=becomes)]
        if watch and done:
            with failures.kept():
                live.watch(api, done, until=Until.KERNEL, as_json=as_json, since=since)
    failures.tell()
