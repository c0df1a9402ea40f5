"""Frames as a guest without a kernel writes and reads them, with scapy as the oracle."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Ether

from netipl.errors import WireError
from netipl.machines.simulated import frames
from netipl.machines.simulated.frames import Arp, Envelope, Unreachable
from netipl.net import Mac
from netipl.protocols.udp4 import Datagram

GUEST, SERVER = Mac.parse("52:54:00:13:33:0a"), Mac.parse("52:54:00:13:33:01")
ACK = Datagram(
    source=IPv4Address("192.0.2.10"),
    source_port=2001,
    destination=IPv4Address("192.0.2.1"),
    destination_port=69,
    payload=b"\0\4\0\1",
    time_to_live=255,
)
QUESTION = Arp(
    is_reply=False, sender=GUEST, sender_address=IPv4Address("192.0.2.10"), target_address=IPv4Address("192.0.2.1")
)
TO_GUEST = Ether(dst=str(GUEST), src=str(SERVER)) / IP(src="192.0.2.1", dst="192.0.2.10")
DATA = bytes(TO_GUEST / UDP(sport=69, dport=2001) / (b"D" * 100))
PORT_UNREACHABLE = bytes(TO_GUEST / ICMP(type=3, code=3) / IP() / UDP(sport=2001, dport=69))


def test_a_datagram_is_a_whole_frame_with_both_checksums() -> None:
    frame = frames.encode(ACK, source=GUEST, destination=SERVER)
    read = Ether(frame)
    assert (read.src, read.dst, len(frame)) == (str(GUEST), str(SERVER), 60)
    assert bytes(read[UDP].payload)[:4] == ACK.payload
    for layer in (IP, UDP):  # scapy writes its own where there is none
        written = read[layer].chksum
        del read[layer].chksum
        assert Ether(bytes(read))[layer].chksum == written


def test_an_arp_question_is_what_scapy_reads() -> None:
    read = Ether(frames.encode(QUESTION, source=GUEST, destination=frames.BROADCAST))[ARP]
    assert (read.op, read.hwsrc, read.psrc, read.pdst) == (1, str(GUEST), "192.0.2.10", "192.0.2.1")


@pytest.mark.parametrize("content", [ACK, QUESTION, replace(QUESTION, is_reply=True, target=SERVER)])
def test_what_is_encoded_is_decoded(content: Arp | Datagram) -> None:
    assert frames.decode(frames.encode(content, source=GUEST, destination=SERVER)) == content


@pytest.mark.parametrize("block", [0, 1, 0x7FFF, 0xFFFE, 0xFFFF])
@pytest.mark.parametrize("destination_port", [69, 40000, 65535])
def test_an_envelope_makes_the_frame_that_encode_makes(block: int, destination_port: int) -> None:
    first = replace(ACK, destination_port=destination_port)
    other = replace(first, payload=b"\0\4" + block.to_bytes(2, "big"))
    envelope = Envelope(first, source=GUEST, destination=SERVER)
    assert envelope.fits(other)
    assert envelope.seal(other.payload) == frames.encode(other, source=GUEST, destination=SERVER)


@pytest.mark.parametrize(
    "other",
    [
        replace(ACK, destination_port=70),
        replace(ACK, source_port=68),
        replace(ACK, destination=IPv4Address("192.0.2.2")),
        replace(ACK, source=IPv4Address("192.0.2.11")),
        replace(ACK, payload=b"\0\5\0\1no"),
    ],
)
def test_an_envelope_does_not_fit_what_has_other_headers(other: Datagram) -> None:
    assert not Envelope(ACK, source=GUEST, destination=SERVER).fits(other)


def test_checksums_that_offload_left_unfinished_do_not_count() -> None:
    spoilt = bytearray(DATA)
    spoilt[40:42] = b"\x12\x34"
    read = frames.decode(bytes(spoilt))
    assert isinstance(read, Datagram)
    assert (read.payload, read.destination_port, str(read.source)) == (b"D" * 100, 2001, "192.0.2.1")


def test_options_of_the_ip_header_are_passed_over() -> None:
    frame = bytes(Ether() / IP(options=[b"\x94\x04\0\0"]) / UDP(sport=67, dport=68) / b"offer")
    read = frames.decode(frame)
    assert isinstance(read, Datagram)
    assert read.payload == b"offer"


def test_an_icmp_message_tells_which_port_it_is_about() -> None:
    assert frames.decode(PORT_UNREACHABLE) == Unreachable(code=3, source_port=2001)


@pytest.mark.parametrize(
    "frame",
    [
        bytes(Ether() / IPv6() / UDP()),
        bytes(TO_GUEST / TCP()),
        bytes(TO_GUEST / ICMP(type=8)),
        bytes(Ether() / IP(flags="MF") / UDP() / b"part"),
        b"",
    ],
    ids=["IPv6", "TCP", "ping", "fragment", "nothing"],
)
def test_what_the_firmware_passes_over_is_nothing(frame: bytes) -> None:
    assert frames.decode(frame) is None


@pytest.mark.parametrize("whole", [DATA, PORT_UNREACHABLE, frames.encode(QUESTION, source=GUEST, destination=SERVER)])
def test_a_frame_cut_anywhere_raises_the_wire_error_alone(whole: bytes) -> None:
    for length in range(len(whole)):
        try:
            frames.decode(whole[:length])
        except WireError:
            continue


def test_a_datagram_longer_than_its_packet_is_malformed() -> None:
    frame = bytearray(DATA)
    frame[38:40] = (2000).to_bytes(2, "big")
    with pytest.raises(WireError):
        frames.decode(bytes(frame))
