"""`netipl token`: the named tokens by which programs reach the API."""

from collections.abc import Mapping
from typing import ClassVar

import typer

from netipl.cli.lazy import CONTEXT, LazyGroup, Place
from netipl.cli.remote.chosen import choose


class _Verbs(LazyGroup):
    places: ClassVar[Mapping[str, Place]] = {
        "create": Place("netipl.cli.token.create:create", "Make a token, and print its secret, once."),
        "list": Place(
            "netipl.cli.token.listing:listing", "List the tokens: their names and roles, never their secrets."
        ),
        "revoke": Place("netipl.cli.token.revoke:revoke", "Take tokens back, at once."),
    }


app = typer.Typer(
    cls=_Verbs,
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT,
    help="Let programs use the API.",
)
app.callback()(choose)
