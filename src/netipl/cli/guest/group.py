"""`netipl guest`: the guests of a running daemon. One module for each verb, imported when it runs."""

from collections.abc import Mapping
from typing import ClassVar

import typer

from netipl.cli.lazy import CONTEXT, LazyGroup, Place
from netipl.cli.remote.chosen import choose

_HERE = "netipl.cli.guest"


class _Verbs(LazyGroup):
    places: ClassVar[Mapping[str, Place]] = {
        "add": Place(f"{_HERE}.add:add", "Make a guest known to the daemon."),
        "set": Place(f"{_HERE}.change:change", "Change what is known of a guest."),
        "remove": Place(f"{_HERE}.remove:remove", "Forget guests. An open build of theirs is cancelled."),
        "list": Place(f"{_HERE}.listing:listing", "List the guests, with their state."),
        "show": Place(f"{_HERE}.show:show", "Show a guest, its machine, or what its firmware will be given."),
        "approve": Place(f"{_HERE}.approve:approve", "Approve guests that were discovered."),
        "build": Place(f"{_HERE}.build:build", "Ask for an installation of guests, at their next boot."),
        "define": Place(
            f"{_HERE}.define:define",
            "Make a machine for a guest: a domain of libvirt on the bridge that netipl serves.",
        ),
        "attach": Place(f"{_HERE}.attach:attach", "Take over a domain of libvirt as the machine of a guest."),
        "start": Place(
            f"{_HERE}.starting:start", "Start the machines of guests, with what their builds want them to boot from."
        ),
        "stop": Place(
            f"{_HERE}.starting:stop", "Ask the systems of guests to shut down, or pull the plug of their machines."
        ),
        "reset": Place(f"{_HERE}.starting:reset", "Reset the machines of guests, at once, whatever they do."),
        "cancel": Place(f"{_HERE}.ending:cancel", "Take back the builds of guests."),
        "done": Place(f"{_HERE}.ending:done", "Say that guests are installed."),
        "import": Place(f"{_HERE}.importing:import_", "Add and change the guests of a YAML or CSV file, all or none."),
        "export": Place(f"{_HERE}.exporting:export", "Write all guests that were added as YAML, CSV or JSON."),
        "console": Place(
            f"{_HERE}.console:console",
            "Sit at a guest's console: what this boot has printed, and what it prints from now on.",
        ),
        "watch": Place(f"{_HERE}.watch:watch", "Watch guests boot and install, live."),
        "timeline": Place(f"{_HERE}.timeline:timeline", "Print what was seen of a guest, and what was done with it."),
    }


app = typer.Typer(
    cls=_Verbs,
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT,
    help="Add guests, install them, and watch them boot.",
)
app.callback()(choose)
