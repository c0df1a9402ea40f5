"""A command group that imports a command when it runs: the daemon's libraries cost half a second each time.

Its help and the completion of its names import none of them, so they say again what each command says of itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from netipl.cli.options import paragraphs

CONTEXT = {"help_option_names": ["-h", "--help"]}


@dataclass(frozen=True, slots=True)
class Place:
    """`where` is `MODULE:FUNCTION`, or `MODULE:app` for a group; `help` the first paragraph of its help."""

    where: str
    help: str


class LazyGroup(TyperGroup):
    """To be derived from. `places` has the commands by name, in the order of the help.

    Any stands for classes of click, which some versions of Typer keep to themselves.
    """

    places: ClassVar[Mapping[str, Place]]

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: TyperCommand(name, help=place.help) for name, place in self.places.items()}

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as click calls it
        """All names."""
        return list(self.places)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The name, the command itself, and what is left of `args`."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else self.loaded(name), rest

    def loaded(self, name: str) -> Any:
        """The command of that name, imported. Raises KeyError."""
        module, _, attribute = self.places[name].where.partition(":")
        found = getattr(import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(pretty_exceptions_enable=False, add_completion=False, context_settings=CONTEXT)
            alone.command(help=paragraphs(found))(found)
            found = alone
        command = typer.main.get_command(found)
        command.name = name
        return command
