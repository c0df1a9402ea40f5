"""A UDP datagram in an IPv4 packet, for packet sockets: what the kernel writes when it is asked to, written here.

Sent packets carry both checksums, since nothing below a packet socket adds them. Fragments are neither made nor read.
Sources: RFC 791 section 3.1, RFC 768, RFC 1071 (checksum), RFC 6864 (an identification of 0 when DF is set).
"""

import struct
from ipaddress import IPv4Address

from netipl.errors import WireError
from netipl.values import value
from netipl.wire import Reader

_VERSION_AND_WORDS = 0x45  # IPv4, a header of five 32-bit words
_DONT_FRAGMENT = 0x4000
_FRAGMENT = 0x3FFF  # "more fragments" and the offset
_UDP = 17
_UDP_HEADER_LENGTH = 8
_HEADER_LENGTH = 20
_LONGEST_PAYLOAD = 0xFFFF - _HEADER_LENGTH - _UDP_HEADER_LENGTH

#                      version, TOS, total length, identification, flags, TTL, protocol, checksum, source, destination
_HEADER = struct.Struct("! B     B    H             H               H      B    B         H         4s      4s")
_UDP_HEADER = struct.Struct("! H H H H")  # source port, destination port, length, checksum
_PSEUDO_HEADER = struct.Struct("! 4s 4s x B H")  # source, destination, protocol, UDP length


@value(kw_only=True)
class Datagram:
    """What one UDP datagram says, and between whom."""

    source: IPv4Address
    source_port: int
    destination: IPv4Address
    destination_port: int
    payload: bytes
    time_to_live: int = 64


def decode(packet: bytes, *, finished: bool = True) -> Datagram:
    """The datagram in `packet`, an IPv4 packet with or without Ethernet's padding behind it. Raises WireError.

    One that this host has just sent is not `finished`: its network card would write the checksum of the datagram.
    """
    header, body = _split(packet)
    if _remainder(header):
        raise WireError("the checksum of the IPv4 header is wrong")
    *_, time_to_live, protocol, _checksum, source, destination = _HEADER.unpack_from(header)
    if protocol != _UDP:
        raise WireError(f"protocol {protocol} is not UDP")
    reader = Reader(body)
    source_port, destination_port, length, checksum = reader.u16(), reader.u16(), reader.u16(), reader.u16()
    payload = reader.take(length - _UDP_HEADER_LENGTH)
    if finished and checksum and _remainder(_PSEUDO_HEADER.pack(source, destination, _UDP, length) + body[:length]):
        raise WireError("the checksum of the UDP datagram is wrong")
    return Datagram(
        source=IPv4Address(source),
        source_port=source_port,
        destination=IPv4Address(destination),
        destination_port=destination_port,
        payload=payload,
        time_to_live=time_to_live,
    )


def encode(datagram: Datagram) -> bytes:
    """The IPv4 packet of `datagram`. Raises ValueError for a payload over 65,507 bytes or a number out of range."""
    if len(datagram.payload) > _LONGEST_PAYLOAD:
        raise ValueError(f"{len(datagram.payload)} bytes are too many for one datagram")
    try:
        return _encoded(datagram)
    except struct.error as error:
        raise ValueError(f"{datagram.source_port}, {datagram.destination_port}: {error}") from error


def _encoded(datagram: Datagram) -> bytes:
    source, destination, payload = datagram.source.packed, datagram.destination.packed, datagram.payload
    length = _UDP_HEADER_LENGTH + len(payload)
    ports = datagram.source_port, datagram.destination_port
    pseudo = _PSEUDO_HEADER.pack(source, destination, _UDP, length)
    # RFC 768: a checksum that comes out as 0 is sent as 0xFFFF; a remainder of 0 gives just that.
    udp_checksum = 0xFFFF - _remainder(pseudo + _UDP_HEADER.pack(*ports, length, 0) + payload)
    before = (_VERSION_AND_WORDS, 0, _HEADER_LENGTH + length, 0, _DONT_FRAGMENT, datagram.time_to_live, _UDP)
    # A header is never all zeros, so a remainder of 0 stands for the sum 0xFFFF and the checksum 0.
    header_checksum = -_remainder(_HEADER.pack(*before, 0, source, destination)) % 0xFFFF
    return b"".join(
        (
            _HEADER.pack(*before, header_checksum, source, destination),
            _UDP_HEADER.pack(*ports, length, udp_checksum),
            payload,
        )
    )


def _split(packet: bytes) -> tuple[bytes, bytes]:
    """The IPv4 header with its options, and what it says is behind it."""
    reader = Reader(packet)
    version, words = divmod(reader.u8(), 16)
    header_length = 4 * words
    if version != 4 or header_length < _HEADER_LENGTH:
        raise WireError(f"no IPv4 header: version {version}, {header_length} bytes")
    reader.u8()
    total_length = reader.u16()
    reader.u16()
    if reader.u16() & _FRAGMENT:
        raise WireError("a fragment of a packet")
    if not header_length <= total_length <= len(packet):
        raise WireError(f"total length {total_length}, header {header_length}, {len(packet)} bytes there")
    return packet[:header_length], packet[header_length:total_length]


def _remainder(data: bytes) -> int:
    """`data` as 16-bit words, added in ones' complement, modulo 0xFFFF; 0 means that a checksum in it is right.

    2**16 leaves 1 when divided by 0xFFFF, so the remainder of the whole number is that of the sum of its words.
    """
    return int.from_bytes(data + bytes(len(data) % 2), "big") % 0xFFFF
