"""Commands are imported when they are asked for, and every one is there."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from netipl.cli import main
from netipl.cli.lazy import LazyGroup


def commands() -> LazyGroup:
    group = typer.main.get_command(main.app)
    assert isinstance(group, LazyGroup)
    return group


def verbs(group: LazyGroup) -> Iterator[tuple[LazyGroup, str]]:
    """Every command, and those of groups that load theirs in the same way."""
    for name in group.places:
        yield group, name
        found = group.loaded(name) if group.places[name].where.endswith(":app") else None
        if isinstance(found, LazyGroup):
            yield from verbs(found)


@pytest.mark.parametrize(("group", "name"), list(verbs(commands())))
def test_every_command_is_where_it_is_said_to_be(group: LazyGroup, name: str) -> None:
    command = group.loaded(name)
    assert command.name == name
    assert command.help.split("\n\n")[0] == group.places[name].help


def test_a_command_that_is_not_there_is_told_with_what_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.app(["imag"])
    assert ended.value.code == 2
    assert "Did you mean 'image'?" in capsys.readouterr().err


def test_the_help_imports_no_command() -> None:
    program = (
        "import sys; from netipl.cli import main; sys.argv[1:] = ['--help']\n"
        "try: main.main()\n"
        "except SystemExit: print([name for name in main._Commands.places if f'netipl.cli.{name}' in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("words", "completions"),
    {
        "a command": ("netipl ima", ["image"]),
        "a verb of a group": ("netipl image in", ["inspect", "ins"]),
        "a verb of a group in a group": ("netipl image ins sh", ["show"]),
        "a value": ("netipl lint --kind b", ["boot-file"]),
    }.values(),
)
def test_names_and_values_are_completed(words: str, completions: list[str]) -> None:
    variables = {"_NETIPL_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    program = "import sys; from netipl.cli import main; sys.argv = ['netipl']; main.main()"
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | variables, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == completions


def test_images_are_made_without_the_daemons_libraries() -> None:
    program = (
        "import sys; from netipl.cli import main; sys.argv[1:] = ['image', 'inspect', sys.executable]\n"
        "try: main.main()\n"
        "except SystemExit: print(sorted({'sqlalchemy', 'structlog', 'asyncio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["guest list", "guest import guests.yaml", "guest watch web1", "token list"])
def test_remote_commands_do_without_the_daemons_libraries(command: str, tmp_path: Path) -> None:
    (tmp_path / "guests.yaml").write_text("- name: web1\n")
    program = (
        f"import sys; from netipl.cli import main; sys.argv[1:] = {command.split()}\n"
        "try: main.main()\n"
        "except SystemExit as end: print(end.code, [name for name in sys.modules if name.startswith("
        "('fastapi', 'pydantic_settings', 'sqlalchemy', 'structlog', 'netipl.servers'))])"
    )
    environment = os.environ | {"NETIPL_API": "/absent.sock"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "3 []"
