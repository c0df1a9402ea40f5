"""Where a version is read from, and what is none."""

import pytest

from netipl.firmware.versions import Version


@pytest.mark.parametrize(
    ("text", "version"),
    {
        "two numbers as people write them": ("7.2", Version(7, 2)),
        "a third number does not matter": ("10.0.2", Version(10, 0)),
        "what QEMU says of itself": ("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)", Version(7, 2)),
        "a machine type": ("s390-ccw-virtio-8.2", Version(8, 2)),
        "the name of a transcript": ("11.1-loadparm9", Version(11, 1)),
        "the newest machine type has no number": ("s390-ccw-virtio", None),
        "a single number is none": ("7", None),
        "nothing": ("", None),
        "a word before the numbers": ("about 7.2", None),
    }.values(),
)
def test_reads(text: str, version: Version | None) -> None:
    assert Version.parse(text) == version


def test_numbers_are_compared_as_numbers() -> None:
    assert Version(2, 9) < Version(2, 10) < Version(9, 2) < Version(10, 0)


def test_prints_as_it_reads() -> None:
    assert str(Version(10, 1)) == "10.1"
