"""`netipl ARGUMENTS` in this process, beside an API that answers what was written down."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from netipl.cli import main
from netipl.cli.remote import place
from tests import recorded_api
from tests.recorded_api import Recorded


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "api.sock"


@pytest.fixture
def api(socket: Path) -> Iterator[Recorded]:
    with recorded_api.serving(socket) as recorded:
        yield recorded


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch, socket: Path, tmp_path: Path) -> None:
    for name in (place.TOKEN, place.TOKEN_FILE, "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(place.VARIABLE, str(socket))
    monkeypatch.setattr(place, "STARTING", 0.0)
    monkeypatch.setattr(place, "SYSTEM", tmp_path / "no" / "api.sock")
    monkeypatch.setattr(place, "SETTINGS", tmp_path / "no" / "netipl.toml")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def running(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["netipl", *map(str, arguments)])
        status = 0
        try:
            main.main()
        except SystemExit as end:
            status = int(end.code or 0)
        said = capsys.readouterr()
        return Done(status, said.out, said.err)

    return running
