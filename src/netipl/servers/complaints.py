"""Counts what goes wrong, and logs it at most once a second, however fast it happens."""

from collections import Counter
from collections.abc import Callable
from time import monotonic
from traceback import extract_tb

import structlog

from netipl.wire import printable

_INTERVAL = 1.0  # seconds


class Complaints:
    """One line a second for all kinds together; what came in between is told with the next line as `more`."""

    def __init__(self, logger: str, *, clock: Callable[[], float] = monotonic) -> None:
        """`logger` is the name under which lines are logged."""
        self._log = structlog.get_logger(logger)
        self.counts: Counter[str] = Counter()
        self._clock = clock
        self._quiet_until = float("-inf")
        self._unsaid = 0

    def add(self, event: str, **detail: str) -> None:
        """Count `event`; `detail` is text that is safe to show."""
        self.counts[event] += 1
        now = self._clock()
        if now < self._quiet_until:
            self._unsaid += 1
            return
        if self._unsaid:
            detail["more"] = str(self._unsaid)
        self._quiet_until, self._unsaid = now + _INTERVAL, 0
        self._log.warning(event, **detail)


def told(bug: Exception) -> str:
    """What went wrong and where, in one line: a client must not be able to fill the log."""
    where = extract_tb(bug.__traceback__)[-1]
    return f"{printable(repr(bug))} in {where.name}, {where.filename}:{where.lineno}"
