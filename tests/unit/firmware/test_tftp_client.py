"""One file, packet by packet: what is answered, what is counted, and what ends it."""

from collections.abc import Iterable

import pytest

from netipl.firmware.console import Console, Progress
from netipl.firmware.rules import RuleId
from netipl.firmware.tftp_client import Transfer
from netipl.protocols.tftp import packet
from netipl.protocols.tftp.codes import ErrorCode
from netipl.protocols.tftp.packet import Ack, Data, Error, OptionAck, ReadRequest

PORT = 40000
STRANGE = b"\0\x09"


class Guest:
    """A transfer with its console; time stands still unless a second is asked for."""

    def __init__(self, *, room: int = 1 << 30, keep: int = 0) -> None:
        self.console = Console()
        self.transfer = Transfer(b"file", room=room, keep=keep, console=self.console, progress=Progress(self.console))
        self.now = 0.0
        self.request = self.transfer.start(self.now)

    def takes(self, *sent: packet.Packet | bytes) -> list[packet.Packet | None]:
        """The answers."""
        payloads = (each if isinstance(each, bytes) else packet.encode(each) for each in sent)
        return self._answers(self.transfer.receive(payload, PORT, self.now) for payload in payloads)

    def waits(self, seconds: int) -> list[packet.Packet | None]:
        return self._answers(self._second() for _ in range(seconds))

    def _second(self) -> bytes | None:
        self.now = self.transfer.deadline
        return self.transfer.expired(self.now)

    @staticmethod
    def _answers(payloads: Iterable[bytes | None]) -> list[packet.Packet | None]:
        return [None if payload is None else packet.decode(payload) for payload in payloads]

    @property
    def failure(self) -> RuleId | None:
        return self.transfer.error.rule if self.transfer.error else None


def _oack(size: int = 1428, name: bytes = b"blksize") -> OptionAck:
    return OptionAck(options=((name, b"%d" % size),))


def _blocks(count: int, size: int = 1428) -> list[Data]:
    return [Data(block=block, data=bytes(size)) for block in range(1, count + 1)]


def _opened(blocks: int = 0) -> Guest:
    guest = Guest()
    guest.takes(_oack(), *_blocks(blocks))
    return guest


def test_the_request_has_one_option() -> None:
    request = packet.decode(Guest().request)
    assert request == ReadRequest(name=b"file", mode=b"octet", options=((b"blksize", b"1428"),))


def test_a_file_in_lock_step() -> None:
    guest = Guest(keep=3)
    answers = guest.takes(_oack(), Data(block=1, data=b"abc".ljust(1428)), Data(block=2, data=b"end"))
    assert answers == [Ack(block=0), Ack(block=1), Ack(block=2)]
    assert guest.transfer.finished
    assert guest.failure is None
    assert guest.transfer.received == 1431
    assert guest.transfer.head.startswith(b"abc")


def test_an_empty_last_block_ends_a_file_of_whole_blocks() -> None:
    guest = _opened(2)
    assert not guest.transfer.finished
    guest.takes(Data(block=3, data=b""))
    assert (guest.transfer.finished, guest.transfer.received) == (True, 2856)


@pytest.mark.parametrize(
    ("answer", "size"),
    {
        "as asked": (_oack(), 1428),
        "less": (_oack(512), 512),
        "one": (_oack(1), 1),
        "among others": (OptionAck(options=((b"tsize", b"9"), (b"blksize", b"1000"))), 1000),
        "digits as far as they go": (OptionAck(options=((b"blksize", b"1000x"),)), 1000),
        "an ACK means 512": (Ack(block=0), 512),
    }.values(),
)
def test_the_block_size_of_an_answer(answer: packet.Packet, size: int) -> None:
    guest = Guest()
    assert guest.takes(answer, Data(block=1, data=bytes(size))) == [Ack(block=0), Ack(block=1)]
    assert not guest.transfer.finished
    guest.takes(Data(block=2, data=bytes(size - 1)))
    assert guest.transfer.finished


def test_without_an_answer_blocks_have_512_bytes() -> None:
    guest = Guest()
    guest.takes(Data(block=1, data=bytes(512)))
    assert not guest.transfer.finished
    guest.takes(Data(block=2, data=bytes(511)))
    assert guest.transfer.finished


