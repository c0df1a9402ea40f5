"""Conversations with one transfer: what is sent upon which ACK and upon silence, block by block."""

import pytest

from netipl.protocols.tftp.negotiation import Terms
from netipl.protocols.tftp.retransmission import MILLISECOND, SECOND, UNMEASURED, RoundTrip
from netipl.protocols.tftp.transfer import DEAD, FINISHED, NOTHING, Transfer


def transfer(
    *, blocks: int, window: int = 1, oack: bytes = b"oack", timeout: int = 0, round_trip: RoundTrip | None = None
) -> Transfer[None]:
    """Of `blocks` blocks of 8 bytes, the last one of 3."""
    return Transfer(
        peer=1,
        number=1,
        source=None,
        size=8 * (blocks - 1) + 3,
        terms=Terms(block_size=8, window_size=window, timeout=timeout),
        round_trip=round_trip or RoundTrip(),
        now=0,
        first_packet=oack,
    )


def test_lock_step_after_an_oack() -> None:
    it = transfer(blocks=3)
    assert [it.ack(number, 1) for number in (0, 1, 2, 3)] == [1, 2, 3, FINISHED]


def test_lock_step_without_options_begins_with_block_one() -> None:
    it = transfer(blocks=2, oack=b"")
    assert list(it.burst(1)) == [1]
    assert [it.ack(number, 1) for number in (1, 2)] == [2, FINISHED]


@pytest.mark.parametrize(("size", "last"), [(0, 1), (7, 1), (8, 2), (9, 2), (16, 3)])
def test_the_last_block_is_shorter_than_the_others_and_may_be_empty(size: int, last: int) -> None:
    it: Transfer[None] = Transfer(
        peer=1, number=1, source=None, size=size, terms=Terms(block_size=8), round_trip=RoundTrip(), now=0
    )
    assert it.last == last


@pytest.mark.parametrize("number", [0, 1, 2, 4, 5, 300, 65535], ids=str)
def test_an_ack_that_is_old_or_wild_is_never_answered(number: int) -> None:
    it = transfer(blocks=9)
    for good in (0, 1, 2):
        it.ack(good, 1)
    assert it.ack(number, 2) == NOTHING
    assert it.ack(3, 3) == 4


def test_the_block_number_rolls_over_to_zero_at_each_lap() -> None:
    it = transfer(blocks=200_000)
    expected = 0
    while (block := it.ack(expected & 0xFFFF, 1)) > 0:
        expected += 1
        assert block == expected
    assert (block, expected) == (FINISHED, 200_000)


def test_a_window_goes_on_from_what_was_acknowledged() -> None:
    it = transfer(blocks=10, window=4)
    assert list(it.burst(it.ack(0, 1))) == [1, 2, 3, 4]
    assert list(it.burst(it.ack(2, 2))) == [3, 4, 5, 6]
    assert list(it.burst(it.ack(6, 3))) == [7, 8, 9, 10]
    assert it.ack(10, 4) == FINISHED


def test_a_window_lost_is_sent_again_from_its_first_block() -> None:
    it = transfer(blocks=10, window=4)
    it.ack(0, 1)
    assert list(it.burst(it.due(it.deadline))) == [1, 2, 3, 4]


def test_a_close_client_is_sent_its_block_again_within_tens_of_milliseconds() -> None:
    it, now = transfer(blocks=100), 0
    for number in range(20):
        now += MILLISECOND
        it.ack(number, now)
    assert it.deadline - now <= 20 * MILLISECOND
    assert it.due(it.deadline) == 20


