"""One transfer: which block to send upon an ACK, upon silence, and when it is over.

Counts blocks absolutely, from 1; 16-bit numbers exist on the wire only. Block 0 stands for the OACK. Runs once per
packet, so it works on integers and makes no objects. Sources: RFC 1350, RFC 7440 (windows), RFC 1123, 4.2.3.1.
"""

from typing import Final, Generic, TypeVar

from netipl.protocols.tftp.negotiation import Terms
from netipl.protocols.tftp.retransmission import (
    LAST_BLOCK,
    LATELY,
    LONGEST,
    LONGEST_FOR_THE_DEAD,
    SILENCE,
    UNCONFIRMED,
    UNCONFIRMED_SILENCE,
    UNMEASURED,
    RoundTrip,
)

NOTHING: Final = -1
"""There is nothing to send."""

FINISHED: Final = -2
"""The last block is acknowledged."""

DEAD: Final = -3
"""The client has been silent for too long."""

_LAP: Final = 0xFFFF
_HALF_A_LAP: Final = 0x8000

_ALL_MEASURED: Final = 16
_SELDOM_MEASURED: Final = 7
"""Every round trip is measured up to block 16, every eighth after that."""

Source = TypeVar("Source")


class Transfer(Generic[Source]):
    """A file of `size` bytes on its way to `peer` under `terms`; `source` is the caller's way to the bytes.

    `first_packet` is the OACK, or empty when no option was agreed; then block 1 is the first packet.
    """

    __slots__ = (
        "_backed_off",
        "_fixed",
        "_measured_before",
        "_tries",
        "acked",
        "begun",
        "confirmed",
        "deadline",
        "first_packet",
        "heard",
        "last",
        "number",
        "peer",
        "reported",
        "reported_at",
        "retransmitted",
        "round_trip",
        "sent",
        "size",
        "source",
        "terms",
        "window",
    )

    def __init__(
        self,
        *,
        peer: int,
        number: int,
        source: Source,
        size: int,
        terms: Terms,
        round_trip: RoundTrip,
        now: int,
        first_packet: bytes = b"",
    ) -> None:
        self.peer = peer
        self.number = number
        self.source = source
        self.size = size
        self.terms = terms
        self.window = terms.window_size
        self.last = size // terms.block_size + 1
        self.round_trip = round_trip
        self.first_packet = first_packet
        self.acked = -1 if first_packet else 0
        self.sent = self.acked + 1
        self.confirmed = False
        self.retransmitted = 0
        self.begun = self.heard = now
        self.reported = 0
        self.reported_at = now
        self._tries = 0
        self._backed_off = 0
        self._fixed = terms.timeout
        self._measured_before = 0 if self._fixed else self.last  # from here on, other timers count
        self.deadline = now + self._patience(now)

    def ack(self, number: int, now: int) -> int:
        """The first of the blocks to send (see `burst`), NOTHING for an ACK that is old or wild, or FINISHED.

        `number` counts by its low 16 bits. A block is sent when the one before is heard of, so `heard` times both.

        An ACK seen before is never answered, or both sides would send every later block twice.
        """
        ahead = (number - self.acked) & _LAP
        if not 0 < ahead <= self.sent - self.acked:
            return NOTHING
        self.acked = acked = self.acked + ahead
        if self._backed_off:
            return self._ack_backed_off(now)
        if acked < _ALL_MEASURED or not acked & _SELDOM_MEASURED:
            self.round_trip.measured(now - self.heard)
        self.heard = now
        self.confirmed = True
        sent = acked + self.window
        if sent < self._measured_before:
            self.sent = sent
            self.deadline = now + self.round_trip.timeout
            return acked + 1
        if acked >= self.last:
            return FINISHED
        self.sent = min(sent, self.last)
        self.deadline = now + self._patience(now)
        return acked + 1

    def due(self, now: int) -> int:
        """The first block to send again now that `deadline` has passed, NOTHING while only waiting, or DEAD."""
        silence = now - self.heard
        if silence >= self._enough():
            return DEAD
        if not self.confirmed and self._tries >= UNCONFIRMED:
            self.deadline = self.heard + self._enough()
            return NOTHING
        self._tries += 1
        self._backed_off += 1
        self.retransmitted += 1
        self.deadline = now + self._patience(now)
        return self.acked + 1

    def burst(self, first: int) -> range:
        """The blocks to send from `first` on: one, or a window of them (RFC 7440, 4)."""
        return range(first, self.sent + 1)

    def resume(self, reported: int, number: int, now: int) -> int:
        """As `ack` of `number`, for a transfer whose acknowledged block was last known to be `reported`.

        The client is at most half a lap ahead of the report; an ACK that seems further ahead is an old one: NOTHING.
        """
        ahead = (number - reported) & _LAP
        if ahead >= _HALF_A_LAP or reported + ahead > self.last:
            return NOTHING
        self.acked = reported + ahead - 1
        self.sent = self.acked + 1
        self._tries = self._backed_off = 1  # nothing was timed: when this block was sent is not known
        return self.ack(number, now)

    def _ack_backed_off(self, now: int) -> int:
        """The rest of `ack` since packets were sent more than once, until a round trip is measured again.

        Till then the timer stays as long as it has become (RFC 6298, 5): a client that has turned slow would else be
        sent everything twice and never be measured.
        """
        if self._tries:
            self._tries = 0
        else:
            self._backed_off = 0
            self.round_trip.measured(now - self.heard)
        self.heard = now
        self.confirmed = True
        if self.acked >= self.last:
            return FINISHED
        self.sent = min(self.acked + self.window, self.last)
        self.deadline = now + self._patience(now)
        return self.acked + 1

    def _patience(self, now: int) -> int:
        if self._fixed:
            return self._fixed
        if self.sent == self.last:
            return min(LAST_BLOCK << self._tries, LONGEST_FOR_THE_DEAD)
        longest = LONGEST if now - self.heard < LATELY else LONGEST_FOR_THE_DEAD
        timeout = self.round_trip.timeout if self.confirmed else max(self.round_trip.timeout, UNMEASURED)
        return min(timeout << self._backed_off, longest)

    def _enough(self) -> int:
        enough = SILENCE if self.confirmed else UNCONFIRMED_SILENCE
        return max(enough, 6 * self._fixed)
