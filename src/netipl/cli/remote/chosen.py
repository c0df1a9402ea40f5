"""The option of every group of remote commands: which API. It loads nothing that the help could do without."""

from typing import Annotated

import typer

from netipl.cli.remote import place

ApiOption = Annotated[
    str | None,
    typer.Option(
        "--api",
        envvar=place.VARIABLE,
        show_envvar=False,
        metavar="PLACE",
        help=f"The API of the daemon: the path of its socket, or an http(s) URL. Else {place.VARIABLE}, "
        f"or the socket of this machine's daemon. {place.TOKEN} or {place.TOKEN_FILE} has the token for a URL.",
    ),
]


def choose(context: typer.Context, api: ApiOption = None) -> None:
    """The callback of such a group."""
    context.obj = api
