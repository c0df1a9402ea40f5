"""When which guest wants to be woken: deadlines that move with every packet, without a queue operation for each.

A guest has one place in the queue. When its time comes and its deadline has moved on, it is queued again.
"""

import heapq
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

_SOONER: Final = 1.0
"""Seconds after which a place is looked at again: a deadline that moves nearer does so by less than this."""


class Sleeper(Protocol):
    """Who may want to be woken."""

    @property
    def deadline(self) -> float | None: ...


class Timers:
    """The deadlines of `sleepers`, by their numbers in it."""

    def __init__(self, sleepers: Iterable[Sleeper]) -> None:
        self._sleepers = list(sleepers)
        self._queue: list[tuple[float, int]] = []

    @property
    def next_due(self) -> float | None:
        return self._queue[0][0] if self._queue else None

    def start(self, number: int, now: float) -> None:
        """From now on that one is woken."""
        deadline = self._sleepers[number].deadline
        if deadline is not None:
            heapq.heappush(self._queue, (min(deadline, now + _SOONER), number))

    def due(self, now: float) -> Iterator[int]:
        """Those whose deadline has passed, each to be woken before the next is asked for."""
        while self._queue and self._queue[0][0] <= now:
            _, number = heapq.heappop(self._queue)
            deadline = self._sleepers[number].deadline
            if deadline is not None and deadline <= now:
                yield number
            self.start(number, now)
