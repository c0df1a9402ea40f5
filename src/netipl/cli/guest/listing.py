"""`netipl guest list`."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from netipl.cli.guest import options
from netipl.cli.remote import completion
from netipl.cli.remote.api import PAGE
from netipl.cli.remote.group import Json, connected, table
from netipl.cli.remote.views import GuestView, guest_view
from netipl.guests.status import Status

_HEADS = ("name", "state", "machine", "network", "address", "MAC", "profile", "build")


def listing(
    context: typer.Context,
    status: Annotated[Status | None, typer.Option(help="Only those in this state.", show_default=False)] = None,
    network: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only those of it.", autocompletion=completion.networks)
    ] = None,
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only those with it.", autocompletion=completion.profiles)
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """List the guests, with their state."""
    wanted = status.value if status is not None else None
    with connected(context) as api:
        found = api.items("guests", limit=PAGE, status=wanted, network=network, profile=profile)
        if as_json:
            for each in found:
                options.line(each)
        else:
            table(_HEADS, _rows(map(guest_view, found)))


def _rows(guests: Iterator[GuestView]) -> Iterator[Sequence[str]]:
    for each in guests:
        document = each.document
        address = document.get("address") or (f"{each.leased} (leased)" if each.leased else "")
        build = each.foreman or (f"{each.build.state}, by {each.build.by}" if each.build is not None else "")
        yield (
            each.name,
            each.status,
            each.machine.state if each.machine is not None and not each.machine.away else "",
            document.get("network", ""),
            address,
            " ".join(document.get("mac", ())),
            document.get("profile", ""),
            build,
        )
