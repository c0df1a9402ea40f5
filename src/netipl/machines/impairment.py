"""What a bad network does to frames: loss, copies, reordering and delay, decided by a seed.

Pure: frames and `now` in, frames to pass on out. One `Line` is one direction.
"""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Self

_LONGEST_HOLD = 0.01  # seconds that a frame is held back when no other comes to overtake it
_MOST_WAITING = 4096  # frames; more are lost, as in the queue of a real line


@dataclass(frozen=True, slots=True, kw_only=True)
class Impairment:
    """Probabilities for each frame, and a delay in seconds for all of them.

    `duplicate` passes a frame on twice, `reorder` is decided for each copy: it waits until the next frame of its
    direction has overtaken it, 10 ms at most, since a lock-step protocol may send none.
    """

    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    delay: float = 0.0

    def __post_init__(self) -> None:
        for name in ("loss", "duplicate", "reorder"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a probability, not {getattr(self, name)}")
        if self.delay < 0:
            raise ValueError(f"no delay of {self.delay} s")

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `loss=0.01,delay=0.002`; empty is a perfect line. Raises ValueError."""
        known = {field.name for field in fields(cls)}
        values = dict(part.split("=", 1) for part in text.split(",") if part)
        if unknown := values.keys() - known:
            raise ValueError(f"no impairment is called {', '.join(sorted(unknown))}")
        return cls(**{name: float(value) for name, value in values.items()})

    def __str__(self) -> str:
        return ",".join(f"{field.name}={value}" for field in fields(self) if (value := getattr(self, field.name)))


PERFECT = Impairment()


class Line:
    """One direction of a link with its impairment. The same seed and frames always meet the same fate."""

    def __init__(self, impairment: Impairment, seed: int) -> None:
        self._impairment = impairment
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._waiting: list[tuple[float, int, bytes]] = []  # by the time they are due, then in order
        self._held: list[tuple[float, bytes]] = []  # until they are overtaken
        self._count = 0
        self.lost = 0
        self.duplicated = 0
        self.reordered = 0

    def push(self, frame: bytes, now: float) -> list[bytes]:
        """Take in `frame` at `now` (seconds); the frames to pass on at once, in order."""
        overtaken, self._held = self._held, []
        for copy in self._copies(frame):
            if self._chance.random() < self._impairment.reorder:
                self._held.append((now + _LONGEST_HOLD, copy))
                self.reordered += 1
            else:
                self._delay(copy, now)
        for _, copy in overtaken:
            self._delay(copy, now)
        return self.due(now)

    def due(self, now: float) -> list[bytes]:
        """The frames whose time has come by `now`."""
        while self._held and self._held[0][0] <= now:
            self._delay(self._held.pop(0)[1], now)
        ready = []
        while self._waiting and self._waiting[0][0] <= now:
            ready.append(heapq.heappop(self._waiting)[2])
        return ready

    @property
    def next_due(self) -> float | None:
        """When `due` has something, or None while nothing waits."""
        times = [waiting[0] for waiting in self._waiting[:1]] + [held[0] for held in self._held[:1]]
        return min(times, default=None)

    def _copies(self, frame: bytes) -> Iterator[bytes]:
        if self._chance.random() < self._impairment.loss:
            self.lost += 1
            return
        yield frame
        if self._chance.random() < self._impairment.duplicate:
            self.duplicated += 1
            yield frame

    def _delay(self, frame: bytes, now: float) -> None:
        if len(self._waiting) >= _MOST_WAITING:
            self.lost += 1
            return
        self._count += 1
        heapq.heappush(self._waiting, (now + self._impairment.delay, self._count, frame))
