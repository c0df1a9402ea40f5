"""What the firmware jumps into."""

import pytest

from netipl.firmware.kernel import LOOKED_AT, Started, judged

PSW = bytes.fromhex("0008 0000 8001 0000")


@pytest.mark.parametrize(
    ("memory", "started"),
    [
        (PSW.ljust(0x10008, b"\0") + b"S390EP", Started.LINUX),
        (bytes(0x10008) + b"S390EP", Started.LINUX),
        (PSW, Started.PSW),
        (b"\x7fELF\2\1\1\0", Started.NOTHING),
        (b"\x1f\x8b\x08\0\0\0\0\0", Started.NOTHING),
        (b"# pxelinux", Started.NOTHING),
        (b"", Started.NOTHING),
    ],
    ids=["Linux", "the magic suffices", "a short PSW", "ELF", "gzip", "text", "nothing"],
)
def test_judged(memory: bytes, started: Started) -> None:
    assert judged(memory) is started


def test_all_that_decides_is_looked_at() -> None:
    assert judged((bytes(0x10008) + b"S390EP")[:LOOKED_AT]) is Started.LINUX
    assert judged((bytes(0x10008) + b"S390EP")[: LOOKED_AT - 1]) is Started.NOTHING
