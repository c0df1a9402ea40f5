"""One BOOTP or DHCP message as a value, and its bytes: the fixed fields, and where its options stand.

Option 52 says that options fill `file` or `sname` too; it belongs to the bytes alone and appears in no Message.
Sources: RFC 951, 3; RFC 1542, 2; RFC 2131, 2 and 4.1; RFC 2132, 9.3; RFC 3046, 2.1.
"""

import struct
from dataclasses import field
from ipaddress import IPv4Address
from typing import Final

from netipl.errors import WireError
from netipl.net import Mac
from netipl.protocols.dhcp4 import options as option_format
from netipl.protocols.dhcp4.codes import ETHERNET, MAGIC_COOKIE, OpCode, Option, Overload
from netipl.protocols.dhcp4.options import Options
from netipl.values import value

_FIXED: Final = struct.Struct(
    "!"
    "B"  # op
    "B"  # htype
    "B"  # hlen
    "B"  # hops
    "I"  # xid
    "H"  # secs
    "H"  # flags
    "4s4s4s4s"  # ciaddr yiaddr siaddr giaddr
    "16s"  # chaddr
    "64s"  # sname
    "128s"  # file
)
_SNAME_LENGTH: Final = 64
_FILE_LENGTH: Final = 128
_MAC_LENGTH: Final = 6
_OP_CODES: Final = {int(op): op for op in OpCode}
_BROADCAST_FLAG: Final = 0x8000
_LEAST: Final = 300  # RFC 951 with its 64 bytes of vendor area; relays drop what is shorter (RFC 1542, 2.1)
_MOST: Final = 1472  # one Ethernet frame
_OPTIONS_SURE: Final = 308  # every client takes 312 bytes with the cookie (RFC 2131, 2)
_END: Final = bytes((Option.END,))
_STAY: Final = frozenset({Option.MESSAGE_TYPE, Option.RELAY_INFORMATION})  # never moved to file or sname

ANY: Final = IPv4Address(0)
_ANY_BYTES: Final = ANY.packed
_NO_OPTIONS: Final = Options()


@value(kw_only=True)
class Message:
    """BOOTP and DHCP alike; plain BOOTP has no message type, and without `cookie` no options at all."""

    op: OpCode
    hops: int = 0
    xid: int
    secs: int = 0
    broadcast: bool = False
    ciaddr: IPv4Address = ANY
    yiaddr: IPv4Address = ANY
    siaddr: IPv4Address = ANY
    giaddr: IPv4Address = ANY
    mac: Mac
    """chaddr; only Ethernet (htype 1) exists here."""
    sname: bytes = b""
    file: bytes = b""
    options: Options = field(default=_NO_OPTIONS)
    cookie: bool = True


def decode(data: bytes) -> Message:
    """The message in the payload of a UDP packet. Raises WireError."""
    if len(data) < _FIXED.size:
        raise WireError(f"{len(data)} bytes are no BOOTP message")
    number, htype, hlen, hops, xid, secs, flags, *addresses, chaddr, sname, file = _FIXED.unpack_from(data)
    ciaddr, yiaddr, siaddr, giaddr = map(_address, addresses)
    op = _OP_CODES.get(number)
    if op is None:
        raise WireError(f"op {number}")
    if htype != ETHERNET or hlen != _MAC_LENGTH:
        raise WireError(f"hardware type {htype} with {hlen} bytes of address")
    cookie = data[_FIXED.size : _FIXED.size + 4] == MAGIC_COOKIE
    if cookie:
        options, sname, file = _decode_options(data[_FIXED.size + 4 :], sname, file)
    return Message(
        op=op,
        hops=hops,
        xid=xid,
        secs=secs,
        broadcast=flags & _BROADCAST_FLAG != 0,
        ciaddr=ciaddr,
        yiaddr=yiaddr,
        siaddr=siaddr,
        giaddr=giaddr,
        mac=Mac(chaddr[:_MAC_LENGTH]),
        sname=sname.partition(b"\0")[0],
        file=file.partition(b"\0")[0],
        options=options if cookie else _NO_OPTIONS,
        cookie=cookie,
    )


