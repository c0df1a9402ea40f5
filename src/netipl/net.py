"""Addresses that the standard library has no type for: the Ethernet MAC, a range of IPv4 addresses, a TCP endpoint."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Self

from netipl.errors import UsageError

_PORT = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_MAC = re.compile(r"([0-9A-Fa-f]{2})([:-])(?:[0-9A-Fa-f]{2}\2){4}[0-9A-Fa-f]{2}")


@dataclass(frozen=True, slots=True, order=True)
class Mac:
    """A 48-bit Ethernet address."""

    octets: bytes

    def __post_init__(self) -> None:
        if len(self.octets) != 6:
            raise ValueError(f"a MAC has 6 octets, not {len(self.octets)}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `52:54:00:13:33:0a`, either case, colons or dashes. Raises UsageError."""
        if not _MAC.fullmatch(text):
            raise UsageError(f"{text!r} is no MAC address", remedy="write it as 52:54:00:13:33:0a")
        return cls(bytes.fromhex(text.replace("-", ":").replace(":", "")))

    @property
    def dashed(self) -> str:
        """As in the file names that the firmware probes: `52-54-00-13-33-0a`."""
        return self.octets.hex("-")

    def __str__(self) -> str:
        return self.octets.hex(":")


@dataclass(frozen=True, slots=True)
class AddressRange:
    """The IPv4 addresses from `first` to `last`, both included."""

    first: IPv4Address
    last: IPv4Address

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise UsageError(f"the range {self} is empty", remedy="put the lower address first")

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `192.0.2.10-192.0.2.99`, or one address alone. Raises UsageError."""
        first, _, last = text.partition("-")
        try:
            return cls(IPv4Address(first.strip()), IPv4Address((last or first).strip()))
        except ValueError:
            raise UsageError(f"{text!r} is no range of addresses", remedy="write it as 192.0.2.10-192.0.2.99") from None

    def __contains__(self, address: object) -> bool:
        return isinstance(address, IPv4Address) and self.first <= address <= self.last

    def __len__(self) -> int:
        return int(self.last) - int(self.first) + 1

    def __iter__(self) -> Iterator[IPv4Address]:
        return map(IPv4Address, range(int(self.first), int(self.last) + 1))

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address with a port."""

    address: IPv4Address | IPv6Address
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `192.0.2.1:8070` or `[2001:db8::1]:8070`. Raises UsageError."""
        address, _, port = text.rpartition(":")
        is_bracketed = address.startswith("[") and address.endswith("]")
        try:
            found = ip_address(address[1:-1] if is_bracketed else address)
        except ValueError:
            found = None
        right = found is not None and is_bracketed == (found.version == 6)
        if found is None or not right or not _PORT.fullmatch(port) or int(port) > 65535:
            raise UsageError(f"{text!r} is no address with a port", remedy="write it as 127.0.0.1:8070 or [::1]:8070")
        return cls(found, int(port))

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if self.address.version == 6 else f"{self.address}:{self.port}"
