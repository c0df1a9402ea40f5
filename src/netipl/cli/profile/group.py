"""`netipl profile`: what installations boot and what is chosen of them. One module for each verb."""

from collections.abc import Mapping
from typing import ClassVar

import typer

from netipl.cli.lazy import CONTEXT, LazyGroup, Place
from netipl.cli.remote.chosen import choose

_HERE = "netipl.cli.profile"


class _Verbs(LazyGroup):
    places: ClassVar[Mapping[str, Place]] = {
        "add": Place(f"{_HERE}.add:add", "Make a profile."),
        "set": Place(f"{_HERE}.change:change", "Change a profile."),
        "remove": Place(f"{_HERE}.remove:remove", "Remove profiles that nothing uses."),
        "list": Place(f"{_HERE}.listing:listing", "List the profiles: of the settings, added ones, and media."),
        "show": Place(f"{_HERE}.show:show", "Show a profile, as YAML that `--from` takes."),
        "check": Place(f"{_HERE}.check:check", "Make the answers of a profile, and check them."),
    }


app = typer.Typer(
    cls=_Verbs,
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT,
    help="Say what is installed, and how.",
)
app.callback()(choose)
