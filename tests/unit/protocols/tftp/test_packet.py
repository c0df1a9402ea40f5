"""RFC 1350, section 5, and RFC 2347, octet by octet; Scapy is the independent oracle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netipl.errors import WireError
from netipl.protocols.tftp.codes import ErrorCode
from netipl.protocols.tftp.packet import (
    Ack,
    Data,
    Error,
    OptionAck,
    Packet,
    ReadRequest,
    WriteRequest,
    decode,
    encode,
    option,
)

VECTORS = {
    "a read request of the firmware": (
        ReadRequest(name=b"/pxelinux.cfg/default", mode=b"octet", options=((b"blksize", b"1428"),)),
        (
            "0001"  # RRQ
            "2f7078656c696e75782e6366672f64656661756c7400"  # /pxelinux.cfg/default
            "6f6374657400"  # octet
            "626c6b73697a6500"  # blksize
            "3134323800"
        ),  # 1428
    ),
    "a read request without options": (
        ReadRequest(name=b"k", mode=b"NetASCII"),
        "00016b004e6574415343494900",
    ),
    "an empty name, which firmware of QEMU 7.2 asks for": (ReadRequest(name=b""), "0001006f6374657400"),
    "a write request": (WriteRequest(name=b"k"), "00026b006f6374657400"),
    "data": (Data(block=258, data=b"\x00\xff"), "0003010200ff"),
    "an empty last block": (Data(block=65535, data=b""), "0003ffff"),
    "an acknowledgement": (Ack(block=0), "00040000"),
    "an error of RFC 1350": (Error(code=ErrorCode.FILE_NOT_FOUND, message=b"no"), "000500016e6f00"),
    "an error of no RFC keeps its number": (Error(code=99, message=b""), "0005006300"),
    "an option acknowledgement": (OptionAck(options=((b"blksize", b"1428"),)), "0006626c6b73697a65003134323800"),
}

TEXT = st.binary(max_size=30).filter(lambda text: b"\0" not in text)
NAME = TEXT.filter(bool)
OPTIONS = st.lists(st.tuples(NAME, TEXT), max_size=4).map(tuple)
U16 = st.integers(0, 0xFFFF)
PACKETS: st.SearchStrategy[Packet] = st.one_of(
    st.builds(ReadRequest, name=TEXT, mode=TEXT, options=OPTIONS),
    st.builds(WriteRequest, name=TEXT, mode=TEXT, options=OPTIONS),
    st.builds(Data, block=U16, data=st.binary(max_size=64)),
    st.builds(Ack, block=U16),
    st.builds(Error, code=U16, message=TEXT),
    st.builds(OptionAck, options=OPTIONS),
)


@pytest.mark.parametrize(("packet", "octets"), VECTORS.values(), ids=VECTORS)
def test_packets_have_the_layout_of_the_rfc(packet: Packet, octets: str) -> None:
    assert encode(packet) == bytes.fromhex(octets)
    assert decode(bytes.fromhex(octets)) == packet


@given(PACKETS)
def test_what_is_encoded_decodes_to_itself(packet: Packet) -> None:
    assert decode(encode(packet)) == packet


@pytest.mark.parametrize(("packet", "octets"), VECTORS.values(), ids=VECTORS)
def test_a_packet_cut_off_anywhere_raises_only_the_wire_error(packet: Packet, octets: str) -> None:
    whole = bytes.fromhex(octets)
    for length in range(len(whole)):
        try:
            decode(whole[:length])
        except WireError:
            continue


@given(st.binary(max_size=600))
def test_garbage_raises_only_the_wire_error(data: bytes) -> None:
    try:
        decode(data)
    except WireError:
        return


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"\0\0", b"\0\7", b"\xff\xff", b"\0\1", b"\0\1name", b"\0\1name\0", b"\0\1name\0octet", b"\0\3\0",
     b"\0\4\0", b"\0\5\0", b"\0\6blksize\0", b"\0\1k\0octet\0blksize\0", b"\0\1k\0octet\0blksize\0008"],
)  # fmt: skip
def test_what_no_rfc_describes_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        decode(data)


def test_zeros_that_fill_up_a_request_are_no_options() -> None:
    assert decode(b"\0\1k\0octet\0" + bytes(100)) == ReadRequest(name=b"k")


def test_an_error_without_its_nul_is_understood() -> None:
    assert decode(b"\0\5\0\2no") == Error(code=ErrorCode.ACCESS_VIOLATION, message=b"no")


@pytest.mark.parametrize(
    "packet",
    [ReadRequest(name=b"a\0b"), Data(block=65536, data=b""), Ack(block=-1), Error(code=1, message=b"\0"),
     OptionAck(options=((b"a\0", b""),))],
)  # fmt: skip
def test_what_does_not_fit_is_not_encoded(packet: Packet) -> None:
    with pytest.raises(ValueError, match=r"fit|NUL"):
        encode(packet)


def test_options_are_found_in_any_case() -> None:
    options = ((b"BlkSize", b"1024"), (b"blksize", b"8"))
    assert option(options, "blksize") == b"1024"
    assert option(options, "tsize") is None


def test_scapy_reads_our_packets_alike() -> None:
    scapy = pytest.importorskip("scapy.layers.tftp")
    request = scapy.TFTP(encode(ReadRequest(name=b"name", options=((b"blksize", b"1428"), (b"tsize", b"0")))))
    assert (request.op, request.filename, request.mode) == (1, b"name", b"octet")
    assert [(each.oname, each.value) for each in request[scapy.TFTP_Options].options] == [
        (b"blksize", b"1428"),
        (b"tsize", b"0"),
    ]
    data = scapy.TFTP(encode(Data(block=7, data=b"abc")))
    assert (data.op, data.block, bytes(data[scapy.TFTP_DATA].payload)) == (3, 7, b"abc")
    assert decode(bytes(scapy.TFTP() / scapy.TFTP_ACK(block=9))) == Ack(block=9)
    error = scapy.TFTP() / scapy.TFTP_ERROR(errorcode=2, errormsg=b"no")
    assert decode(bytes(error)) == Error(code=2, message=b"no")
