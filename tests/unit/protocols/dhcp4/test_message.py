"""Messages: golden bytes of real clients, the fixed fields, overload, and what does not fit."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from netipl.errors import WireError
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import Message, decode, encode
from netipl.protocols.dhcp4.options import Options
from tests.vectors.dhcp4 import annotated

MAC = Mac.parse("52:54:00:13:33:0a")
GUEST = IPv4Address("192.168.133.10")
SERVER = IPv4Address("192.168.133.1")
REQUEST = Message(op=OpCode.BOOTREQUEST, xid=0x12EF59E3, mac=MAC)

GOLDEN = {
    "firmware-discover": replace(REQUEST, options=Options({53: b"\x01", 55: bytes((1, 3, 6, 66, 67, 93))})),
    "firmware-request": replace(
        REQUEST,
        options=Options(
            {
                Option.MESSAGE_TYPE: bytes((MessageType.REQUEST,)),
                Option.REQUESTED_ADDRESS: GUEST.packed,
                Option.SERVER_IDENTIFIER: SERVER.packed,
                Option.PARAMETER_LIST: bytes((1, 3, 6, 66, 67, 93, 209, 210)),
                Option.CLIENT_ARCHITECTURE: b"\x00\x1f",
            }
        ),
    ),
    "firmware-release": replace(REQUEST, ciaddr=GUEST, options=Options({53: b"\x07", 54: SERVER.packed})),
    "dnsmasq-ack": Message(
        op=OpCode.BOOTREPLY,
        xid=0x12EF59E3,
        mac=MAC,
        yiaddr=GUEST,
        siaddr=SERVER,
        file=b"/",
        options=Options(
            {
                53: b"\x05",
                54: SERVER.packed,
                51: (3600).to_bytes(4, "big"),
                58: (1800).to_bytes(4, "big"),
                59: (3150).to_bytes(4, "big"),
                1: bytes((255, 255, 255, 0)),
                28: bytes((192, 168, 133, 255)),
                3: SERVER.packed,
                6: SERVER.packed,
                210: b"hosts/z1/",
                209: b"pxe.cfg",
            }
        ),
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_a_captured_message_decodes_and_encodes_to_the_same_bytes(name: str) -> None:
    data = annotated.message(name)
    assert decode(data) == GOLDEN[name]
    assert encode(GOLDEN[name]) == data


@pytest.mark.parametrize("name", GOLDEN)
def test_a_message_cut_anywhere_is_a_wire_error_or_has_fewer_options(name: str) -> None:
    data, whole = annotated.message(name), GOLDEN[name]
    for length in range(len(data)):
        try:
            cut = decode(data[:length])
        except WireError:
            continue
        assert length >= 236
        assert cut.options.items() <= whole.options.items() or length < 240


def test_every_fixed_field_has_its_place() -> None:
    message = Message(
        op=OpCode.BOOTREPLY,
        hops=3,
        xid=0x01020304,
        secs=0x0506,
        broadcast=True,
        ciaddr=IPv4Address("10.0.0.1"),
        yiaddr=IPv4Address("10.0.0.2"),
        siaddr=IPv4Address("10.0.0.3"),
        giaddr=IPv4Address("10.0.0.4"),
        mac=MAC,
        sname=b"server",
        file=b"boot/file",
        options=Options({53: b"\x02"}),
    )
    data = encode(message)
    assert data == annotated.parse(
        """
        02 01 06 03 01 02 03 04 05 06 80 00
        0a 00 00 01 0a 00 00 02 0a 00 00 03 0a 00 00 04
        52 54 00 13 33 0a 00*10
        73 65 72 76 65 72 00*58
        62 6f 6f 74 2f 66 69 6c 65 00*119
        63 82 53 63 35 01 02 ff 00*56
        """
    )
    assert decode(data) == message


def test_plain_bootp_has_no_cookie_and_300_bytes() -> None:
    message = replace(REQUEST, cookie=False)
    data = encode(message)
    assert len(data) == 300
    assert not any(data[236:])
    assert decode(data) == message
    assert decode(data[:236]) == message


def test_a_vendor_area_without_the_cookie_is_not_read() -> None:
    assert decode(annotated.message("firmware-discover")[:236] + b"\x00\x00\x00\x00\x35\x05").options == Options()


FIXED_FIELDS = {
    "op 0": (0, 0),
    "op 3": (0, 3),
    "another hardware type": (1, 6),
    "an address of 8 bytes": (2, 8),
    "an address of no bytes": (2, 0),
}


@pytest.mark.parametrize(("at", "value"), FIXED_FIELDS.values(), ids=FIXED_FIELDS)
def test_a_fixed_field_that_nothing_here_understands_is_a_wire_error(at: int, value: int) -> None:
    data = bytearray(annotated.message("firmware-discover"))
    data[at] = value
    with pytest.raises(WireError):
        decode(bytes(data))


HEAD = "01 01 06 00 12 ef 59 e3 00*20 52 54 00 13 33 0a 00*10 "


def overloaded(which: int, sname: str, file: str, more: str = "") -> bytes:
    fixed = annotated.parse(HEAD)
    fields = annotated.parse(sname).ljust(64, b"\0") + annotated.parse(file).ljust(128, b"\0")
    return fixed + fields + annotated.parse(f"63 82 53 63 34 01 {which:02x} 35 01 01 {more} ff")


OVERLOADS = {
    "file holds options": (overloaded(1, "61", "43 01 62 ff"), b"a", b"", {53: b"\x01", 67: b"b"}),
    "sname holds options": (overloaded(2, "43 01 62 ff", "61"), b"", b"a", {53: b"\x01", 67: b"b"}),
    "both do, file before sname": (
        overloaded(3, "43 01 63 ff", "43 01 62 ff", "43 01 61"),
        b"",
        b"",
        {53: b"\x01", 67: b"abc"},
    ),
}


@pytest.mark.parametrize(("data", "sname", "file", "values"), OVERLOADS.values(), ids=OVERLOADS)
def test_overload_is_undone(data: bytes, sname: bytes, file: bytes, values: dict[int, bytes]) -> None:
    message = decode(data)
    assert (message.sname, message.file, message.options) == (sname, file, Options(values))


BAD_OVERLOADS = {
    "0": overloaded(0, "", ""),
    "4": overloaded(4, "", ""),
    "twice": overloaded(1, "", "", "34 01 01"),
    "inside file": overloaded(1, "", "34 01 02 ff"),
    "cut in file": overloaded(1, "", "00*126 43 05"),
    "cut in sname": overloaded(2, "00*62 43 01", ""),
}


@pytest.mark.parametrize("data", BAD_OVERLOADS.values(), ids=BAD_OVERLOADS)
def test_a_bad_overload_is_a_wire_error(data: bytes) -> None:
    with pytest.raises(WireError):
        decode(data)


def test_options_beyond_what_every_client_takes_move_to_empty_fields() -> None:
    options = Options({53: b"\x05", 54: SERVER.packed, 210: b"p" * 120, 209: b"c" * 120, 15: b"d" * 60, 82: b"r" * 20})
    data = encode(replace(REQUEST, options=options))
    assert len(data) <= 548
    assert data[240:].find(b"\x34\x01") >= 0
    assert decode(data) == replace(REQUEST, options=options)


def test_a_field_in_use_is_not_overloaded() -> None:
    message = replace(REQUEST, sname=b"server", file=b"boot", options=Options({53: b"\x05", 210: b"p" * 500}))
    data = encode(message)
    assert Option.OVERLOAD not in data[240:243]
    assert decode(data) == message


@pytest.mark.parametrize("size", [10, 400], ids=["small", "overloaded"])
def test_the_relay_information_comes_last_and_before_the_end(size: int) -> None:
    options = Options({53: b"\x05", 82: b"\x01\x02ab", 67: b"f" * 100, 210: b"p" * size})
    data = encode(replace(REQUEST, options=options)).rstrip(b"\0")
    assert data.endswith(b"\x52\x04\x01\x02ab\xff")


UNFIT = {
    "a file of 129 bytes": replace(REQUEST, file=b"f" * 129),
    "a server name of 65 bytes": replace(REQUEST, sname=b"s" * 65),
    "a NUL in the file": replace(REQUEST, file=b"a\0b"),
    "a transaction id of 33 bits": replace(REQUEST, xid=1 << 32),
    "300 hops": replace(REQUEST, hops=300),
    "options without a cookie": replace(REQUEST, cookie=False, options=Options({80: b""})),
    "an overload by hand": replace(REQUEST, options=Options({52: b"\x01"})),
    "more than a frame": replace(REQUEST, options=Options({210: b"p" * 1500})),
}


@pytest.mark.parametrize("message", UNFIT.values(), ids=UNFIT)
def test_what_does_not_fit_is_refused_and_never_cut(message: Message) -> None:
    with pytest.raises(ValueError, match=r".+"):
        encode(message)
