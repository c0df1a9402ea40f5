"""Which QEMU a guest runs on, as far as its firmware cares: major and minor number.

Versions come from people (`7.2`, `qemu-7.2`), from `qemu-system-s390x --version` and from machine types
(`s390-ccw-virtio-8.2`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self

from netipl.errors import UsageError

_NUMBERS = re.compile(r"(?:version |^|-)(\d{1,3})\.(\d{1,3})")
_WHOLE = re.compile(
    r"(?:qemu-|v|s390-ccw-virtio-)?(\d{1,3})\.(\d{1,3})(?:\.\d+)*|QEMU emulator version (\d{1,3})\.(\d{1,3})\b.*",
    re.IGNORECASE | re.DOTALL,
)
RELEASES: Final[Mapping[int, int]] = MappingProxyType(
    {0: 15, 1: 7, 2: 12, 3: 1, 4: 2, 5: 2, 6: 2, 7: 2, 8: 2, 9: 2, 10: 2, 11: 1}
)
"""The last minor number of each major one; of the newest, so far."""


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

    @classmethod
    def named(cls, text: str) -> Self:
        """The version that a person means by `text`, and nothing else. Raises UsageError.

        A version that is newer than all in RELEASES is taken at its word: QEMU goes on.
        """
        found = _WHOLE.fullmatch(text.strip())
        if found:
            version = cls(int(found[1] or found[3]), int(found[2] or found[4]))
            newest = max(RELEASES)
            if version.major >= newest or version.minor <= RELEASES[version.major]:
                return version
        raise UsageError(
            f"{text!r} is no version of QEMU",
            remedy=f"write it as qemu-7.2, as a machine type, or as `qemu-system-s390x --version` does; {known()}",
        )

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


def known() -> str:
    """The releases from the first that boots from the network, in words."""
    majors = [f"{major}.0 to {major}.{last}" for major, last in RELEASES.items() if major > 2]
    return f"there are 2.10 to 2.{RELEASES[2]}, {', '.join(majors)} and newer ones"
