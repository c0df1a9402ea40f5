import os
import signal
import socket
from pathlib import Path

import pytest

from netipl.errors import UnavailableError
from netipl.hosting.serving.daemon_step import ReloadDaemon, process


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
