"""Boot records of zipl on every kind of disk."""

import pytest

from netipl.images.boot_record import HEAD_SIZE, BootRecord, boot_record


def at(offset: int, magic: bytes) -> bytes:
    return (bytes(offset) + magic).ljust(HEAD_SIZE, b"\0")


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (at(0, b"zIPL"), BootRecord.ZIPL),
        (at(0, b"\xc9\xd7\xd3\xf1"), BootRecord.ECKD),
        (at(8192, b"\xd3\xd5\xe7\xf1"), BootRecord.ECKD_LINUX),
        (at(1024, b"\xc3\xd4\xe2\xf1"), BootRecord.ECKD_LINUX),
        (at(0x8800, b"\0CD001\1EL TORITO SPECIFICATION"), BootRecord.EL_TORITO),
        (at(0, b"\xeb\x63\x90"), None),
        (at(1, b"zIPL"), None),
        (b"", None),
        (b"zIP", None),
    ],
)
def test_a_boot_record(head: bytes, found: BootRecord | None) -> None:
    assert boot_record(head) is found
