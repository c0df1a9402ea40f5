"""The time of a loop over simulated guests: how long it may sleep, when it ends, and when somebody looks at it."""

import time
from collections.abc import Callable
from typing import Final

GLANCE: Final = 0.1
"""Seconds between two calls of `watch`, about."""

Watch = Callable[[], None]


class Pace:
    """From now on, for `limit` seconds or without end."""

    def __init__(self, limit: float | None, watch: Watch, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._watch = watch
        self._watched = clock()
        self._end = None if limit is None else self._watched + limit

    @property
    def over(self) -> bool:
        """Whether the limit has passed."""
        return self._end is not None and self._clock() >= self._end

    def patience(self, next_due: float | None) -> float:
        """Seconds to sleep at most."""
        now = self._clock()
        times = (next_due, self._end, self._watched + GLANCE)
        return max(0.0, min(each for each in times if each is not None) - now)

    def glance(self) -> None:
        """Let somebody look, if it is time to."""
        now = self._clock()
        if now >= self._watched + GLANCE:
            self._watched = now
            self._watch()
