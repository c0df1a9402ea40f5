"""What stands in memory when the firmware starts a kernel, judged as it judges: by `S390EP` or by the PSW at 0.

Source: QEMU pc-bios/s390-ccw/jump2ipl.c (C). It jumps in any case; what is no kernel crashes or hangs (M).
"""

from enum import StrEnum
from typing import Final

_MAGIC: Final = b"S390EP"
_MAGIC_ADDRESS: Final = 0x10008
_PSW_MASK: Final = 0x0008_0000_8000_0000  # a short PSW that is valid and in 31-bit mode

LOOKED_AT: Final = _MAGIC_ADDRESS + len(_MAGIC)
"""Bytes from address 0 that decide."""


class Started(StrEnum):
    """What the firmware jumped into."""

    LINUX = "linux"
    """`S390EP` at 0x10008: entered at 0x10000."""
    PSW = "psw"
    """No magic, but a short PSW at 0."""
    NOTHING = "nothing"
    """Neither: text, ELF, gzip, an empty file. The guest crashes or hangs."""


def judged(memory: bytes) -> Started:
    """From the first LOOKED_AT bytes of memory."""
    if memory[_MAGIC_ADDRESS:LOOKED_AT] == _MAGIC:
        return Started.LINUX
    psw = int.from_bytes(memory[:8].ljust(8, b"\0"), "big")
    return Started.PSW if psw & _PSW_MASK == _PSW_MASK else Started.NOTHING
