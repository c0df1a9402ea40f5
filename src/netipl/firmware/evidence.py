"""How something is known of the firmware: measured, with which versions and by what, or read in its source only.

A version that no one has run is marked as read, however sure its neighbours are.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from netipl.firmware.versions import Version

V5, V7, V10, V11 = Version(5, 2), Version(7, 2), Version(10, 0), Version(11, 1)
MEASURED: Final = (V5, V7, V10, V11)
"""Of Debian 11 (5.2.0), 12 (7.2.22), 13 (10.0.13) and the backports of 13 (11.1.3), all under TCG."""


class Mark(StrEnum):
    MEASURED = "M"
    READ = "C"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`measured` versions were seen doing so."""

    measured: tuple[Version, ...] = MEASURED
    by: tuple[str, ...] = ()
    """Rows of tests/firmware_cases.py, transcripts of tests/vectors, and tests as `FILE::NAME`."""
    source: str = ""
    """Where it was read."""

    def mark(self, version: Version) -> Mark:
        return Mark.MEASURED if version in self.measured else Mark.READ
