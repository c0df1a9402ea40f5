"""The `.ins` list as the firmware reads it: a comment line, then `FILE ADDRESS` on each line, blanks between.

Source: QEMU pc-bios/s390-ccw/netmain.c (C); numbers measured with 7.2.22 (M). The reader stops at the first line that
is wrong, after it has loaded those before it; so `Step` has both kinds.
"""

import re
from dataclasses import dataclass
from typing import Final

MAGIC: Final = b"* "

_NUMBER: Final = re.compile(rb"[ \t]*(?:0[xX]([0-9a-fA-F]+)|(\d+))")


@dataclass(frozen=True, slots=True, kw_only=True)
class InsFile:
    """A file to load at an address in the guest's memory."""

    name: bytes
    address: int


@dataclass(frozen=True, slots=True)
class NoSeparator:
    """A line without a space: the end of the boot."""


Step = InsFile | NoSeparator


@dataclass(frozen=True, slots=True, kw_only=True)
class InsList:
    """`comment` is the first line without its magic."""

    comment: bytes
    steps: tuple[Step, ...]


def parse(data: bytes) -> InsList | None:
    """`data` starts with the magic. None where it is a single line, which the firmware refuses."""
    first, found, rest = data.partition(b"\0")[0].partition(b"\n")
    if not found:
        return None
    return InsList(comment=first[len(MAGIC) :], steps=_steps(rest))


def _steps(text: bytes) -> tuple[Step, ...]:
    steps: list[Step] = []
    for line in text.split(b"\n"):
        if not line:
            continue
        name, found, address = line.partition(b" ")
        if not found:
            return (*steps, NoSeparator())
        steps.append(InsFile(name=name, address=_address(address)))
    return tuple(steps)


def _address(text: bytes) -> int:
    """As the firmware's atol: digits as far as they go, 0 without any."""
    found = _NUMBER.match(text)
    if not found:
        return 0
    return int(found[1], 16) if found[1] else int(found[2])
