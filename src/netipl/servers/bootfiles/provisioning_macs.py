"""The MAC addresses that an installer sends with its request: `X-RHN-Provisioning-MAC-0: eth0 52:54:00:13:33:0a`.

Source: anaconda's documentation of `inst.ks.sendmac`; the number counts interfaces, and the first word names one.
"""

import re
from collections.abc import Mapping
from typing import Final

from netipl.errors import UsageError
from netipl.net import Mac

_FIELD: Final = re.compile(r"x-rhn-provisioning-mac-\d{1,3}")
_MOST: Final = 64


def macs(fields: Mapping[str, str]) -> tuple[Mac, ...]:
    """From header fields with names in lower case. What is no address is passed over."""
    found = list[Mac]()
    for name, value in fields.items():
        if _FIELD.fullmatch(name) and len(found) < _MOST:
            try:
                found.append(Mac.parse(value.split()[-1] if value.split() else ""))
            except UsageError:
                continue
    return tuple(found)
