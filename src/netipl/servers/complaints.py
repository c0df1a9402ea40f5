"""Counts what goes wrong, and logs it at most once a second, however fast it happens."""

from collections import Counter
from collections.abc import Callable
from time import monotonic
from traceback import extract_tb

import structlog

from netipl.wire import printable

_INTERVAL = 1.0  # seconds


class Pace:
    """One turn a second."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._next = float("-inf")
        self._in_vain = 0

    def turn(self) -> int | None:
        """How many asked in vain since the last turn, or None if this one does."""
        now = self._clock()
        if now < self._next:
            self._in_vain += 1
            return None
        in_vain, self._next, self._in_vain = self._in_vain, now + _INTERVAL, 0
        return in_vain


class Complaints:
    """One line a second for all kinds together; what came in between is told with the next line as `more`."""

    def __init__(self, logger: str, *, clock: Callable[[], float] = monotonic) -> None:
        """`logger` is the name under which lines are logged."""
        self._log = structlog.get_logger(logger)
        self.counts: Counter[str] = Counter()
        self._pace = Pace(clock)

    def add(self, event: str, **detail: str) -> None:
        """Count `event`; `detail` is text that is safe to show."""
        self.counts[event] += 1
        unsaid = self._pace.turn()
        if unsaid is None:
            return
        if unsaid:
            detail["more"] = str(unsaid)
        self._log.warning(event, **detail)


def told(bug: Exception) -> str:
    """What went wrong and where, in one line: a client must not be able to fill the log."""
    where = extract_tb(bug.__traceback__)[-1]
    return f"{printable(repr(bug))} in {where.name}, {where.filename}:{where.lineno}"
