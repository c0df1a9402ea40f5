"""The TFTP client as conversations: what comes, what is sent, how it ends."""

from netipl.firmware.console import Console, Progress
from netipl.firmware.rules import RuleId
from netipl.firmware.tftp_client import Transfer

REQUEST = b"\0\1name\0octet\0blksize\x001428\0"
OACK = b"\0\6blksize\x001428\0"
PORT = 40000


def data(block: int, size: int = 1428) -> bytes:
    return b"\0\3" + block.to_bytes(2, "big") + bytes(size)


def ack(block: int) -> bytes:
    return b"\0\4" + block.to_bytes(2, "big")


class Client:
    """A transfer on a clock that stands where it is put."""

    def __init__(self, room: int = 1 << 30, keep: int = 0) -> None:
        self.console = Console()
        self.transfer = Transfer(b"name", room=room, keep=keep, console=self.console, progress=Progress(self.console))
        self.now = 0.0
        assert self.transfer.start(self.now) == REQUEST

    def hear(self, packet: bytes, port: int = PORT) -> bytes | None:
        return self.transfer.receive(packet, port, self.now)

    def second(self) -> bytes | None:
        """Waits for the deadline."""
        self.now = self.transfer.deadline
        return self.transfer.expired(self.now)

    def seconds(self, count: int) -> list[bytes | None]:
        return [self.second() for _ in range(count)]

    @property
    def rule(self) -> RuleId | None:
        return self.transfer.error.rule if self.transfer.error else None


def opened(blocks: int = 0, **arguments: int) -> Client:
    """After OACK and some blocks."""
    client = Client(**arguments)
    assert client.hear(OACK) == ack(0)
    for block in range(1, blocks + 1):
        assert client.hear(data(block)) == ack(block)
    return client


def test_a_short_block_ends_the_file() -> None:
    client = opened(2, keep=1428)
    assert client.hear(data(3, 10)) == ack(3)
    assert (client.transfer.finished, client.rule) == (True, None)
    assert client.transfer.received == 2 * 1428 + 10
    assert client.transfer.head == bytes(1428)


def test_an_empty_last_block_ends_it_too() -> None:
    client = opened(1)
    assert client.hear(data(2, 0)) == ack(2)
    assert client.transfer.finished


def test_without_oack_blocks_have_512_bytes() -> None:
    client = Client()
    assert client.hear(data(1, 512)) == ack(1)
    assert client.hear(data(2, 511)) == ack(2)
    assert client.transfer.finished


def test_a_repeat_of_the_last_block_is_acknowledged_again_and_told() -> None:
    client = opened(1)
    assert client.hear(data(1)) == ack(1)
    client.hear(data(2, 0))
    assert client.console.take().endswith(b"\r\nLost ACK packets: 1\r\n")
    assert client.transfer.received == 1428


def test_an_older_block_is_passed_over() -> None:
    assert opened(5).hear(data(3)) is None


def test_a_block_ahead_ends_the_file() -> None:
    client = opened(154)
    assert client.hear(data(402)) is None
    assert client.transfer.error
    assert client.transfer.error.words == b"TFTP error missing block 155, expected block was 402"


def test_the_21st_unexpected_packet_in_a_row_ends_the_file() -> None:
    client = opened(3)
    for _ in range(20):
        client.hear(data(1))
    assert not client.transfer.finished
    client.hear(data(1))
    assert client.rule is RuleId.UNEXPECTED_PACKETS


def test_a_good_block_forgives_the_unexpected_ones() -> None:
    client = opened(3)
    for block in range(4, 8):
        for _ in range(20):
            client.hear(data(1))
        assert client.hear(data(block)) == ack(block)
    assert not client.transfer.finished


def test_after_65535_comes_0_or_1() -> None:
    for following in (0, 1):
        client = opened(65535)
        assert client.hear(data(following)) == ack(following)
        assert client.hear(data(following + 1)) == ack(following + 1)


def test_after_the_wrap_a_repeat_of_65535_is_ahead() -> None:
    client = opened(65535)
    client.hear(data(0))
    client.hear(data(65535))
    assert client.rule is RuleId.BLOCK_AHEAD


