"""The reader of archives, against those that our own writer and the real cpio make."""

import contextlib
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from netipl.errors import WireError
from netipl.images import cpio
from netipl.images.cpio_members import Member, MemberReader

ENTRIES = [
    cpio.directory("dev"),
    cpio.character_device("dev/console", 5, 1),
    cpio.file("init", b"#!/bin/sh\n", mode=0o755),
    cpio.symlink("sh", "busybox"),
    cpio.file("empty", b""),
]
ARCHIVE = cpio.encode(ENTRIES)
MEMBERS = [
    Member(name=b"dev", mode=stat.S_IFDIR | 0o755, size=0),
    Member(name=b"dev/console", mode=stat.S_IFCHR | 0o600, size=0),
    Member(name=b"init", mode=stat.S_IFREG | 0o755, size=10),
    Member(name=b"sh", mode=stat.S_IFLNK | 0o777, size=7, target=b"busybox"),
    Member(name=b"empty", mode=stat.S_IFREG | 0o644, size=0),
]
HEADER = (
    b"070701"
    b"00000001"  # inode
    b"000081A4"  # mode: a regular file, 0644
    b"00000000"  # owner
    b"00000000"  # group
    b"00000001"  # links
    b"00000000"  # modification time
    b"%(size)s"
    b"00000000"  # device: major
    b"00000000"  # device: minor
    b"00000000"  # device node: major
    b"00000000"  # device node: minor
    b"%(name_size)s"
    b"00000000"  # check sum
)


def members(data: bytes, step: int = 1 << 20) -> list[Member]:
    reader = MemberReader()
    found = [member for at in range(0, len(data), step) for member in reader.feed(data[at : at + step])]
    reader.end()
    return found


@pytest.mark.parametrize("step", [1, 3, 111, 1 << 20])
def test_the_members_of_an_archive(step: int) -> None:
    assert members(ARCHIVE, step) == MEMBERS


def test_what_is_behind_the_trailer_is_left() -> None:
    reader = MemberReader()
    assert list(reader.feed(ARCHIVE + b"more")) == MEMBERS
    assert reader.finished
    assert reader.unused.lstrip(b"\0") == b"more"


def test_every_truncation_raises_the_wire_error_or_has_its_trailer() -> None:
    whole = len(ARCHIVE.rstrip(b"\0")) + 1
    for length in range(whole):
        with pytest.raises(WireError):
            members(ARCHIVE[:length])
    assert members(ARCHIVE[:whole]) == MEMBERS


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param(b"070707" + b"0" * 200, "old portable form", id="odc"),
        pytest.param(b"\xc7\x71" + bytes(200), "binary form", id="binary"),
        pytest.param(b"x" * 200, "no cpio header, but xxx", id="text"),
        pytest.param(b"070701" + b"g" * 200, "not hexadecimal", id="digits that are none"),
        pytest.param(b"070701" + b"\xff" * 200, "not hexadecimal", id="digits that are not even ASCII"),
        pytest.param(b"070701" + b"+0000001" * 20, "too early", id="signs are digits to Python alone"),
    ],
)
def test_what_linux_would_stop_at(data: bytes, why: str) -> None:
    with pytest.raises(WireError, match=why):
        members(data)


def test_a_name_longer_than_linux_takes_is_passed_over() -> None:
    record = HEADER % {b"size": b"00000004", b"name_size": b"00001001"} + b"n" * 4097
    record += bytes(-len(record) % 4) + b"data"
    assert members(record + ARCHIVE) == MEMBERS


def test_a_size_of_4_gib_needs_no_memory_and_ends_too_early() -> None:
    with pytest.raises(WireError, match="too early"):
        members(HEADER % {b"size": b"FFFFFFFF", b"name_size": b"00000002"} + b"n\0" + bytes(1000))


@pytest.mark.skipif(shutil.which("cpio") is None, reason="the program cpio makes the archive and is not here")
@pytest.mark.parametrize("form", ["newc", "crc"])
def test_an_archive_of_the_real_cpio(tmp_path: Path, form: str) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("file")
    command = ["cpio", "-o", "-H", form]
    made = subprocess.run(command, cwd=tmp_path, input=b"file\nlink\n", capture_output=True, check=True).stdout
    assert [(member.name, member.size, member.target) for member in members(made)] == [
        (b"file", 5, b""),
        (b"link", 4, b"file"),
    ]


def test_garbage_in_any_place_raises_only_the_wire_error() -> None:
    for place in range(len(ARCHIVE)):
        damaged = ARCHIVE[:place] + b"\xee" + ARCHIVE[place + 1 :]
        with contextlib.suppress(WireError):
            members(damaged)
