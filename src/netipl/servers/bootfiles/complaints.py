"""Counts what goes wrong, and logs it at most once a second, however fast it happens."""

from collections import Counter
from collections.abc import Callable
from ipaddress import IPv4Address
from time import monotonic

import structlog

_log = structlog.get_logger("netipl.http")


class Complaints:
    """One line a second for all clients together; `unsaid` is how many went by without one."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.counts: Counter[str] = Counter()
        self._clock = clock
        self._quiet_until = float("-inf")
        self._unsaid = 0

    def add(self, event: str, peer: IPv4Address, **detail: str) -> None:
        """Count `event`, our own words for what happened with `peer`; `detail` is text that is safe to show."""
        self.counts[event] += 1
        now = self._clock()
        if now < self._quiet_until:
            self._unsaid += 1
            return
        _log.warning(event, peer=str(peer), unsaid=self._unsaid, **detail)
        self._quiet_until, self._unsaid = now + 1, 0
