"""`netipl guest attach`: takes over a domain that is there, or leaves it to others again."""

from typing import Annotated

import typer

from netipl.cli.guest import options
from netipl.cli.guest.machine import MACHINE, told
from netipl.cli.remote.api import guest_path
from netipl.cli.remote.group import Json, connected
from netipl.errors import UsageError


def attach(
    context: typer.Context,
    name: options.NewName,
    domain: Annotated[
        str | None,
        typer.Option("--domain", metavar="NAME", help="Its domain. Without it that with its UUID, MAC or name."),
    ] = None,
    *,
    release: Annotated[bool, typer.Option("--release", help="Leave its domain to others again.")] = False,
    as_json: Json = False,
) -> None:
    """Take over a domain of libvirt as the machine of a guest.

    The guest is added, if nobody knows it, and takes UUID and MAC addresses of the domain. Of the domain only two
    things change: an element in its metadata says whose it is, and its boot order follows the guest's builds. One that
    runs goes on running; the order takes effect at its next start.
    """
    if release and domain is not None:
        raise UsageError("--release is for the domain that the guest has", remedy="leave out --domain")
    with connected(context) as api:
        what, body = ("release", None) if release else ("attach", {"domain": domain})
        told(api.post(guest_path(name, MACHINE, what), body).json, as_json=as_json)
