"""The directive `command-reference`: every command with its arguments and options, drawn from the program itself."""

from collections.abc import Iterator

import typer
from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx

from netipl.cli.main import app as command_line


class CommandReference(Directive):
    """Takes no argument and no content."""

    def run(self) -> list[nodes.Node]:
        lines = list(_commands("netipl", typer.main.get_command(command_line)))
        container = nodes.container()
        self.state.nested_parse(StringList(lines, source="netipl.cli.main"), 0, container, match_titles=True)
        return container.children


def _commands(name: str, command: typer.core.TyperCommand | typer.core.TyperGroup) -> Iterator[str]:
    """A command, or all those of a group, in the order of its help."""
    if not isinstance(command, typer.core.TyperGroup):
        yield from _command(name, command)
        return
    context = typer.Context(command)
    options = [row for parameter in command.params if (row := _parameter(parameter))]
    if name != "netipl" and options:
        yield from (f"## `{name}`", "", f"{command.help} These options stand before the verb:", "")
        yield from ("| | |", "|---|---|", *options, "")
    for each in command.list_commands(context):
        yield from _commands(f"{name} {each}", command.resolve_command(context, [each])[1])


def _command(name: str, command: typer.core.TyperCommand) -> Iterator[str]:
    yield from (f"## `{name}`", "", *(command.help or "").splitlines(), "")
    rows = [row for parameter in command.params if (row := _parameter(parameter))]
    if rows:
        yield from ("| | |", "|---|---|", *rows, "")


def _parameter(parameter: typer.core.TyperArgument | typer.core.TyperOption) -> str:
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts) if name.startswith("-"))
    text = " ".join((getattr(parameter, "help", "") or "").split()).replace("|", "\\|")
    return f"| {names or f'`{parameter.metavar or parameter.name}`'} | {text} |"


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("command-reference", CommandReference)
    return {"parallel_read_safe": True}
