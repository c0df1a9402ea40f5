"""Questions and answers of DNS: known bytes, an independent oracle, every truncation, and garbage."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dns import DNS, DNSQR, DNSRR

from netipl.errors import UsageError, WireError
from netipl.integrations.name_query import answers, question

QUESTION = bytes.fromhex(
    "1234 0100 0001 0000 0000 0000"  # id, recursion desired, one question
    "04 626f6f74 07 6578616d706c65 00"  # boot.example
    "0001 0001"  # A, IN
)
ANSWER = bytes.fromhex(
    "1234 8580 0001 0002 0000 0000"
    "04 626f6f74 07 6578616d706c65 00 0001 0001"
    "c00c 0005 0001 0000003c 0002 c00c"  # a CNAME, which points to the name in the question
    "c00c 0001 0001 0000003c 0004 c0000209"
)


def test_known_bytes() -> None:
    assert question("boot.example", 0x1234) == QUESTION
    assert question("boot.example.", 0x1234) == QUESTION
    assert answers(ANSWER, 0x1234) == (IPv4Address("192.0.2.9"),)


def test_a_name_that_does_not_exist_has_no_address() -> None:
    assert answers(ANSWER[:3] + b"\x83" + ANSWER[4:], 0x1234) == ()


def test_an_answer_to_another_question_is_refused() -> None:
    with pytest.raises(WireError, match="question 4660"):
        answers(ANSWER, 0x1235)


@pytest.mark.parametrize("name", ["", ".", "a..b", "x" * 64, "b\xfcro.example"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        question(name, 1)


@pytest.mark.parametrize("length", range(len(ANSWER)))
def test_every_truncation_is_refused(length: int) -> None:
    with pytest.raises(WireError):
        answers(ANSWER[:length], 0x1234)


@given(st.binary())
def test_garbage_raises_nothing_else(data: bytes) -> None:
    try:
        answers(ANSWER[:12] + data, 0x1234)
    except WireError:
        return


@given(st.lists(st.ip_addresses(v=4), max_size=5))
def test_what_scapy_writes_is_read(addresses: list[IPv4Address]) -> None:
    records = [DNSRR(rrname="boot.example", type="A", ttl=60, rdata=str(each)) for each in addresses]
    data = bytes(DNS(id=7, qr=1, qd=[DNSQR(qname="boot.example")], an=records))
    assert answers(data, 7) == tuple(addresses)


def test_scapy_reads_what_is_asked() -> None:
    read = DNS(question("boot.example", 7))
    assert (read.id, read.rd, read.qd[0].qname, read.qd[0].qtype) == (7, 1, b"boot.example.", 1)