@pytest.mark.parametrize(
    "answer",
    {
        "capitals": _oack(name=b"BLKSIZE"),
        "another option": _oack(name=b"tsize"),
        "none": OptionAck(options=()),
        "0": _oack(0),
        "1429": _oack(1429),
        "no number": OptionAck(options=((b"blksize", b"x"),)),
    }.values(),
)
def test_another_oack_is_refused_with_error_8(answer: OptionAck) -> None:
    guest = Guest()
    assert guest.takes(answer) == [Error(code=8, message=b"")]
    assert guest.failure is RuleId.BLOCK_SIZE_REFUSED


def test_a_block_again_is_acknowledged_again_and_told_at_the_end() -> None:
    guest = _opened(3)
    assert guest.takes(_blocks(3)[-1]) == [Ack(block=3)]
    guest.takes(Data(block=4, data=b""))
    assert guest.transfer.received == 3 * 1428
    assert guest.console.take().endswith(b"\r\nLost ACK packets: 1\r\n")


def test_an_older_block_is_passed_over() -> None:
    assert _opened(3).takes(_blocks(1)[0]) == [None]


@pytest.mark.parametrize("ahead", [5, 6, 0xFFFF])
def test_a_block_ahead_ends_the_file_for_good(ahead: int) -> None:
    guest = _opened(3)
    assert guest.takes(Data(block=ahead, data=b"")) == [None]
    assert guest.failure is RuleId.BLOCK_AHEAD
    assert guest.transfer.error is not None
    assert guest.transfer.error.words == b"TFTP error missing block 4, expected block was %d" % ahead


@pytest.mark.parametrize("after", [0, 1])
def test_the_block_number_rolls_over_to(after: int) -> None:
    guest = Guest()
    guest.takes(_oack(1), *_blocks(0xFFFF, size=1))
    assert guest.takes(Data(block=after, data=b"x"), Data(block=after + 1, data=b"")) == [
        Ack(block=after),
        Ack(block=after + 1),
    ]
    assert guest.failure is None
    assert guest.transfer.received == 0x10000


def test_twenty_unexpected_packets_in_a_row_are_borne_and_one_more_is_not() -> None:
    guest = _opened(2)
    guest.takes(*[STRANGE] * 10, *[_blocks(1)[0]] * 10)
    assert not guest.transfer.finished
    guest.takes(STRANGE)
    assert guest.failure is RuleId.UNEXPECTED_PACKETS


def test_a_good_block_makes_their_count_begin_anew() -> None:
    guest = _opened(2)
    guest.takes(*[STRANGE] * 20, _blocks(3)[-1], *[STRANGE] * 20)
    assert not guest.transfer.finished


@pytest.mark.parametrize("short", [b"", b"\0", b"\0\3", b"\0\3\0", b"\0\2k\0octet\0"])
def test_what_is_no_packet_of_a_server_is_unexpected(short: bytes) -> None:
    guest = _opened(2)
    assert guest.takes(*[short] * 21) == [None] * 21
    assert guest.failure is RuleId.UNEXPECTED_PACKETS


def test_the_21st_second_of_silence_ends_the_file() -> None:
    guest = _opened(2)
    guest.waits(20)
    assert not guest.transfer.finished
    guest.waits(1)
    assert guest.failure is RuleId.SILENCE
    assert guest.transfer.error is not None
    assert guest.transfer.error.words == b"TFTP error occurred after missing 21 responses"


def test_seconds_are_counted_over_the_whole_file() -> None:
    guest = _opened(2)
    for block in range(3, 23):
        guest.waits(1)
        guest.takes(Data(block=block, data=bytes(1428)))
    assert not guest.transfer.finished
    guest.waits(1)
    assert guest.failure is RuleId.SILENCE


def test_a_packet_begins_the_second_anew() -> None:
    guest = _opened(1)
    guest.now = 0.9
    guest.takes(_blocks(2)[-1])
    assert guest.transfer.deadline == 1.9


def test_after_more_than_four_counted_seconds_each_silent_one_repeats_the_ack() -> None:
    assert _opened(2).waits(8) == [None] * 5 + [Ack(block=2)] * 3


def test_the_first_block_is_never_acknowledged_again_unasked() -> None:
    assert _opened(1).waits(20) == [None] * 20


def test_a_request_without_an_answer_is_repeated_in_every_fourth_second() -> None:
    guest = Guest()
    answers = guest.waits(21)
    request = packet.decode(guest.request)
    assert [second for second, answer in enumerate(answers, 1) if answer == request] == [4, 8, 12, 16, 20]
    assert guest.console.take().count(b"\r\nRepeating TFTP read request...\r\n") == 5
    assert guest.failure is RuleId.SILENCE


