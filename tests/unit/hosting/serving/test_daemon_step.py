import os
import signal
import socket
from pathlib import Path

import pytest

from netipl.errors import UnavailableError
from netipl.hosting.serving.daemon_step import LetGo, ReloadDaemon, process
from netipl.hosting.serving.settings_file import WriteSettings


def test_a_daemon_is_known_by_its_socket(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    assert process(path) is None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        assert process(path) is None
        listening.listen()
        assert process(path) == os.getpid()


def test_it_is_told_by_a_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, number)))
    ReloadDaemon(1234).apply()
    assert sent == [(1234, signal.SIGHUP)]


def test_one_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(_pid: int, _number: int) -> None:
        raise ProcessLookupError(3, "No such process")

    monkeypatch.setattr(os, "kill", kill)
    with pytest.raises(UnavailableError, match="1234: No such process"):
        ReloadDaemon(1234).undo()


class Told:
    """A daemon that notes what stands in the file when it is told."""

    words = "tell it"
    difference = ""
    consequences = ()

    def __init__(self, path: Path, error: UnavailableError | None = None) -> None:
        self._path = path
        self._error = error
        self.found: list[str] = []

    def apply(self) -> None:
        self.found.append(self._path.read_text())
        if self._error is not None:
            raise self._error

    def undo(self) -> None:
        self.found.append(self._path.read_text())


def test_it_hears_of_settings_that_go_and_of_settings_that_come_back(tmp_path: Path) -> None:
    path = tmp_path / "netipl.toml"
    path.write_text("before")
    daemon = Told(path)
    step = LetGo(WriteSettings(path, "write it", "before", "after"), daemon)
    step.apply()
    step.undo()
    assert (step.words, daemon.found) == ("write it, and tell it", ["after", "before"])


def test_where_it_cannot_be_told_the_settings_come_back(tmp_path: Path) -> None:
    path = tmp_path / "netipl.toml"
    path.write_text("before")
    daemon = Told(path, UnavailableError("it does not hear"))
    with pytest.raises(UnavailableError, match="does not hear"):
        LetGo(WriteSettings(path, "write it", "before", "after"), daemon).apply()
    assert path.read_text() == "before"
