"""How a guest's marks are written: its name, MAC and client identifier, and what may stand in a kernel command line."""

import re
from typing import Final

from netipl.errors import UsageError
from netipl.net import Mac

_LABEL: Final = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)", re.ASCII)
_GROUP_BIT: Final = 1


def domain_name(text: str) -> str:
    """A DNS label, or several with dots between (RFC 1123, 2.1). Raises UsageError."""
    name = text.removesuffix(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise UsageError(f"{text!r} is no DNS name", remedy="use letters, digits and dashes, as in web1.example.com")
    return name


def is_station(mac: Mac) -> bool:
    """Whether one machine can have this address: no group address and not all zeros."""
    return any(mac.octets) and not mac.octets[0] & _GROUP_BIT


def station(text: str) -> Mac:
    """The MAC address of one machine. Raises UsageError."""
    mac = Mac.parse(text)
    if not is_station(mac):
        raise UsageError(f"no machine has the MAC address {text}", remedy="write it as 52:54:00:13:33:0a")
    return mac


def client_identifier(text: str) -> bytes:
    """The bytes of DHCP option 61, in hexadecimal, colons allowed. Raises UsageError."""
    try:
        octets = bytes.fromhex(text.replace(":", ""))
    except ValueError:
        octets = b""
    if not 2 <= len(octets) <= 255:
        raise UsageError(f"{text!r} is no client identifier", remedy="write its 2 to 255 bytes as ff:00:01:02")
    return octets


def one_line(text: str) -> str:
    """Raises UsageError: a second line would be another command to the firmware."""
    if not text.isprintable():
        raise UsageError("it is more than one line of text", remedy="write it as one line, without control characters")
    return text
