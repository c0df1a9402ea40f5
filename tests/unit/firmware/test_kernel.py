"""What the firmware finds at address 0, and what it jumps to."""

import pytest

from netipl.firmware.kernel import LOOKED_AT, Started, judged

PSW = bytes.fromhex("00080000 80010000")  # short, 31-bit, enters at 0x10000


@pytest.mark.parametrize(
    ("memory", "started"),
    {
        "S390EP at 0x10008 is Linux": (PSW.ljust(0x10008, b"\0") + b"S390EP", Started.LINUX),
        "even with nothing at 0": (bytes(0x10008) + b"S390EP", Started.LINUX),
        "one byte off is none": (bytes(0x10009) + b"S390EP", Started.NOTHING),
        "cut in the magic is none": (bytes(0x10008) + b"S390E", Started.NOTHING),
        "a short PSW at 0": (PSW, Started.PSW),
        "a PSW without 31-bit mode": (bytes.fromhex("00080000 00010000"), Started.NOTHING),
        "a PSW that is not short": (bytes.fromhex("00000000 80010000"), Started.NOTHING),
        "gzip": (b"\x1f\x8b\x08\0\0\0\0\0", Started.NOTHING),
        "an ELF file of x86": (b"\x7fELF\2\1\1\0", Started.NOTHING),
        "text": (b"default linux\n", Started.NOTHING),
        "half a PSW": (PSW[:4], Started.NOTHING),
        "nothing": (b"", Started.NOTHING),
    }.values(),
)
def test_judges(memory: bytes, started: Started) -> None:
    assert judged(memory) is started


def test_all_that_decides_is_looked_at() -> None:
    memory = bytes(0x10008) + b"S390EP"
    assert judged(memory[:LOOKED_AT]) is Started.LINUX
    assert judged(memory[: LOOKED_AT - 1]) is Started.NOTHING