def test_a_request_that_was_answered_is_not_repeated() -> None:
    assert _opened(0).waits(20) == [None] * 20


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        (ErrorCode.FILE_NOT_FOUND, RuleId.FILE_MISSING),
        (ErrorCode.ACCESS_VIOLATION, RuleId.ACCESS_DENIED),
        (ErrorCode.ILLEGAL_OPERATION, RuleId.ILLEGAL_OPERATION),
        (ErrorCode.UNKNOWN_TRANSFER, RuleId.UNKNOWN_TRANSFER),
        (ErrorCode.NO_SUCH_USER, RuleId.NO_SUCH_USER),
        (ErrorCode.UNDEFINED, RuleId.UNKNOWN_ERROR),
        (3, RuleId.UNKNOWN_ERROR),
        (6, RuleId.UNKNOWN_ERROR),
        (8, RuleId.UNKNOWN_ERROR),
        (99, RuleId.UNKNOWN_ERROR),
    ],
)
def test_an_error_ends_the_file_without_an_answer(code: int, rule: RuleId) -> None:
    guest = Guest()
    assert guest.takes(Error(code=code, message=b"no")) == [None]
    assert guest.failure is rule


def test_a_missing_file_is_told_by_its_name_of_any_bytes() -> None:
    console = Console()
    transfer = Transfer(b"\xb9\x04", room=1, keep=0, console=console, progress=Progress(console))
    transfer.start(0)
    transfer.receive(packet.encode(Error(code=1, message=b"")), PORT, 0)
    assert transfer.error is not None
    assert transfer.error.words == b"file not found: \xb9\x04"


def test_a_file_of_all_the_room_fits_and_one_byte_more_gets_neither_ack_nor_error() -> None:
    guest = Guest(room=1500)
    assert guest.takes(_oack(), _blocks(1)[0], Data(block=2, data=bytes(72)))[-1] == Ack(block=2)
    guest = Guest(room=1500)
    assert guest.takes(_oack(), _blocks(1)[0], Data(block=2, data=bytes(73)))[-1] is None
    assert guest.transfer.error is not None
    assert guest.transfer.error.words == b"TFTP buffer of 1500 bytes is too small for file"


@pytest.mark.parametrize(
    ("code", "reason"),
    [(0, b"net unreachable"), (1, b"host unreachable"), (3, b"port unreachable"), (13, b" UNKNOWN")],
)
def test_an_unreachable_server_ends_the_file(code: int, reason: bytes) -> None:
    guest = Guest()
    guest.transfer.unreachable(code)
    assert guest.failure is RuleId.UNREACHABLE
    assert guest.transfer.error is not None
    assert guest.transfer.error.words == b'ICMP ERROR "' + reason + b'"'


@pytest.mark.parametrize(("length", "arrives"), [(206, True), (207, True), (208, False)])
def test_a_file_with_a_long_name_does_not_arrive(length: int, arrives: bool) -> None:
    console = Console()
    transfer = Transfer(b"n" * length, room=9, keep=0, console=console, progress=Progress(console))
    transfer.start(0)
    for _ in range(21):
        transfer.receive(packet.encode(Data(block=1, data=b"")), PORT, 0)
    assert transfer.finished
    assert (transfer.error is None) == arrives


def test_answers_go_to_the_port_of_the_last_packet() -> None:
    guest = _opened(1)
    guest.transfer.receive(STRANGE, 5555, guest.now)
    assert guest.transfer.port == 5555


def test_the_sum_is_of_what_was_received() -> None:
    guest = _opened(0)
    guest.takes(Data(block=1, data=b"abc"))
    assert guest.transfer.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_second_oack_is_acknowledged_as_the_first() -> None:
    assert _opened(5).takes(_oack(), Data(block=6, data=b"")) == [Ack(block=0), Ack(block=6)]


def test_after_the_number_rolled_over_a_repeat_of_the_last_lap_is_ahead() -> None:
    guest = Guest()
    guest.takes(_oack(1), *_blocks(0xFFFF, size=1), Data(block=0, data=b"x"), Data(block=0xFFFF, data=b"x"))
    assert guest.failure is RuleId.BLOCK_AHEAD


def test_a_name_with_braces_is_shown_as_it_is() -> None:
    console = Console()
    transfer = Transfer(b"{x}", room=9, keep=0, console=console, progress=Progress(console))
    transfer.start(0)
    transfer.receive(packet.encode(Error(code=1, message=b"")), PORT, 0)
    assert transfer.error is not None
    assert transfer.error.words == b"file not found: {x}"
