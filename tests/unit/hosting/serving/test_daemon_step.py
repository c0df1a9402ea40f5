import os
import signal
from pathlib import Path

import pytest

from netipl.errors import UnavailableError
from netipl.hosting.serving import running
from netipl.hosting.serving.daemon_step import LetGo, ReloadDaemon
from netipl.hosting.serving.settings_file import WriteSettings


class Daemon:
    """Serves `virbr0` until it has been asked so often as `lasts` says."""

    def __init__(self, lasts: int) -> None:
        self.signals: list[tuple[int, int]] = []
        self._lasts = lasts

    def kill(self, pid: int, number: int) -> None:
        self.signals.append((pid, number))

    def interfaces(self, _socket: Path) -> frozenset[str]:
        self._lasts -= 1
        return frozenset({"other0"} if self._lasts < 0 else {"other0", "virbr0"})


def reload_of(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> ReloadDaemon:
    monkeypatch.setattr(os, "kill", daemon.kill)
    monkeypatch.setattr(running, "interfaces", daemon.interfaces)
    return ReloadDaemon(1234, Path("api.sock"), "virbr0", patience=0)


def test_it_is_told_by_a_signal_and_has_let_go_when_that_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = Daemon(lasts=0)
    reload_of(daemon, monkeypatch).apply()
    assert daemon.signals == [(1234, signal.SIGHUP)]


def test_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    step = reload_of(Daemon(lasts=3), monkeypatch)
    step.patience = 60
    step.apply()
    assert running.interfaces(step.api_socket) == {"other0"}


def test_one_that_does_not_let_go_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnavailableError, match="serves it still"):
        reload_of(Daemon(lasts=1000), monkeypatch).apply()


def test_one_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(_pid: int, _number: int) -> None:
        raise ProcessLookupError(3, "No such process")

    monkeypatch.setattr(os, "kill", kill)
    with pytest.raises(UnavailableError, match="1234: No such process"):
        ReloadDaemon(1234, Path("api.sock"), "virbr0").undo()


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


def test_where_it_does_not_hear_the_settings_come_back_and_it_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "netipl.toml"
    path.write_text("before")
    daemon = Told(path, UnavailableError("it does not hear"))
    with pytest.raises(UnavailableError, match="does not hear"):
        LetGo(WriteSettings(path, "write it", "before", "after"), daemon).apply()
    assert (path.read_text(), daemon.found) == ("before", ["after", "before"])
