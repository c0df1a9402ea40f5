"""Files on disk become entries of an archive: which, where, with what permissions."""

import os
import socket
import stat
from pathlib import Path

import pytest

from netipl.content import FileRange, Inline, read
from netipl.errors import UnavailableError, UsageError
from netipl.store import overlays


def entries(given: str) -> dict[str, tuple[str, bytes]]:
    found = overlays.additions(given)
    return {each.entry.name: (stat.filemode(each.entry.mode), b"".join(read(each.data))) for each in found}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    (root / "a").write_text("A")
    (root / "a").chmod(0o4777)
    (root / "sub/secret").write_text("S")
    (root / "sub/secret").chmod(0o600)
    (root / "sub").chmod(0o700)
    (root / "link").symlink_to("a")
    return root


def test_a_directory_stands_for_all_that_is_in_it(tree: Path) -> None:
    assert entries(f"{tree}:/") == {
        "a": ("-rwxr-xr-x", b"A"),
        "link": ("lrwxrwxrwx", b"a"),
        "sub": ("drwx------", b""),
        "sub/secret": ("-rw-------", b"S"),
    }


def test_beneath_a_target_it_is_an_entry_itself(tree: Path) -> None:
    tree.chmod(0o755)
    assert list(entries(f"{tree}:etc/x")) == ["etc/x", "etc/x/a", "etc/x/link", "etc/x/sub", "etc/x/sub/secret"]


@pytest.mark.parametrize(
    ("target", "name"),
    [(":etc/b", "etc/b"), (":/etc/b", "etc/b"), (":etc/", "etc/a"), (":./etc//b", "etc/b")],
)
def test_a_file_goes_to_its_target(tree: Path, target: str, name: str) -> None:
    assert list(entries(f"{tree}/a{target}")) == [name]


def test_a_path_alone_is_its_own_target(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(entries(f"{tree}/a")) == [f"{tree}/a".lstrip("/")]
    monkeypatch.chdir(tree)
    assert list(entries("sub/secret")) == ["sub/secret"]


def test_a_link_that_is_named_itself_stands_for_its_file(tree: Path) -> None:
    assert entries(f"{tree}/link:b") == {"b": ("-rwxr-xr-x", b"A")}


def test_small_files_are_read_and_large_ones_stay_on_disk(tree: Path) -> None:
    (tree / "large").write_bytes(bytes(70_000))
    kinds = {each.entry.name: type(each.data.segments[0]) for each in overlays.additions(f"{tree}:/") if each.data.size}
    assert kinds == {"a": Inline, "large": FileRange, "link": Inline, "sub/secret": Inline}


@pytest.mark.parametrize(
    ("given", "error", "why"),
    [
        ("absent", UnavailableError, "No such file"),
        ("absent:etc/x", UnavailableError, "No such file"),
        ("../x", UsageError, "no place"),
        ("tree/a:../x", UsageError, "no place"),
        ("tree/a:", UsageError, "has no place"),
        ("", UsageError, "names nothing"),
    ],
)
def test_what_cannot_be_added_is_said(
    tree: Path, monkeypatch: pytest.MonkeyPatch, given: str, error: type[Exception], why: str
) -> None:
    monkeypatch.chdir(tree.parent)
    with pytest.raises(error, match=why):
        entries(given)


def test_devices_fifos_and_sockets_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("fifo")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("socket")
        for path in ("fifo", "socket", "/dev/null"):
            with pytest.raises(UsageError, match="a device, a FIFO or a socket"):
                entries(f"{path}:x")
