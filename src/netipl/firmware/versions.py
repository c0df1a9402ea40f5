"""Which QEMU a guest runs on, as far as its firmware cares: major and minor number.

Versions come from people (`7.2`), from `qemu-system-s390x --version` and from machine types (`s390-ccw-virtio-8.2`).
"""

import re
from dataclasses import dataclass
from typing import Self

_NUMBERS = re.compile(r"(?:version |^|-)(\d{1,3})\.(\d{1,3})")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A QEMU release series; s390-ccw changes between those only."""

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The first version that `text` names, or None: unknown, and to be treated as the strictest (limits.py)."""
        found = _NUMBERS.search(text)
        return cls(int(found[1]), int(found[2])) if found else None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"
