"""Commands are imported when they are asked for, and every one is there."""

import subprocess
import sys

import pytest
import typer

from netipl.cli import main
from netipl.cli.lazy import LazyGroup


def commands() -> LazyGroup:
    group = typer.main.get_command(main.app)
    assert isinstance(group, LazyGroup)
    return group


@pytest.mark.parametrize("name", commands().places)
def test_every_command_is_where_it_is_said_to_be(name: str) -> None:
    command = commands().get_command(None, name)
    assert command.name == name
    assert command.help


def test_a_command_that_is_not_there_is_none() -> None:
    assert commands().get_command(None, "nonsense") is None


def test_images_are_made_without_the_daemons_libraries() -> None:
    program = (
        "import sys; from netipl.cli import main; sys.argv[1:] = ['image', 'inspect', sys.executable]\n"
        "try: main.main()\n"
        "except SystemExit: print(sorted({'sqlalchemy', 'structlog', 'asyncio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
