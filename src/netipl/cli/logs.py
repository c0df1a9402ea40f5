"""How the daemon logs: to standard error, with times unless systemd's journal adds them, and boots as they go."""

import logging
import os
import re
import sys
from collections.abc import Callable
from http import HTTPStatus
from time import monotonic

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from netipl.cli.describe import describe
from netipl.provisioning.timeline import Observation, Seen
from netipl.servers.complaints import Pace

_log = structlog.get_logger("netipl.boot")

_IN_PASSING = {
    Seen.DHCP_DISCOVER,
    Seen.DHCP_OFFER,
    Seen.DHCP_REQUEST,
    Seen.DHCP_IGNORED,
    Seen.TFTP_STARTED,
    Seen.TFTP_PROGRESS,
    Seen.TFTP_MISSING,
    Seen.FIRMWARE,
    Seen.FIRMWARE_PROGRESS,
}
"""Logged with --verbose only: steps on the way to what is logged, and what anybody can cause."""

_REFUSED = {Seen.DHCP_NAK, Seen.DHCP_DECLINE, Seen.DHCP_RELEASE, Seen.DHCP_INFORM, Seen.TFTP_DENIED}


_ENDS_A_WORD = re.compile(r"[ \t\r\n='\"]")


def configure(level: int = logging.WARNING, *, as_json: bool = False) -> None:
    """Set up logging for this process, from `level` on (as in `logging`)."""
    journal = "JOURNAL_STREAM" in os.environ
    times = [] if journal else [structlog.processors.TimeStamper(fmt="iso", utc=True)]
    renderer = structlog.processors.JSONRenderer() if as_json else _on_terminal() if sys.stderr.isatty() else plain
    structlog.configure(
        processors=[structlog.processors.add_log_level, *times, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _on_terminal() -> Processor:
    return structlog.dev.ConsoleRenderer(colors=True, pad_event_to=0, pad_level=False)


def plain(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """One line, as on a terminal but without colours: every lease is one, and this takes a fraction of the time."""
    time, level, what = event.pop("timestamp", ""), event.pop("level"), event.pop("event")
    details = "".join(f" {key}={_quoted(value)}" for key, value in event.items())
    return f"{time} [{level}] {what}{details}".lstrip()


def _quoted(value: object) -> str:
    return value if isinstance(value, str) and not _ENDS_A_WORD.search(value) else repr(value)


class Log:
    """Observations as lines of the log. Unless `verbose`, what is refused gets one line a second in all."""

    def __init__(self, *, verbose: bool = False, clock: Callable[[], float] = monotonic) -> None:
        self._verbose = verbose
        self._pace = Pace(clock)

    def watch(self, observation: Observation) -> None:
        """Log one observation."""
        level = logging.DEBUG if observation.seen in _IN_PASSING else logging.INFO
        if not _log.is_enabled_for(level):
            return
        unsaid = self._pace.turn() if _is_refused(observation) and not self._verbose else 0
        if unsaid is None:
            return
        source, words = describe(observation)
        whose = observation.guest or observation.mac
        told = {"guest": str(whose)} if whose else {}
        _log.log(level, f"{source}: {words}", **told, **({"more": str(unsaid)} if unsaid else {}))


def _is_refused(observation: Observation) -> bool:
    """Also what is only told, and no more: all that costs the sender one packet and no lease."""
    if observation.seen is Seen.HTTP_SERVED:
        return int(observation.detail.get("status", 0)) >= HTTPStatus.BAD_REQUEST
    if observation.seen is Seen.CALLBACK:
        return observation.mac is None  # of no guest, and of nobody with a lease
    return observation.seen in _REFUSED
