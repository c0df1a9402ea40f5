"""The help that a person sees, and the way out while the program still loads."""

import sys
from itertools import pairwise
from types import ModuleType

import pytest
from typer.testing import CliRunner

from netipl.cli import __main__ as entry
from netipl.cli.main import app

WIDTH = 80


@pytest.mark.parametrize("command", ["boot", "demo", "serve", "simulate"])
def test_the_text_of_a_command_is_wrapped_for_the_terminal_alone(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": str(WIDTH)}).stdout
    text = [line.strip() for line in shown.partition(" Options ")[0].splitlines()[:-1]]
    for line, after in pairwise(text):
        assert not line or not after or len(f" {line} {after.split()[0]} ") > WIDTH


def test_ctrl_c_while_the_libraries_load_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    class Loading(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "netipl.cli.main", Loading("netipl.cli.main"))
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 130