def test_the_first_packet_to_a_close_client_waits_until_it_has_opened_its_file() -> None:
    close = RoundTrip()
    close.measured(MILLISECOND // 10)
    it = transfer(blocks=9, round_trip=close)
    assert it.deadline == UNMEASURED
    it.ack(0, MILLISECOND)
    it.ack(1, 2 * MILLISECOND)
    assert it.deadline < 10 * MILLISECOND


def test_silence_doubles_the_timer_but_never_near_a_second_while_the_client_lives() -> None:
    it, now = transfer(blocks=100), 0
    for number in range(20):
        now += MILLISECOND
        it.ack(number, now)
    heard, waits = now, []
    while (now := it.deadline) - heard < 4 * SECOND:
        assert it.due(now) == 20
        waits.append(it.deadline - now)
    assert waits[1] == 2 * waits[0]
    assert max(waits) == 500 * MILLISECOND


def test_the_dead_are_sent_little_and_given_up() -> None:
    it, now = transfer(blocks=100), 0
    it.ack(0, now)
    sent = 0
    while it.due(now := it.deadline) != DEAD:
        sent += 1
    assert sent < 30
    assert now <= 40 * SECOND


def test_a_client_that_never_answered_is_sent_five_repeats_at_most() -> None:
    it = transfer(blocks=100)
    blocks = []
    while (block := it.due(it.deadline)) != DEAD:
        blocks.append(block)
    assert [block for block in blocks if block != NOTHING] == [0] * 5


def test_the_last_block_has_a_long_timer_of_its_own() -> None:
    """It would cross the client's next request, which may already be under way when the last ACK was lost."""
    it, now = transfer(blocks=20), 0
    for number in range(20):
        now += MILLISECOND
        it.ack(number, now)
    assert it.sent == it.last
    assert it.deadline - now == 900 * MILLISECOND


def test_a_round_trip_with_a_repeat_is_not_measured() -> None:
    """Karn's rule: the ACK may belong to either packet."""
    it = transfer(blocks=20)
    it.ack(0, MILLISECOND)
    before = it.round_trip.smoothed
    it.due(it.deadline)
    it.ack(1, 30 * SECOND)
    assert it.round_trip.smoothed == before


def test_after_a_repeat_the_timer_stays_doubled_until_a_round_trip_is_measured() -> None:
    """RFC 6298, 5.7: the packet that follows is sent with the timer that was backed off, and measured."""
    it, now = transfer(blocks=100), 0
    for number in range(34):
        now += MILLISECOND // 4
        it.ack(number, now)
    before = it.deadline - now
    it.due(now := it.deadline)
    it.ack(34, now)
    assert it.deadline - now == 2 * before
    smoothed = it.round_trip.smoothed
    it.ack(35, now + MILLISECOND)  # of those that are not measured otherwise
    assert it.round_trip.smoothed > smoothed


def test_a_client_that_becomes_slow_is_not_sent_everything_twice() -> None:
    it, now = transfer(blocks=1000), 0
    for number in range(100):
        now += MILLISECOND // 4
        it.ack(number, now)
    for number in range(100, 900):
        answered = now + 30 * MILLISECOND
        while it.deadline < answered:
            assert it.due(it.deadline) == number
        it.ack(number, now := answered)
    assert it.retransmitted < 20


def test_the_last_block_has_its_own_timer_after_a_repeat_too() -> None:
    it = transfer(blocks=20)
    for number in range(19):
        it.ack(number, number)
    it.due(now := it.deadline)
    it.ack(19, now)
    assert it.sent == it.last
    assert it.deadline - now == 900 * MILLISECOND


def test_an_agreed_timeout_is_kept() -> None:
    it = transfer(blocks=20, timeout=3 * SECOND)
    it.ack(0, 0)
    assert it.deadline == 3 * SECOND


@pytest.mark.parametrize(
    ("reported", "acknowledged"),
    [(0, 0), (0, 1), (0, 20_000), (60_000, 65_535), (60_000, 65_536), (60_000, 70_000), (131_000, 131_072),
     (131_072, 131_072), (131_072, 131_073), (131_071, 147_000), (196_607, 196_609)],
)  # fmt: skip
def test_a_resumed_transfer_finds_its_lap(reported: int, acknowledged: int) -> None:
    it = transfer(blocks=250_000)
    assert it.resume(reported, acknowledged & 0xFFFF, 5) == acknowledged + 1
    assert it.ack(acknowledged + 1 & 0xFFFF, 6) == acknowledged + 2


def test_an_ack_older_than_the_report_resumes_nothing() -> None:
    """It was doubled on its way: half a lap ahead of the report is where no client can be."""
    it = transfer(blocks=250_000)
    assert it.resume(70_000, 69_999 & 0xFFFF, 5) == NOTHING


def test_the_last_ack_resumes_to_the_end() -> None:
    assert transfer(blocks=1000).resume(900, 1000, 5) == FINISHED


def test_an_ack_beyond_the_end_resumes_nothing() -> None:
    assert transfer(blocks=1000).resume(900, 1001, 5) == NOTHING
