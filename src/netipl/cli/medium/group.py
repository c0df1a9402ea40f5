"""`netipl medium`: what guests are installed from. One module for each verb, imported when it runs."""

from collections.abc import Mapping
from typing import ClassVar

import typer

from netipl.cli.lazy import CONTEXT, LazyGroup, Place
from netipl.cli.remote.chosen import choose

_HERE = "netipl.cli.medium"


class _Verbs(LazyGroup):
    places: ClassVar[Mapping[str, Place]] = {
        "add": Place(f"{_HERE}.add:add", "Import a medium from a mirror, an ISO image, a directory or a disk image."),
        "list": Place(f"{_HERE}.listing:listing", "List the media, and those that arrive."),
        "show": Place(f"{_HERE}.show:show", "Show a medium and its files."),
        "verify": Place(f"{_HERE}.verify:verify", "Read all files of media, and say which are broken."),
        "remove": Place(f"{_HERE}.remove:remove", "Remove media, or cancel their imports."),
    }


app = typer.Typer(
    cls=_Verbs,
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT,
    help="Import what guests are installed from.",
)
app.callback()(choose)
