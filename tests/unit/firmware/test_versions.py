"""Versions are found wherever people and programs write them."""

import pytest

from netipl.firmware.versions import Version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("7.2", Version(7, 2)),
        ("10.0.2", Version(10, 0)),
        ("7.2-ok-off-static", Version(7, 2)),
        ("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\nCopyright (c) 2003-2022", Version(7, 2)),
        ("s390-ccw-virtio-8.2", Version(8, 2)),
        ("", None),
        ("newest", None),
        ("1:7.2", None),
    ],
)
def test_parse_finds_major_and_minor(text: str, version: Version | None) -> None:
    assert Version.parse(text) == version


def test_ten_is_newer_than_nine() -> None:
    assert Version(9, 2) < Version(10, 0) < Version(10, 1)


def test_shown_as_people_write_it() -> None:
    assert str(Version(10, 1)) == "10.1"
