"""What a fact of the firmware is: a sentence, and how it is known.

Where a fact names no versions it was measured with all of MEASURED: against a real guest, packet by packet and byte by
byte of its console.
"""

from dataclasses import dataclass
from typing import Final

from netipl.firmware.evidence import Evidence

FIRMWARE_TEST: Final = "tests/e2e/test_firmware.py"


@dataclass(frozen=True, slots=True)
class Fact(Evidence):
    says: str
