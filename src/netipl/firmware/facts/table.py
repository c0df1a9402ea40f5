"""All that the firmware does, by subject: the documentation is drawn from this table.

Limits, and what differs by version, have tables of their own (limits.py).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from netipl.firmware.facts.fact import Fact
from netipl.firmware.facts.files import BOOT_FILE, CONFIGURATION, FAILURE, MEMORY, PROBING
from netipl.firmware.facts.network import DHCP, EVENTS, TFTP

FACTS: Final[Mapping[str, tuple[Fact, ...]]] = MappingProxyType(
    {
        "Order of events": EVENTS,
        "DHCP": DHCP,
        "TFTP": TFTP,
        "Boot file": BOOT_FILE,
        "Probing": PROBING,
        "Configuration": CONFIGURATION,
        "Memory": MEMORY,
        "Failure": FAILURE,
    }
)
"""In the order of a boot."""
