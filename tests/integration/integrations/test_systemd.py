"""The messages that systemd gets, on a socket as it makes them, and the sockets that it hands over."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from netipl.integrations.systemd import Held, Notifier


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


def test_a_socket_to_hold_travels_beside_its_name(listening: socket.socket) -> None:
    with bound() as one, bound() as other:
        notifier(listening).hold([one, other])
        names = []
        for ours in (one, other):
            message, descriptors, _, _ = socket.recv_fds(listening, 4096, 4)
            (descriptor,) = descriptors
            with socket.socket(fileno=descriptor) as sent:
                assert sent.getsockname() == ours.getsockname()
            stored, unwatched, name = message.decode().split("\n")
            assert (stored, unwatched) == ("FDSTORE=1", "FDPOLL=0")
            names.append(name)
        assert names[0] != names[1]


def test_what_was_held_and_is_used_no_more_is_removed(listening: socket.socket) -> None:
    with bound() as one, bound() as other:
        manager = notifier(listening)
        manager.hold([one])
        kept = socket.recv_fds(listening, 4096, 4)[0].decode().rpartition("=")[2]
        manager.hold([one], instead_of=[Held(kept, one), Held("foreign", other)])
        assert listening.recv(4096) == b"FDSTOREREMOVE=1\nFDNAME=foreign"
        assert listening.recv(4096).decode() == f"FDSTORE=1\nFDPOLL=0\nFDNAME={kept}"
        assert (one.fileno() >= 0, other.fileno()) == (True, -1)


_TELL = """
import json, os, subprocess, sys
from netipl.integrations.systemd import held
if os.environ["LISTEN_PID"] == "ours":
    os.environ["LISTEN_PID"] = str(os.getpid())
found = held()
print(json.dumps([[name, each.getsockname()[1], each.get_inheritable()] for name, each in found]))
print(json.dumps([key for key in os.environ if key.startswith("LISTEN_")]))
"""
_PLACED = 'exec 3<&"$1" 4</dev/null 5<&"$2"; shift 2; exec "$@"'


@pytest.mark.parametrize("process", ["ours", "1", ""])
def test_what_was_held_is_taken_by_the_process_it_is_for(process: str) -> None:
    """As sd_listen_fds(3) says: from descriptor 3 on, with a file among them, which is no socket."""
    with bound() as one, bound() as other:
        environment = {"LISTEN_PID": process, "LISTEN_FDS": "3", "LISTEN_FDNAMES": "one:file:other"}
        descriptors = [one.fileno(), other.fileno()]
        done = subprocess.run(
            ["bash", "-c", _PLACED, "bash", *map(str, descriptors), sys.executable, "-c", _TELL],
            env=os.environ | environment,
            pass_fds=descriptors,
            check=True,
            capture_output=True,
        )
        ports = [each.getsockname()[1] for each in (one, other)]
    ours = [["one", ports[0], False], ["other", ports[1], False]]
    assert [json.loads(line) for line in done.stdout.splitlines()] == [ours if process == "ours" else [], []]


def bound() -> socket.socket:
    new = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    new.bind(("127.0.0.1", 0))
    return new
