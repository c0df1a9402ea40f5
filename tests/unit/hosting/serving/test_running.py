import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from netipl.errors import UnavailableError
from netipl.hosting.serving.running import interfaces, process

SERVED = b'{"items": [{"name": "lab", "interface": "virbr0"}, {"name": "far", "interface": null}]}'


@contextmanager
def answering(path: Path, answer: bytes) -> Iterator[None]:
    """One who answers once."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        listening.listen()

        def answered() -> None:
            asking, _ = listening.accept()
            with asking:
                asking.recv(4096)
                asking.sendall(answer)

        thread = Thread(target=answered)
        thread.start()
        yield
        thread.join()


def test_a_daemon_is_known_by_its_socket(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    assert process(path) is None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        assert process(path) is None
        listening.listen()
        assert process(path) == os.getpid()


def test_it_says_which_interfaces_it_serves(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    with answering(path, b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(SERVED) + SERVED):
        assert interfaces(path) == {"virbr0"}


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b""],
)
def test_one_that_does_not_say_it_is_not_taken_for_one_that_serves_nothing(tmp_path: Path, answer: bytes) -> None:
    path = tmp_path / "api.sock"
    with answering(path, answer), pytest.raises(UnavailableError):
        interfaces(path)


def test_one_that_has_ended_serves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    assert interfaces(path) == set()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
    assert interfaces(path) == set()
