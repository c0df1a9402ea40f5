"""A command group that imports a command when it is asked for: the daemon's libraries cost half a second each time."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup

from netipl.cli.options import paragraphs

CONTEXT = {"help_option_names": ["-h", "--help"]}


class LazyGroup(TyperGroup):
    """To be derived from. `places` has the commands by name, in the order of the help: `MODULE:FUNCTION`, or
    `MODULE:app` for a group.

    Any stands for classes of click, which some versions of Typer keep to themselves.
    """

    places: ClassVar[Mapping[str, str]]

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as click calls it
        """All names."""
        return list(self.places)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as click calls it
        """The command of that name, or None."""
        if cmd_name not in self.places:
            return None
        module, _, name = self.places[cmd_name].partition(":")
        found = getattr(import_module(module), name)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(pretty_exceptions_enable=False, add_completion=False, context_settings=CONTEXT)
            alone.command(help=paragraphs(found))(found)
            found = alone
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command
