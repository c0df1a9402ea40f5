"""Where a version is read from, and what is none."""

import pytest

from netipl.errors import UsageError
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


@pytest.mark.parametrize(
    ("text", "version"),
    {
        "two numbers": ("7.2", Version(7, 2)),
        "a name as lint takes it": ("qemu-7.2", Version(7, 2)),
        "in any case": ("QEMU-10.0.13", Version(10, 0)),
        "a tag": ("v9.2.0", Version(9, 2)),
        "a machine type": ("s390-ccw-virtio-8.2", Version(8, 2)),
        "a program's own words": ("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)\nCopyright", Version(7, 2)),
        "the newest major number goes on": ("11.2", Version(11, 2)),
        "and the ones after it": ("qemu-14.0", Version(14, 0)),
        "before network boot": ("2.9", Version(2, 9)),
    }.values(),
)
def test_a_person_names(text: str, version: Version) -> None:
    assert Version.named(text) == version


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "qemu",
        "about 7.2",
        "7.2 or so",
        "linux-6.1",
        "s390-ccw-virtio",
        "s390-ccw-virtio-rhel9.4.0",
        "7.22",
        "6.3",
    ],
)
def test_what_is_no_version_is_refused_with_those_that_are(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        Version.named(text)
    assert repr(text) in str(refused.value)
    assert "2.10 to 2.12, 3.0 to 3.1, 4.0 to 4.2" in refused.value.remedy
    assert "11.0 to 11.1" in refused.value.remedy


def test_numbers_are_compared_as_numbers() -> None:
    assert Version(2, 9) < Version(2, 10) < Version(9, 2) < Version(10, 0)


def test_prints_as_it_reads() -> None:
    assert str(Version(10, 1)) == "10.1"
