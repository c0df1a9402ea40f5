"""`netipl agent`: the small system that writes disk images and installs Debian."""

from collections.abc import Mapping
from typing import ClassVar

import typer

from netipl.cli.lazy import CONTEXT, LazyGroup, Place


class _Verbs(LazyGroup):
    places: ClassVar[Mapping[str, Place]] = {
        "build": Place("netipl.cli.agent.build:build", "Build the agent's kernel and initrd from Debian's packages."),
        "packages": Place(
            "netipl.cli.agent.packages:packages", "Write the archive of packages that the agent installs Debian from."
        ),
    }


app = typer.Typer(
    cls=_Verbs,
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT,
    help="Build the agent that writes disk images and installs Debian.",
)


@app.callback()
def _agent() -> None:
    """Without options of its own; with it, one command alone stays a group."""
