"""The socket file: whose it is, who may open it, and that no daemon takes another's."""

import grp
import os
import socket
import stat
from contextlib import closing
from pathlib import Path

import pytest

from netipl.errors import UnavailableError, UsageError
from netipl.servers.api.unix_socket import UnixSocket


def test_only_owner_and_group_may_open_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with closing(UnixSocket(tmp_path / "api.sock")) as found:
            assert stat.S_IMODE(found.path.stat().st_mode) == 0o660
    finally:
        os.umask(before)


@pytest.mark.root
def test_it_belongs_to_its_group_and_the_user_of_the_daemon(tmp_path: Path) -> None:
    with closing(UnixSocket(tmp_path / "api.sock", group="daemon", user="nobody")) as found:
        owner = found.path.stat()
        assert (owner.st_uid, owner.st_gid) == (65534, grp.getgrnam("daemon").gr_gid)
        assert (tmp_path / "api.sock.lock").stat().st_uid == 65534


def test_it_is_gone_at_the_end(tmp_path: Path) -> None:
    UnixSocket(tmp_path / "api.sock").close()
    assert not (tmp_path / "api.sock").exists()


def test_what_another_has_put_there_meanwhile_stays(tmp_path: Path) -> None:
    found = UnixSocket(tmp_path / "api.sock")
    found.path.unlink()
    found.path.write_text("another's")
    found.close()
    assert found.path.read_text() == "another's"


def test_what_a_daemon_has_left_behind_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left:
        left.bind(str(path))
        left.listen()
    with closing(UnixSocket(path)), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(path))


def test_a_socket_that_a_daemon_has_is_not_taken_even_before_it_listens(tmp_path: Path) -> None:
    with closing(UnixSocket(tmp_path / "api.sock")) as found:
        with pytest.raises(UnavailableError, match="another netipl has it"):
            UnixSocket(found.path)
        assert found.path.is_socket()


def test_a_socket_that_another_program_has_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
        other.bind(str(path))
        other.listen()
        with pytest.raises(UnavailableError, match="somebody else listens there"):
            UnixSocket(path)
        assert path.is_socket()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("file", "is no socket", id="a file stays as it is"),
        pytest.param("x" * 108, "longer than the 107 bytes", id="a path that no client could name"),
        pytest.param("missing/api.sock", "No such file or directory", id="a directory that is not there"),
    ],
)
def test_what_cannot_be_is_told_with_a_remedy(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match=words) as caught:
        UnixSocket(tmp_path / name)
    assert "socket in [api]" in caught.value.remedy


def test_a_group_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no group nowhere"):
        UnixSocket(tmp_path / "api.sock", group="nowhere")
