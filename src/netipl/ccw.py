"""The number of a device in the channel subsystem, as Linux and the consoles of IBM Z write it: `0.0.1234`."""

import re
from dataclasses import dataclass
from typing import Self

from netipl.errors import UsageError

_TEXT = re.compile(r"0\.([0-3])\.([0-9A-Fa-f]{4})")


@dataclass(frozen=True, slots=True, order=True)
class DeviceNumber:
    """A device of the guest: its subchannel set and its number there. z/Architecture knows four sets."""

    subchannel_set: int
    number: int

    def __post_init__(self) -> None:
        if self.subchannel_set not in range(4) or self.number not in range(0x10000):
            raise ValueError(f"no device can have the number {self.number:#x} in set {self.subchannel_set}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `0.0.1234`, hexadecimal in either case. Raises UsageError."""
        found = _TEXT.fullmatch(text)
        if found is None:
            remedy = "write it as 0.0.1234; QEMU's fe.0.1234 is 0.0.1234 for the guest"
            raise UsageError(f"{text!r} is no device number", remedy=remedy)
        return cls(int(found[1]), int(found[2], 16))

    def __str__(self) -> str:
        return f"0.{self.subchannel_set}.{self.number:04x}"
