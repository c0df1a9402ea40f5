"""Options: their form on the wire (RFC 2132, 3396) and their types."""

from datetime import timedelta
from ipaddress import IPv4Address
from uuid import UUID

import pytest

from netipl.errors import WireError
from netipl.protocols.dhcp4.codes import Architecture, Option
from netipl.protocols.dhcp4.options import Options, checked, decode_into, encode
from tests.vectors.dhcp4.annotated import parse


def decoded(field: bytes) -> dict[int, bytes]:
    values: dict[int, bytes] = {}
    decode_into(values, field)
    return values


FIELDS = {
    "nothing": ("", {}),
    "only an end": ("ff", {}),
    "pads count for nothing, wherever": ("00 00 35 01 01 00 ff 00", {53: b"\x01"}),
    "what follows the end is not read": ("ff 35 01 01", {}),
    "an end may be missing": ("35 01 01", {53: b"\x01"}),
    "an option may be empty": ("50 00 ff", {80: b""}),
    "an unknown code is opaque": ("e0 02 ab cd ff", {224: b"\xab\xcd"}),
    "equal codes are one value (RFC 3396)": ("43 02 61 62 35 01 01 43 01 63 ff", {67: b"abc", 53: b"\x01"}),
}


@pytest.mark.parametrize(("text", "values"), FIELDS.values(), ids=FIELDS)
def test_a_field_decodes(text: str, values: dict[int, bytes]) -> None:
    assert decoded(parse(text)) == values


BROKEN = {"a code without a length": "35", "a length beyond the end": "35 02 01"}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_field_is_a_wire_error(text: str) -> None:
    with pytest.raises(WireError):
        decoded(parse(text))


def test_a_value_over_255_bytes_is_split_and_joined() -> None:
    value = bytes(range(256)) * 2
    encoded = encode(Option.PATH_PREFIX, value)
    assert encoded[:2] == b"\xd2\xff"
    assert encoded[257:259] == b"\xd2\xff"
    assert encoded[514:516] == b"\xd2\x02"
    assert decoded(encoded) == {Option.PATH_PREFIX: value}


WRONG_LENGTHS = {
    "a requested address of 3 bytes": (50, b"abc"),
    "a server identifier of 5 bytes": (54, b"abcde"),
    "a message type of 2 bytes": (53, b"\x01\x01"),
    "a lease time of 2 bytes": (51, b"ab"),
    "routers of 6 bytes": (3, b"abcdef"),
    "an architecture of 3 bytes": (93, b"abc"),
    "a client identifier of its type alone": (61, b"\x01"),
    "a machine identifier of 16 bytes": (97, bytes(16)),
    "a maximum size of 1 byte": (57, b"a"),
}


@pytest.mark.parametrize(("code", "value"), WRONG_LENGTHS.values(), ids=WRONG_LENGTHS)
def test_a_length_that_the_rfc_forbids_is_refused(code: int, value: bytes) -> None:
    with pytest.raises(ValueError, match=f"option {code}"):
        Options({code: value})
    with pytest.raises(WireError):
        checked({code: value})


@pytest.mark.parametrize("code", [0, 255, 256, -1])
def test_pad_end_and_what_is_no_byte_are_no_codes(code: int) -> None:
    with pytest.raises(ValueError, match="no option code"):
        Options({code: b""})


def test_typed_values() -> None:
    options = Options(
        {
            53: b"\x03",
            50: bytes((192, 0, 2, 7)),
            54: bytes((192, 0, 2, 1)),
            51: (3600).to_bytes(4, "big"),
            55: b"\x01\x03",
            61: b"\xffabc",
            93: b"\x00\x1f\x00\x20",
            97: b"\0" + bytes(range(16)),
        }
    )
    assert options.message_type == 3
    assert options.requested_address == IPv4Address("192.0.2.7")
    assert options.server_identifier == IPv4Address("192.0.2.1")
    assert options.lease_time == timedelta(hours=1)
    assert options.parameters == b"\x01\x03"
    assert options.client_identifier == b"\xffabc"
    assert options.architectures == (Architecture.S390_BASIC, Architecture.S390_EXTENDED)
    assert options.uuid == UUID("00010203-0405-0607-0809-0a0b0c0d0e0f")


def test_what_is_absent_is_none() -> None:
    options = Options()
    assert options.message_type is None
    assert options.requested_address is None
    assert options.lease_time is None
    assert options.client_identifier is None
    assert options.parameters is None
    assert options.architectures == ()
    assert options.uuid is None


@pytest.mark.parametrize(("value", "said"), [(b"web1", "web1"), (b"web1\0", "web1"), (b"w\xe4b", "w\ufffdb")])
def test_a_host_name_is_text_whatever_comes(value: bytes, said: str) -> None:
    assert Options({Option.HOST_NAME: value}).host_name == said


def test_a_machine_identifier_of_another_type_is_no_uuid() -> None:
    assert Options({97: b"\x01" + bytes(16)}).uuid is None


def test_options_are_a_value() -> None:
    one, other = Options({1: b"aaaa", 54: b"bbbb"}), Options([(54, b"bbbb"), (1, b"aaaa")])
    assert one == other
    assert hash(one) == hash(other)
    assert list(one) == [1, 54]
    assert 54 in one
    assert repr(Options({80: b""})) == "Options({80: b''})"
