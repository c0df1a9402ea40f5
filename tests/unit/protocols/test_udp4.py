"""IPv4 and UDP headers: known bytes, an independent oracle, every truncation, and checksums at their edges."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import IP, UDP

from netipl.errors import WireError
from netipl.protocols.udp4 import Datagram, decode, encode

DATAGRAM = Datagram(
    source=IPv4Address("192.0.2.1"),
    source_port=67,
    destination=IPv4Address("192.0.2.10"),
    destination_port=68,
    payload=b"abc",
)
PACKET = bytes.fromhex(
    "45 00 001f"  # IPv4, five words, TOS 0, 31 bytes in all
    "0000 4000"  # identification 0, do not fragment
    "40 11 b6c2"  # TTL 64, UDP, header checksum
    "c0000201 c000020a"
    "0043 0044 000b b6e2"  # ports 67 and 68, 11 bytes, checksum
    "616263"
)

datagrams = st.builds(
    Datagram,
    source=st.ip_addresses(v=4),
    source_port=st.integers(0, 0xFFFF),
    destination=st.ip_addresses(v=4),
    destination_port=st.integers(0, 0xFFFF),
    payload=st.binary(max_size=600),
    time_to_live=st.integers(0, 255),
)


def patched(offset: int, *values: int) -> bytes:
    """PACKET with other bytes at `offset`, and a header checksum that fits again."""
    changed = bytearray(PACKET)
    changed[offset : offset + len(values)] = values
    header = IP(bytes(changed[:20]))
    del header.chksum
    return bytes(header)[:20] + bytes(changed[20:])


def test_known_bytes_are_encoded_and_decoded() -> None:
    assert encode(DATAGRAM) == PACKET
    assert decode(PACKET) == DATAGRAM


def test_a_checksum_that_a_network_card_would_write_may_be_unfinished() -> None:
    unfinished = PACKET[:26] + b"\x12\x34" + PACKET[28:]
    assert decode(unfinished, finished=False) == DATAGRAM
    with pytest.raises(WireError, match="checksum of the UDP datagram"):
        decode(unfinished)


@given(datagrams)
def test_what_is_encoded_decodes_to_the_same(datagram: Datagram) -> None:
    assert decode(encode(datagram)) == datagram


@given(datagrams)
def test_an_independent_encoder_writes_the_same_bytes(datagram: Datagram) -> None:
    header = IP(
        src=str(datagram.source), dst=str(datagram.destination), ttl=datagram.time_to_live, flags="DF", id=0, proto=17
    )
    assert encode(datagram) == bytes(
        header / UDP(sport=datagram.source_port, dport=datagram.destination_port) / datagram.payload
    )


@pytest.mark.parametrize("length", range(len(PACKET)))
def test_a_packet_cut_at_any_length_is_refused(length: int) -> None:
    with pytest.raises(WireError):
        decode(PACKET[:length])


@pytest.mark.parametrize("position", range(len(PACKET)))
def test_one_changed_byte_is_noticed(position: int) -> None:
    changed = bytearray(PACKET)
    changed[position] ^= 0x01
    with pytest.raises(WireError):
        decode(bytes(changed))


@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda tail: b"\x45" + tail))
def test_garbage_raises_the_wire_error_only(data: bytes) -> None:
    with pytest.raises(WireError):
        decode(data)


def test_padding_of_short_ethernet_frames_is_left_out() -> None:
    assert decode(PACKET + bytes(15)) == DATAGRAM


def test_a_datagram_without_a_checksum_is_taken() -> None:
    assert decode(PACKET[:26] + b"\0\0" + PACKET[28:]) == DATAGRAM


def test_options_of_the_ipv4_header_are_passed_over() -> None:
    with_options = bytes(IP(PACKET[:20] + b"\x01\x01\x01\x00"))
    header = IP(b"\x46" + with_options[1:2] + (35).to_bytes(2, "big") + with_options[4:24])
    del header.chksum
    assert decode(bytes(header)[:24] + PACKET[20:]) == DATAGRAM


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        pytest.param(patched(0, 0x65), "no IPv4 header", id="another version than 4"),
        pytest.param(patched(0, 0x44), "no IPv4 header", id="a header under five words"),
        pytest.param(patched(6, 0x20, 0x00), "fragment", id="more fragments follow"),
        pytest.param(patched(6, 0x00, 0x01), "fragment", id="not the first fragment"),
        pytest.param(patched(9, 6), "not UDP", id="TCP"),
        pytest.param(patched(2, 0, 19), "total length", id="a total length under the header's"),
        pytest.param(patched(24, 0, 7), "wanted", id="a UDP length under its header's"),
        pytest.param(patched(24, 0, 12), "wanted", id="a UDP length over the packet's"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(packet: bytes, reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        decode(packet)


def test_a_udp_checksum_of_zero_is_sent_as_all_ones() -> None:
    zero = IPv4Address("0.0.0.0")
    # protocol 17 + length 10 twice + ports + payload = 0xFFFF
    payload = (0xFFFF - 17 - 10 - 10 - 67 - 68).to_bytes(2, "big")
    packet = encode(Datagram(source=zero, source_port=67, destination=zero, destination_port=68, payload=payload))
    assert packet[26:28] == b"\xff\xff"
    assert decode(packet).payload == payload


def test_the_longest_payload_fits_and_one_byte_more_is_refused() -> None:
    longest = Datagram(
        source=DATAGRAM.source,
        source_port=1,
        destination=DATAGRAM.destination,
        destination_port=2,
        payload=bytes(65507),
    )
    assert len(encode(longest)) == 65535
    with pytest.raises(ValueError, match="too many"):
        encode(replace(longest, payload=bytes(65508)))


@pytest.mark.parametrize("port", [-1, 0x10000])
def test_a_port_out_of_range_is_refused(port: int) -> None:
    with pytest.raises(ValueError, match=str(port)):
        encode(replace(DATAGRAM, source_port=port))
