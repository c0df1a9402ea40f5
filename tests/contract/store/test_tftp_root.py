"""A directory as lint sees it: names, kinds, sizes, heads; symlinks inside, outside, in circles."""

import os
from pathlib import Path

import pytest

from netipl.errors import UnavailableError
from netipl.firmware.lint.finding import ENOUGH, File, Kind
from netipl.store import tftp_root
from netipl.store.access import Account


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "root"
    (made / "pxelinux.cfg").mkdir(parents=True)
    (made / "pxelinux.cfg/default").write_bytes(b"label l\n")
    (made / "debian-13").mkdir()
    (made / "debian-13/kernel").write_bytes(b"k" * 5000)
    return made


def test_names_kinds_sizes_and_heads(root: Path) -> None:
    os.mkfifo(root / "pipe")
    assert tftp_root.described(root) == {
        b"debian-13": File(kind=Kind.DIRECTORY),
        b"debian-13/kernel": File(size=5000, head=b"k" * ENOUGH),
        b"pipe": File(kind=Kind.OTHER),
        b"pxelinux.cfg": File(kind=Kind.DIRECTORY),
        b"pxelinux.cfg/default": File(size=8, head=b"label l\n"),
    }


@pytest.mark.parametrize("called", [".", "../root", "pxelinux.cfg/.."])
def test_a_root_may_be_called_as_one_likes(called: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tftp_root.described(root)
    monkeypatch.chdir(root)
    assert tftp_root.described(Path(called)) == whole


def test_a_symlink_inside_has_all_names_twice(root: Path) -> None:
    (root / "debian").symlink_to("debian-13")
    assert tftp_root.described(root)[b"debian/kernel"].size == 5000


def test_symlinks_in_circles_end(root: Path) -> None:
    (root / "debian-13/self").symlink_to(".")
    (root / "debian-13/up").symlink_to("..")
    (root / "loop").symlink_to("loop")
    found = tftp_root.described(root)
    assert found[b"debian-13/self"] == File(kind=Kind.DIRECTORY)
    assert b"debian-13/self/kernel" not in found
    assert b"loop" not in found


def test_what_lies_outside_says_so_and_is_not_entered(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kernel").write_bytes(b"x")
    (root / "away").symlink_to(outside)
    (root / "kernel").symlink_to(outside / "kernel")
    (root / "nowhere").symlink_to(outside / "none")
    found = tftp_root.described(root)
    assert found[b"away"] == File(kind=Kind.DIRECTORY, outside=True)
    assert found[b"kernel"] == File(size=1, head=b"x", outside=True)
    assert b"away/kernel" not in found
    assert b"nowhere" not in found


def test_longer_heads_where_they_are_wanted(root: Path) -> None:
    tree = tftp_root.with_heads(tftp_root.described(root), root, [b"debian-13/kernel", b"none", b"debian-13"], 4000)
    assert tree[b"debian-13/kernel"].head == b"k" * 4000
    assert tree[b"debian-13"] == File(kind=Kind.DIRECTORY)


def test_names_that_are_no_text(root: Path) -> None:
    (Path(os.fsdecode(os.fsencode(root) + b"/\xff"))).write_bytes(b"x")
    assert tftp_root.described(root)[b"\xff"].head == b"x"


def test_a_reader_who_may_not_is_named(root: Path) -> None:
    path = root / "debian-13/kernel"
    path.chmod(0o600)
    found = tftp_root.described(root, reader=Account(name="tftp", uid=54321, groups=frozenset()))
    assert found[b"debian-13/kernel"].denied.startswith("tftp ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read all")
def test_what_cannot_be_read_has_no_head(root: Path) -> None:
    (root / "debian-13/kernel").chmod(0)
    (root / "pxelinux.cfg").chmod(0)
    found = tftp_root.described(root)
    (root / "pxelinux.cfg").chmod(0o700)
    assert found[b"debian-13/kernel"].head is None
    assert found[b"pxelinux.cfg"] == File(kind=Kind.DIRECTORY, head=None)
    assert b"pxelinux.cfg/default" not in found
    root.chmod(0)
    with pytest.raises(UnavailableError, match="cannot be read"):
        tftp_root.described(root)
    root.chmod(0o700)


def test_what_is_not_there_is_unavailable(root: Path) -> None:
    with pytest.raises(UnavailableError):
        tftp_root.described(root / "none")
    with pytest.raises(UnavailableError):
        tftp_root.file(root / "none")


def test_a_lone_file(root: Path) -> None:
    assert tftp_root.file(root / "debian-13/kernel", head=10) == File(size=5000, head=b"k" * 10)
