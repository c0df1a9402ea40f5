"""`netipl foreman`: this netipl as a Smart Proxy of Foreman or Satellite."""

from collections.abc import Mapping
from typing import ClassVar

import typer

from netipl.cli.lazy import CONTEXT, LazyGroup, Place
from netipl.cli.remote.chosen import choose


class _Verbs(LazyGroup):
    places: ClassVar[Mapping[str, Place]] = {
        "register": Place(
            "netipl.cli.foreman.register:register",
            "Register this Smart Proxy with Foreman, or have Foreman look at it anew.",
        ),
        "status": Place(
            "netipl.cli.foreman.status:status", "Say what is missing between Foreman and this Smart Proxy."
        ),
        "files": Place(
            "netipl.cli.foreman.files:files",
            "List the boot files that Foreman had fetched, and which deployed configurations name them.",
        ),
    }


app = typer.Typer(
    cls=_Verbs,
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT,
    help="Be the Smart Proxy of Foreman or Satellite.",
)
app.callback()(choose)
