"""Ethernet frames of a guest without a kernel: ARP, UDP over IPv4, and the ICMP that says that a port is closed.

Checksums are written, and not looked at: a frame that comes from a server on the same machine, through a veth or a
bridge, has them unfinished. Sources: RFC 826 (ARP), RFC 894 (IPv4 over Ethernet), RFC 792 (ICMP destination
unreachable), packet(7).
"""

import functools
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from netipl.errors import WireError
from netipl.net import Mac
from netipl.protocols import udp4
from netipl.protocols.udp4 import Datagram
from netipl.wire import Reader

BROADCAST: Final = Mac(b"\xff" * 6)
HEADER_LENGTH: Final = 14
_SHORTEST: Final = 60
_IPV4: Final = b"\x08\x00"
_ARP: Final = b"\x08\x06"
_ARP_KIND: Final = bytes.fromhex("0001 0800 06 04")  # Ethernet, IPv4, lengths of both addresses
_REQUEST: Final = 1
_REPLY: Final = 2
_ICMP: Final = 1
_UDP: Final = 17
_FRAGMENT: Final = 0x3FFF  # "more fragments" and the offset
_DESTINATION_UNREACHABLE: Final = 3
_UDP_HEADER_LENGTH: Final = 8
_HEADERS_LENGTH: Final = 34
_CHECKSUM_AT: Final = 40

# version and words, TOS, total length, identification, fragment, TTL, protocol, checksum, source, destination
_HEADERS = struct.Struct("! 14x B x H 2x H B B 2x 4s 4s")
_PORTS = struct.Struct("! H H H")  # source port, destination port, length


@dataclass(frozen=True, slots=True, kw_only=True)
class Arp:
    """Who asks for, or tells, the MAC of an address."""

    is_reply: bool
    sender: Mac
    sender_address: IPv4Address
    target: Mac = BROADCAST
    target_address: IPv4Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """An ICMP destination unreachable, with the port that our datagram came from."""

    code: int
    source_port: int


Content = Arp | Datagram | Unreachable


def encode(content: Arp | Datagram, *, source: Mac, destination: Mac) -> bytes:
    """One frame, padded to Ethernet's least."""
    if isinstance(content, Arp):
        kind, body = _ARP, _arp(content)
    else:
        kind, body = _IPV4, udp4.encode(content)
    return (destination.octets + source.octets + kind + body).ljust(_SHORTEST, b"\0")


def _arp(arp: Arp) -> bytes:
    operation = _REPLY if arp.is_reply else _REQUEST
    return b"".join(
        (
            _ARP_KIND,
            operation.to_bytes(2, "big"),
            arp.sender.octets,
            arp.sender_address.packed,
            arp.target.octets,
            arp.target_address.packed,
        )
    )


class Envelope:
    """The headers of a datagram, for others that differ in their payload but not in its length: all the ACKs of a file.

    Bodies of an even length only. It saves the simulator most of the work of `encode`.
    """

    __slots__ = ("_beginning", "_sum", "datagram")

    def __init__(self, datagram: Datagram, *, source: Mac, destination: Mac) -> None:
        self.datagram = datagram
        frame = encode(datagram, source=source, destination=destination)
        self._beginning = frame[:_CHECKSUM_AT]
        checksum = int.from_bytes(frame[_CHECKSUM_AT : _CHECKSUM_AT + 2], "big")
        self._sum = -checksum - int.from_bytes(datagram.payload, "big")

    def fits(self, other: Datagram) -> bool:
        """Whether `seal` makes the frame of `other` too. Addresses that are equal but other objects do not count."""
        ours = self.datagram
        return (
            other.destination is ours.destination
            and other.source is ours.source
            and other.destination_port == ours.destination_port
            and other.source_port == ours.source_port
            and len(other.payload) == len(ours.payload)
        )

    def seal(self, payload: bytes) -> bytes:
        """The frame with `payload`."""
        # RFC 768: a checksum that comes out as 0 is sent as 0xFFFF
        checksum = 0xFFFF - (self._sum + int.from_bytes(payload, "big")) % 0xFFFF
        return (self._beginning + checksum.to_bytes(2, "big") + payload).ljust(_SHORTEST, b"\0")


def decode(frame: bytes) -> Content | None:
    """What a frame carries, or None for what the firmware passes over. Raises WireError."""
    kind = frame[12:HEADER_LENGTH]
    if kind == _ARP:
        return _decode_arp(Reader(frame[HEADER_LENGTH:]))
    if kind != _IPV4 or len(frame) < _HEADERS_LENGTH:
        return None
    first, length, fragment, time_to_live, protocol, source, destination = _HEADERS.unpack_from(frame)
    if first >> 4 != 4 or fragment & _FRAGMENT:
        return None
    body = HEADER_LENGTH + 4 * (first & 15)
    if protocol == _ICMP:
        return _decode_icmp(Reader(frame[body : HEADER_LENGTH + length]))
    if protocol != _UDP:
        return None
    if HEADER_LENGTH + length > len(frame) or body + _UDP_HEADER_LENGTH > len(frame):
        raise WireError(f"total length {length}, {len(frame)} bytes there")
    source_port, destination_port, size = _PORTS.unpack_from(frame, body)
    if size < _UDP_HEADER_LENGTH or body + size > HEADER_LENGTH + length:
        raise WireError(f"a datagram of {size} bytes in {length}")
    return Datagram(
        source=_address(source),
        source_port=source_port,
        destination=_address(destination),
        destination_port=destination_port,
        payload=frame[body + _UDP_HEADER_LENGTH : body + size],
        time_to_live=time_to_live,
    )


@functools.lru_cache(maxsize=4096)
def _address(packed: bytes) -> IPv4Address:
    return IPv4Address(packed)


def _decode_arp(reader: Reader) -> Arp | None:
    if reader.take(len(_ARP_KIND)) != _ARP_KIND:
        return None
    return Arp(
        is_reply=reader.u16() == _REPLY,
        sender=Mac(reader.take(6)),
        sender_address=reader.ipv4(),
        target=Mac(reader.take(6)),
        target_address=reader.ipv4(),
    )


def _decode_icmp(reader: Reader) -> Unreachable | None:
    kind, code = reader.u8(), reader.u8()
    if kind != _DESTINATION_UNREACHABLE:
        return None
    reader.take(6)
    quoted = reader.rest()
    if not quoted:
        raise WireError("an ICMP message that quotes nothing")
    ports = Reader(quoted[4 * (quoted[0] & 15) :])
    return Unreachable(code=code, source_port=ports.u16())
