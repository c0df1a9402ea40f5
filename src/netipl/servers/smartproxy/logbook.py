"""What the Smart Proxy tells of itself under /logs: the last entries, and the last that are grave.

Foreman shows them on the page of the proxy. Grave ones outlive the others: a flood of calls does not wash them away.
"""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from threading import Lock
from typing import Final

import structlog

from netipl.servers.complaints import Complaints
from netipl.wire import printable

SIZE: Final = 2000
TAIL: Final = 1000
_LONGEST: Final = 2000


class Level(IntEnum):
    """As Ruby's logger counts them."""

    DEBUG = 0
    INFO = 1
    WARN = 2
    ERROR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`at` is in seconds since 1970."""

    at: float
    level: Level
    message: str
    request_id: str = ""

    def shown(self) -> dict[str, object]:
        found: dict[str, object] = {"timestamp": self.at, "level": self.level.name, "message": self.message}
        return found | ({"request_id": self.request_id} if self.request_id else {})


class Logbook:
    """`clock` gives seconds since 1970. May be written to from any thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last: deque[Entry] = deque(maxlen=SIZE)
        self._grave: deque[Entry] = deque(maxlen=TAIL)
        self._lock = Lock()
        self._log = structlog.get_logger("netipl.foreman")
        self._complaints = Complaints("netipl.foreman")
        self.failed: dict[str, str] = {}
        """Modules that do not run, and why."""

    def add(self, level: Level, message: str) -> None:
        """`message` may come from outside."""
        entry = self._kept(level, message, "")
        if level > Level.DEBUG:
            self._log.log(_OURS[level], entry.message)

    def refused(self, level: Level, message: str, *, request_id: str = "") -> None:
        """As `add`; the daemon's own log has one line of these a second, as anybody can make as many as he likes."""
        entry = self._kept(level, message, request_id)
        if level > Level.DEBUG:
            self._complaints.add(entry.message)

    def _kept(self, level: Level, message: str, request_id: str) -> Entry:
        entry = Entry(at=self._clock(), level=level, message=printable(message, _LONGEST), request_id=request_id)
        with self._lock:
            self._last.append(entry)
            if level >= Level.ERROR:
                self._grave.append(entry)
        return entry

    def since(self, moment: float) -> list[Entry]:
        """All that are newer, in order, each once."""
        with self._lock:
            first = self._last[0].at if self._last else float("inf")
            kept = [each for each in self._grave if each.at < first] + list(self._last)
        return [each for each in kept if each.at > moment]


_OURS: Final = {Level.INFO: logging.INFO, Level.WARN: logging.WARNING, Level.ERROR: logging.ERROR}