def _decode_options(area: bytes, sname: bytes, file: bytes) -> tuple[Options, bytes, bytes]:
    """Options of all fields in the order of RFC 3396, 5, and what is left of sname and file."""
    values: dict[int, bytes] = {}
    option_format.decode_into(values, area)
    overload = values.pop(Option.OVERLOAD, None)
    if overload is not None:
        if len(overload) != 1 or not Overload.FILE <= overload[0] <= Overload.BOTH:
            raise WireError(f"option overload {overload.hex()}")
        if overload[0] & Overload.FILE:
            option_format.decode_into(values, file)
            file = b""
        if overload[0] & Overload.SNAME:
            option_format.decode_into(values, sname)
            sname = b""
        if Option.OVERLOAD in values:
            raise WireError("option overload inside an overloaded field")
    return option_format.checked(values), sname, file


def _address(packed: bytes) -> IPv4Address:
    return ANY if packed == _ANY_BYTES else IPv4Address(packed)


def encode(message: Message) -> bytes:
    """At least 300 bytes. Option 82 comes last; what exceeds 308 bytes of options moves to empty fixed fields.

    Raises ValueError for a field that is too long or out of range, and for more than one Ethernet frame.
    """
    area, file, sname = _encode_options(message)
    try:
        fixed = _FIXED.pack(
            message.op,
            ETHERNET,
            _MAC_LENGTH,
            message.hops,
            message.xid,
            message.secs,
            _BROADCAST_FLAG if message.broadcast else 0,
            message.ciaddr.packed,
            message.yiaddr.packed,
            message.siaddr.packed,
            message.giaddr.packed,
            message.mac.octets,
            sname,
            file,
        )
    except struct.error as error:
        raise ValueError(str(error)) from None
    data = fixed + area
    if len(data) > _MOST:
        raise ValueError(f"{len(data)} bytes of message do not fit in a frame")
    return data.ljust(_LEAST, b"\0")


def _encode_options(message: Message) -> tuple[bytes, bytes, bytes]:
    """The option area from its cookie on, and the contents of file and sname."""
    file = _text("file", message.file, _FILE_LENGTH)
    sname = _text("sname", message.sname, _SNAME_LENGTH)
    if not message.cookie:
        if message.options:
            raise ValueError("options need the cookie")
        return b"", file, sname
    if Option.OVERLOAD in message.options:
        raise ValueError("option 52 is made by encoding")
    encoded = {code: option_format.encode(code, value) for code, value in message.options.items()}
    if Option.RELAY_INFORMATION in encoded:
        encoded[Option.RELAY_INFORMATION] = encoded.pop(Option.RELAY_INFORMATION)
    area = b"".join(encoded.values())
    if len(area) >= _OPTIONS_SURE:
        file, sname = _overload(encoded, file, sname)
        area = b"".join(encoded.values())
    return MAGIC_COOKIE + area + _END, file, sname


def _overload(encoded: dict[int, bytes], file: bytes, sname: bytes) -> tuple[bytes, bytes]:
    """Moves whole options, the last first, out of `encoded` into file and sname where these are empty."""
    room = {
        bit: length - len(_END)
        for bit, text, length in ((Overload.FILE, file, _FILE_LENGTH), (Overload.SNAME, sname, _SNAME_LENGTH))
        if not text
    }
    moved: dict[Overload, bytes] = {}
    excess = sum(map(len, encoded.values())) + 3 + len(_END) - _OPTIONS_SURE
    for code in [code for code in reversed(encoded) if code not in _STAY]:
        if excess <= 0:
            break
        option = encoded[code]
        for bit, length in room.items():
            if len(moved.get(bit, b"")) + len(option) <= length:
                moved[bit] = moved.get(bit, b"") + encoded.pop(code)
                excess -= len(option)
                break
    if not moved:
        return file, sname
    relayed = encoded.pop(Option.RELAY_INFORMATION, None)
    encoded[Option.OVERLOAD] = option_format.encode(Option.OVERLOAD, bytes((sum(moved),)))
    if relayed is not None:
        encoded[Option.RELAY_INFORMATION] = relayed
    return (
        moved[Overload.FILE] + _END if Overload.FILE in moved else file,
        moved[Overload.SNAME] + _END if Overload.SNAME in moved else sname,
    )


def _text(name: str, value: bytes, length: int) -> bytes:
    if len(value) > length or b"\0" in value:
        raise ValueError(f"{value!r} is no {name} of {length} bytes")
    return value
