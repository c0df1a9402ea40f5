"""The messages that systemd gets, on a socket as it makes them."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from netipl.integrations.systemd import Notifier


@pytest.fixture(params=["path", "abstract"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[socket.socket]:
    """A socket as systemd's, in both forms that NOTIFY_SOCKET names."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(60)
        listening.bind(str(tmp_path / "notify") if request.param == "path" else "")
        yield listening


def notifier(listening: socket.socket) -> Notifier:
    name = listening.getsockname()
    return Notifier({"NOTIFY_SOCKET": name if isinstance(name, str) else "@" + name[1:].decode()})


def test_ready_with_a_status(listening: socket.socket) -> None:
    notifier(listening).ready("serving 2 networks")
    assert listening.recv(4096) == b"READY=1\nSTATUS=serving 2 networks"


def test_reloading_says_since_when(listening: socket.socket) -> None:
    notifier(listening).reloading()
    assert re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=[0-9]+", listening.recv(4096))


def test_stopping(listening: socket.socket) -> None:
    notifier(listening).stopping()
    assert listening.recv(4096) == b"STOPPING=1"


def test_a_status_cannot_forge_another_variable(listening: socket.socket) -> None:
    notifier(listening).status("1 boot\nREADY=1\r")
    assert listening.recv(4096) == b"STATUS=1 boot READY=1"


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/nonexistent/notify"}])
def test_without_systemd_nothing_happens(environment: dict[str, str]) -> None:
    Notifier(environment).ready("serving")
