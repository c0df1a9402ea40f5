"""The newc writer against the bytes of its specification, and against the real cpio."""

import shutil
import subprocess

import pytest

from netipl.images import cpio

HEADER_OF_A_FILE = (
    b"070701"
    b"00000001"  # inode
    b"000081A4"  # mode: a regular file, 0644
    b"00000000"  # owner
    b"00000000"  # group
    b"00000001"  # links
    b"00000000"  # modification time
    b"00000003"  # size
    b"00000000"  # device: major
    b"00000000"  # device: minor
    b"00000000"  # device node: major
    b"00000000"  # device node: minor
    b"00000004"  # length of the name with its NUL
    b"00000000"  # check sum
)


def test_a_record_is_header_name_and_data_each_padded_to_four_bytes() -> None:
    archive = cpio.encode([cpio.file("abc", b"xyz")])
    assert archive.startswith(HEADER_OF_A_FILE + b"abc\0" + bytes(2) + b"xyz" + bytes(1) + b"070701")


def test_an_archive_ends_with_the_trailer_in_a_whole_number_of_blocks() -> None:
    archive = cpio.encode([])
    assert b"TRAILER!!!\0" in archive
    assert len(archive) % 512 == 0


def test_the_same_entries_give_the_same_bytes() -> None:
    entries = [cpio.directory("a"), cpio.file("a/b", b"1")]
    assert cpio.encode(entries) == cpio.encode(entries)


@pytest.mark.parametrize("name", ["", "/absolute", "nul\0inside"])
def test_a_name_that_the_kernel_would_not_unpack_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        cpio.encode([cpio.file(name, b"")])


@pytest.mark.skipif(shutil.which("cpio") is None, reason="the program cpio is the oracle and is not here")
def test_cpio_lists_what_was_written() -> None:
    archive = cpio.encode(
        [
            cpio.directory("dev"),
            cpio.character_device("dev/console", 5, 1),
            cpio.file("init", b"#!/bin/sh\n", mode=0o755),
            cpio.symlink("sh", "busybox"),
        ]
    )
    listed = subprocess.run(
        ["cpio", "-tv", "--numeric-uid-gid"],
        input=archive,
        capture_output=True,
        check=True,
        env={"TZ": "UTC", "LC_ALL": "C"},
    ).stdout.decode()
    lines = [" ".join(line.split()) for line in listed.splitlines()]
    assert lines == [
        "drwxr-xr-x 2 0 0 0 Jan 1 1970 dev",
        "crw------- 1 0 0 5, 1 Jan 1 1970 dev/console",
        "-rwxr-xr-x 1 0 0 10 Jan 1 1970 init",
        "lrwxrwxrwx 1 0 0 7 Jan 1 1970 sh -> busybox",
    ]
