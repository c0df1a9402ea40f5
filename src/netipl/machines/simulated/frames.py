"""Ethernet frames of a guest without a kernel: ARP, UDP over IPv4, and the ICMP that says that a port is closed.

Sources: RFC 826 (ARP), RFC 894 (IPv4 over Ethernet), RFC 792 (ICMP destination unreachable).
"""

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
_PROTOCOL_AT: Final = HEADER_LENGTH + 9
_ICMP: Final = 1
_DESTINATION_UNREACHABLE: Final = 3
_UNREACHABLE: Final = struct.Struct("! B B H I")  # type, code, checksum, unused


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


def decode(frame: bytes) -> Content | None:
    """What a frame carries, or None for what the firmware passes over. Raises WireError."""
    kind = frame[12:HEADER_LENGTH]
    if kind == _ARP:
        return _decode_arp(Reader(frame[HEADER_LENGTH:]))
    if kind != _IPV4 or len(frame) <= _PROTOCOL_AT:
        return None
    if frame[_PROTOCOL_AT] == _ICMP:
        return _decode_icmp(frame[HEADER_LENGTH:])
    return udp4.decode(frame[HEADER_LENGTH:])


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


def _decode_icmp(packet: bytes) -> Unreachable | None:
    reader = Reader(packet)
    reader.take(4 * (packet[0] & 15))
    kind, code = reader.u8(), reader.u8()
    if kind != _DESTINATION_UNREACHABLE:
        return None
    reader.take(6)
    quoted = reader.rest()
    if not quoted:
        raise WireError("an ICMP message that quotes nothing")
    ports = Reader(quoted[4 * (quoted[0] & 15) :])
    return Unreachable(code=code, source_port=ports.u16())
