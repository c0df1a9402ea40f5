"""The DHCP codec over all messages: round trip, cuts, garbage, and scapy as an independent reader and writer."""

from ipaddress import IPv4Address

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.packet import Packet

from netipl.errors import WireError
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import OpCode, Option
from netipl.protocols.dhcp4.message import Message, decode, encode
from netipl.protocols.dhcp4.options import Options
from tests.vectors.dhcp4 import annotated

ADDRESSES = st.integers(0, (1 << 32) - 1).map(IPv4Address)
MACS = st.binary(min_size=6, max_size=6).map(Mac)

OPAQUE = st.sampled_from([12, 15, 43, 60, 67, 80, 82, 209, 210, 224, 254])
SHAPED = st.one_of(
    st.tuples(st.sampled_from([1, 50, 51, 54]), st.binary(min_size=4, max_size=4)),
    st.tuples(st.just(53), st.binary(min_size=1, max_size=1)),
    st.tuples(st.just(61), st.binary(min_size=2, max_size=20)),
    st.tuples(st.just(93), st.binary(min_size=1, max_size=3).map(lambda half: half * 2)),
    st.tuples(st.just(97), st.binary(min_size=17, max_size=17)),
    st.tuples(OPAQUE, st.binary(max_size=150)),
    st.tuples(st.sampled_from([67, 210]), st.binary(min_size=250, max_size=300)),
)
OPTIONS = st.lists(SHAPED, max_size=6, unique_by=lambda option: option[0]).map(Options)


def text(most: int) -> st.SearchStrategy[bytes]:
    return st.one_of(st.just(b""), st.binary(max_size=most).map(lambda value: value.replace(b"\0", b"x")))


MESSAGES = st.builds(
    Message,
    op=st.sampled_from(OpCode),
    hops=st.integers(0, 255),
    xid=st.integers(0, (1 << 32) - 1),
    secs=st.integers(0, (1 << 16) - 1),
    broadcast=st.booleans(),
    ciaddr=ADDRESSES,
    yiaddr=ADDRESSES,
    siaddr=ADDRESSES,
    giaddr=ADDRESSES,
    mac=MACS,
    sname=text(64),
    file=text(128),
    options=OPTIONS,
)


@given(MESSAGES)
def test_encoding_and_decoding_gives_the_message_back(message: Message) -> None:
    data = encode(message)
    assert len(data) >= 300
    assert decode(data) == message


@given(MESSAGES, st.integers(0, 1471))
def test_a_cut_anywhere_raises_nothing_but_the_wire_error(message: Message, length: int) -> None:
    _decode(encode(message)[:length])


@given(st.binary(max_size=700))
def test_garbage_raises_nothing_but_the_wire_error(data: bytes) -> None:
    _decode(data)


@given(st.binary(max_size=400), st.binary(min_size=192, max_size=192))
def test_garbage_behind_good_fixed_fields_raises_nothing_but_the_wire_error(area: bytes, fields: bytes) -> None:
    head = annotated.message("firmware-discover")[:44]
    cookie = bytes((99, 130, 83, 99))
    for overload in (b"", b"\x34\x01\x03"):
        _decode(head + fields + cookie + overload + area)


@given(MESSAGES, st.data())
def test_what_decodes_survives_another_round(message: Message, data: st.DataObject) -> None:
    mangled = bytearray(encode(message))
    mangled[data.draw(st.integers(0, len(mangled) - 1))] = data.draw(st.integers(0, 255))
    decoded = _decode(bytes(mangled))
    if decoded is not None:
        assert decode(encode(decoded)) == decoded


def _decode(data: bytes) -> Message | None:
    try:
        return decode(data)
    except WireError:
        return None


@given(MESSAGES)
def test_scapy_reads_what_we_write(message: Message) -> None:
    seen = BOOTP(encode(message))
    assert (seen.op, seen.xid, seen.secs, seen.hops) == (message.op, message.xid, message.secs, message.hops)
    assert (seen.ciaddr, seen.yiaddr, seen.siaddr, seen.giaddr) == tuple(
        str(address) for address in (message.ciaddr, message.yiaddr, message.siaddr, message.giaddr)
    )
    assert seen.chaddr[:6] == message.mac.octets
    assert bool(seen.flags & 0x8000) == message.broadcast
    values = _raw_options(bytes(seen[DHCP]) if DHCP in seen else b"")
    if Option.OVERLOAD not in values:
        assert values == dict(message.options)
        assert seen.file.rstrip(b"\0") == message.file
        assert seen.sname.rstrip(b"\0") == message.sname


@given(MESSAGES, st.integers(0, 8), st.integers(0, (1 << 32) - 1))
def test_we_read_what_scapy_writes(message: Message, kind: int, seconds: int) -> None:
    written = BOOTP(
        op=int(message.op),
        xid=message.xid,
        secs=message.secs,
        flags=0x8000 if message.broadcast else 0,
        ciaddr=str(message.ciaddr),
        giaddr=str(message.giaddr),
        chaddr=message.mac.octets,
        file=message.file,
    ) / DHCP(
        options=[
            ("message-type", kind),
            ("requested_addr", str(message.yiaddr)),
            ("server_id", str(message.siaddr)),
            ("lease_time", seconds),
            ("param_req_list", [1, 3, 6, 66, 67, 93]),
            ("client_id", b"\xff\x00\x01"),
            "end",
        ]
    )
    read = decode(bytes(written))
    assert (read.op, read.xid, read.secs, read.broadcast) == (message.op, message.xid, message.secs, message.broadcast)
    assert (read.ciaddr, read.giaddr, read.mac) == (message.ciaddr, message.giaddr, message.mac)
    assert read.file == message.file
    assert read.options.message_type == kind
    assert read.options.requested_address == message.yiaddr
    assert read.options.server_identifier == message.siaddr
    assert read.options[Option.LEASE_TIME] == seconds.to_bytes(4, "big")
    assert read.options.parameters == bytes((1, 3, 6, 66, 67, 93))
    assert read.options.client_identifier == b"\xff\x00\x01"


def test_scapy_names_the_options_of_the_firmware_as_we_do() -> None:
    packet: Packet = BOOTP(annotated.message("firmware-request"))
    options = dict(option for option in packet[DHCP].options if isinstance(option, tuple) and len(option) == 2)
    assert options["message-type"] == 3
    assert options["requested_addr"] == "192.168.133.10"
    assert options["server_id"] == "192.168.133.1"
    assert options["param_req_list"] == [1, 3, 6, 66, 67, 93, 209, 210]


def _raw_options(field: bytes) -> dict[int, bytes]:
    """Option by option, with none of our code."""
    values: dict[int, bytes] = {}
    at = 0
    while at < len(field) and field[at] != 255:
        if field[at] == 0:
            at += 1
            continue
        code, length = field[at], field[at + 1]
        values[code] = values.get(code, b"") + field[at + 2 : at + 2 + length]
        at += 2 + length
    return values