def test_what_does_not_fit_ends_the_file_without_ack_or_error() -> None:
    client = opened(room=2047)
    assert client.hear(data(1)) == ack(1)
    assert client.hear(data(2, 620)) is None
    assert client.transfer.error
    assert client.transfer.error.words == b"TFTP buffer of 2047 bytes is too small for name"


def test_what_just_fits_is_taken() -> None:
    client = opened(room=2047)
    client.hear(data(1))
    assert client.hear(data(2, 619)) == ack(2)
    assert client.rule is None


def test_silence_before_any_answer_repeats_the_request_each_fourth_second() -> None:
    client = Client()
    assert client.seconds(20) == [REQUEST if second % 4 == 0 else None for second in range(1, 21)]
    assert client.second() is None
    assert client.transfer.error
    assert client.transfer.error.words == b"TFTP error occurred after missing 21 responses"


def test_silence_after_the_oack_repeats_nothing() -> None:
    assert opened().seconds(21) == [None] * 21


def test_silence_after_the_first_block_repeats_nothing() -> None:
    assert opened(1).seconds(21) == [None] * 21


def test_in_mid_transfer_the_ack_is_repeated_from_the_sixth_counted_second_on() -> None:
    assert opened(7).seconds(8) == [None] * 5 + [ack(7)] * 3


def test_seconds_are_counted_over_the_whole_file() -> None:
    client = opened(2)
    for block in range(3, 23):
        client.second()
        assert client.hear(data(block)) == ack(block)
    assert not client.transfer.finished
    client.second()
    assert client.rule is RuleId.SILENCE


def test_each_packet_starts_the_second_anew() -> None:
    client = opened(2)
    client.now = 100.0
    client.hear(data(1))
    assert client.transfer.deadline == 101.0


def test_a_second_oack_is_acknowledged_as_the_first() -> None:
    client = opened(5)
    assert client.hear(OACK) == ack(0)
    assert client.hear(data(6)) == ack(6)


def test_an_option_in_upper_case_is_refused() -> None:
    client = Client()
    assert client.hear(b"\0\6BLKSIZE\x001428\0") == b"\0\5\0\x08\0"
    assert client.rule is RuleId.BLOCK_SIZE_REFUSED


def test_a_block_size_out_of_range_is_refused() -> None:
    for size in (b"0", b"1429", b"x", b""):
        client = Client()
        assert client.hear(b"\0\6blksize\0" + size + b"\0") == b"\0\5\0\x08\0"


def test_error_codes_have_the_words_of_the_firmware() -> None:
    words = {
        0: b"unknown TFTP error",
        1: b"file not found: name",
        2: b"TFTP access violation",
        3: b"unknown TFTP error",
        4: b"illegal TFTP operation",
        5: b"unknown TFTP transfer ID",
        6: b"unknown TFTP error",
        7: b"no such TFTP user",
        8: b"unknown TFTP error",
    }
    for code, text in words.items():
        client = Client()
        assert client.hear(b"\0\5\0" + bytes((code,)) + b"why\0") is None
        assert client.transfer.error
        assert client.transfer.error.words == text


def test_a_name_with_braces_is_shown_as_it_is() -> None:
    console = Console()
    transfer = Transfer(b"{x}", room=9, keep=0, console=console, progress=Progress(console))
    transfer.start(0)
    transfer.receive(b"\0\5\0\1\0", PORT, 0)
    assert transfer.error
    assert transfer.error.words == b"file not found: {x}"


def test_answers_go_to_the_port_of_the_last_packet() -> None:
    client = Client()
    client.hear(OACK, 1111)
    assert client.transfer.port == 1111
    client.hear(data(1), 2222)
    assert client.transfer.port == 2222


def test_an_unreachable_port_ends_the_file() -> None:
    client = Client()
    client.transfer.unreachable(3)
    assert client.transfer.error
    assert client.transfer.error.words == b'ICMP ERROR "port unreachable"'


def test_garbage_is_an_unexpected_packet() -> None:
    for packet in (b"", b"\0", b"\0\3", b"\0\3\0", b"\0\x09\0\0"):
        client = Client()
        assert client.hear(packet) is None
        assert not client.transfer.finished
