"""When to send again: the round-trip time of a client, estimated as RFC 6298 does, and the limits around it.

The firmware counts every second of silence over a whole file and gives up at the 21st, so a client that answers must
never wait near a second. Repeats of a block are harmless to it. All times are nanoseconds.
"""

from typing import Final

MILLISECOND: Final = 1_000_000
SECOND: Final = 1_000 * MILLISECOND

UNMEASURED: Final = 200 * MILLISECOND
"""Also for the first packet to a client that was measured before: it may be opening its file, and some clients give up
on a second OACK.
"""

SHORTEST: Final = 2 * MILLISECOND
"""On one host a round trip takes 0.2 ms: there 10 ms, with 1 % of the frames lost each way, would double a boot."""

LONGEST: Final = 500 * MILLISECOND
"""For a client that has answered lately, however slowly and whatever was lost."""

LAST_BLOCK: Final = 900 * MILLISECOND
"""After its ACK a client asks for the next file: a repeat of the last block would cross that request."""

LATELY: Final = 5 * SECOND
LONGEST_FOR_THE_DEAD: Final = 4 * SECOND
SILENCE: Final = 30 * SECOND
"""Without a word for so long a client is dead; the firmware gives up after 21 seconds."""

UNCONFIRMED: Final = 5
"""Retransmissions to a client that has not acknowledged anything: it may never have asked (RFC 1350 has no proof)."""

UNCONFIRMED_SILENCE: Final = 10 * SECOND

_FINEST: Final = MILLISECOND
_COARSEST: Final = 10 * MILLISECOND


def granularity(transfers: int) -> int:
    """How often at most to look at the timers of so many transfers (G of RFC 6298): to look at many takes its time."""
    return min(_FINEST + transfers * _FINEST // 16, _COARSEST)


class RoundTrip:
    """SRTT, RTTVAR and the timeout that follows from them (RFC 6298, 2)."""

    __slots__ = ("smoothed", "timeout", "variation")

    def __init__(self) -> None:
        self.smoothed = 0
        self.variation = 0
        self.timeout = UNMEASURED

    def measured(self, sample: int) -> None:
        """Takes the time of one round trip; never of a packet that was sent twice (Karn's rule, RFC 6298, 3).

        A client is given twice its time at least, however steady it was: a queue that forms is no loss.
        """
        if self.smoothed:
            self.variation += (abs(self.smoothed - sample) - self.variation) >> 2
            self.smoothed += (sample - self.smoothed) >> 3
        else:
            self.smoothed = sample or 1
            self.variation = sample >> 1
        self.timeout = min(max(self.smoothed + max(4 * self.variation, self.smoothed), SHORTEST), LONGEST)
