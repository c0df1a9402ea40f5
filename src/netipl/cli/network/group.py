"""`netipl network`: networks of libvirt that guests boot over. Runs with the caller's rights, and needs no daemon."""

from collections.abc import Mapping
from typing import ClassVar

import typer

from netipl.cli.lazy import CONTEXT, LazyGroup, Place

_HERE = "netipl.cli.network"


class _Verbs(LazyGroup):
    places: ClassVar[Mapping[str, Place]] = {
        "list": Place(f"{_HERE}.listing:listing", "List the networks of libvirt, and who serves boots on them."),
        "show": Place(
            f"{_HERE}.show:show",
            "Show a network: who serves boots on it, what is on its bridge, its leases, and what netipl has changed.",
        ),
        "enable": Place(f"{_HERE}.enable:enable", "Make a network serve boots, at once."),
        "disable": Place(f"{_HERE}.disable:disable", "Give a network back as it was before netipl served it."),
        "check": Place(
            f"{_HERE}.check:check", "Check networks against what the s390-ccw firmware needs, and say what helps."
        ),
    }


app = typer.Typer(
    cls=_Verbs,
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT,
    help="Make networks of libvirt serve boots.",
)


@app.callback()
def _networks() -> None:
    pass  # what makes a group of it; the verbs are all in `places`
