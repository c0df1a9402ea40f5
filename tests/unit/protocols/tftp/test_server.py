"""Who is answered, how often, and what ends a transfer. Peers are address * 100000 + port here."""

import itertools

import pytest

from netipl.errors import WireError
from netipl.protocols.tftp.codes import ErrorCode
from netipl.protocols.tftp.negotiation import Terms
from netipl.protocols.tftp.packet import Ack, Error, OptionAck, ReadRequest, WriteRequest, decode, encode
from netipl.protocols.tftp.retransmission import MILLISECOND, SECOND
from netipl.protocols.tftp.server import MOST_ASKED, Reason, Server, Unknown, Wanted
from netipl.protocols.tftp.transfer import Transfer

ADDRESS, PEER = 7, 702001
OACK = encode(OptionAck(options=((b"blksize", b"8"),)))


def rrq(name: bytes = b"kernel", *, mode: bytes = b"octet") -> bytes:
    return encode(ReadRequest(name=name, mode=mode, options=((b"blksize", b"8"),)))


def ack(block: int) -> bytes:
    return encode(Ack(block=block))


def server() -> Server[None]:
    return Server(tokens=itertools.count(), address_of=lambda peer: peer // 100_000)


def asked(it: Server[None], now: int = 0, *, peer: int = PEER, name: bytes = b"kernel") -> int:
    wanted = it.receive(peer, rrq(name), now)
    assert isinstance(wanted, Wanted)
    return wanted.token


def begun(it: Server[None], now: int = 0, *, peer: int = PEER, name: bytes = b"kernel") -> Transfer[None]:
    transfer = answered(it, asked(it, now, peer=peer, name=name), now)
    assert transfer is not None
    return transfer


def answered(it: Server[None], token: int, now: int) -> Transfer[None] | None:
    return it.begin(token, number=1, source=None, size=100, terms=Terms(block_size=8), first_packet=OACK, now=now)


def reasons(it: Server[None]) -> list[Reason]:
    return [ended.reason for ended in it.ended]


def test_a_request_is_asked_about_and_then_begins_with_its_oack() -> None:
    transfer = begun(server())
    assert (transfer.first_packet, transfer.confirmed) == (OACK, False)


def test_a_request_repeated_while_its_answer_is_sought_is_not_asked_about_again() -> None:
    it = server()
    asked(it)
    assert it.receive(PEER, rrq(), 20 * SECOND) is None


def test_a_request_repeated_within_a_second_of_its_answer_gets_no_second_one() -> None:
    it = server()
    transfer = begun(it)
    assert it.receive(PEER, rrq(), 999 * MILLISECOND) is None
    assert it.transfers[PEER] is transfer


def test_a_miss_repeated_within_a_second_gets_no_second_error() -> None:
    it = server()
    refusal = it.refuse(asked(it), ErrorCode.FILE_NOT_FOUND, "file not found", 0)
    assert refusal == (PEER, encode(Error(code=1, message=b"file not found")))
    assert it.receive(PEER, rrq(), 999 * MILLISECOND) is None
    assert isinstance(it.receive(PEER, rrq(), 1000 * MILLISECOND), Wanted)


def test_another_name_or_port_is_no_repeat() -> None:
    it = server()
    begun(it)
    assert isinstance(it.receive(PEER + 1, rrq(), 1), Wanted)
    assert isinstance(it.receive(PEER, rrq(b"initrd"), 1), Wanted)


def test_a_new_request_ends_the_old_transfer_of_its_port_alone() -> None:
    it = server()
    begun(it)
    other = begun(it, peer=PEER + 1)
    asked(it, 1, name=b"initrd")
    assert (it.transfers, reasons(it)) == ({PEER + 1: other}, [Reason.SUPERSEDED])


def test_a_request_after_the_last_block_was_sent_means_that_it_arrived() -> None:
    it = server()
    transfer = begun(it)
    for block in range(transfer.last):
        transfer.ack(block, 1)
    asked(it, 2, name=b"initrd")
    assert reasons(it) == [Reason.FINISHED]


def test_the_answer_to_a_request_that_was_replaced_begins_nothing() -> None:
    it = server()
    old = asked(it)
    asked(it, 1, name=b"initrd")
    assert answered(it, old, 1) is None


def test_a_write_is_an_access_violation_and_its_repeat_is_not_answered() -> None:
    it = server()
    wrq = encode(WriteRequest(name=b"kernel"))
    answer = it.receive(PEER, wrq, 0)
    assert isinstance(answer, bytes)
    assert decode(answer) == Error(code=ErrorCode.ACCESS_VIOLATION, message=b"nothing is written here")
    assert it.receive(PEER, wrq, 1) is None


@pytest.mark.parametrize("mode", [b"octet", b"OCTET", b"netascii", b"NetAscii"])
def test_modes_are_known_in_any_case(mode: bytes) -> None:
    assert isinstance(server().receive(PEER, rrq(mode=mode), 0), Wanted)


def test_the_mode_mail_is_refused() -> None:
    answer = server().receive(PEER, rrq(mode=b"mail"), 0)
    assert isinstance(answer, bytes)
    assert decode(answer) == Error(code=ErrorCode.ILLEGAL_OPERATION, message=b"octet and netascii only")


def test_a_drop_ends_all_of_an_address_and_nothing_else() -> None:
    it = server()
    begun(it)
    begun(it, peer=PEER + 5)
    other = begun(it, peer=802001)
    it.drop(ADDRESS)
    assert (list(it.transfers.values()), reasons(it)) == ([other], [Reason.DROPPED] * 2)


def test_after_a_drop_the_same_request_is_answered_at_once() -> None:
    """The guest was destroyed and has begun again: what it asks now is no repeat."""
    it = server()
    begun(it)
    it.drop(ADDRESS)
    assert isinstance(it.receive(PEER, rrq(), 1), Wanted)


def test_after_a_drop_the_answer_to_an_older_request_begins_nothing() -> None:
    it = server()
    token = asked(it)
    it.drop(ADDRESS)
    assert answered(it, token, 1) is None
    asked(it, 2)


def test_an_error_of_the_client_ends_its_transfer() -> None:
    it = server()
    begun(it)
    assert it.receive(PEER, encode(Error(code=8, message=b"too \x1b big")), 1) is None
    assert [(ended.reason, ended.said) for ended in it.ended] == [(Reason.CLIENT, "too \\x1b big")]


def test_an_ack_of_nobody_is_asked_about_once() -> None:
    it = server()
    assert isinstance(it.receive(PEER, ack(7), 0), Unknown)
    assert it.receive(PEER, ack(7), 1) is None


def test_an_ack_of_nobody_is_never_answered_with_an_error() -> None:
    it = server()
    unknown = it.receive(PEER, ack(7), 0)
    assert isinstance(unknown, Unknown)
    it.ignore(unknown.token, 0)
    assert it.receive(PEER, ack(7), 1) is None
    it.sweep(2 * SECOND)
    assert isinstance(it.receive(PEER, ack(7), 2 * SECOND), Unknown)


def test_an_ack_resumes_a_transfer_where_it_was() -> None:
    it = server()
    unknown = it.receive(PEER, ack(70_005 & 0xFFFF), 0)
    assert isinstance(unknown, Unknown)
    resumed = it.resume(
        unknown.token,
        number=2,
        source=None,
        size=8_000_000,
        terms=Terms(block_size=8),
        reported=70_000,
        now=1,
    )
    assert resumed is not None
    assert resumed[1] == 70_006
    assert it.transfers[PEER] is resumed[0]


def test_questions_are_limited() -> None:
    it = server()
    for port in range(MOST_ASKED):
        assert isinstance(it.receive(port, rrq(), 0), Wanted)
    assert it.receive(PEER, rrq(), 0) is None


def test_questions_that_nobody_answers_are_forgotten() -> None:
    it = server()
    asked(it)
    it.sweep(61 * SECOND)
    asked(it, 61 * SECOND)


def test_silence_ends_a_transfer() -> None:
    it = server()
    begun(it)
    now = 0
    while (due := it.next_due()) is not None:
        now = due
        it.due(now)
    assert (reasons(it), now <= 20 * SECOND) == ([Reason.UNCONFIRMED], True)


@pytest.mark.parametrize("data", [b"", b"\0\1", b"\0\4", b"\0\4\0", b"\0\x09ab"])
def test_what_is_malformed_raises_only_the_wire_error(data: bytes) -> None:
    with pytest.raises(WireError):
        server().receive(PEER, data, 0)


def test_packets_that_only_a_server_sends_are_not_answered() -> None:
    assert server().receive(PEER, b"\0\3\0\1data", 0) is None
    assert server().receive(PEER, b"\0\6blksize\x008\0", 0) is None


def test_a_late_repeat_of_an_earlier_request_does_not_end_the_transfer_of_the_next() -> None:
    it = server()
    begun(it, name=b"config")
    transfer = begun(it, 1)
    assert it.receive(PEER, rrq(b"config"), 2) is None
    assert it.transfers[PEER] is transfer
