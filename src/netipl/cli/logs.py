"""How the daemon logs: to standard error, with times unless systemd's journal adds them, and boots as they go."""

import logging
import os
import sys

import structlog

from netipl.cli.describe import describe
from netipl.provisioning.timeline import Observation, Seen

_log = structlog.get_logger("netipl.boot")

_IN_PASSING = {
    Seen.DHCP_DISCOVER,
    Seen.DHCP_OFFER,
    Seen.DHCP_REQUEST,
    Seen.DHCP_IGNORED,
    Seen.TFTP_STARTED,
    Seen.TFTP_PROGRESS,
    Seen.TFTP_MISSING,
}
"""Logged with --verbose only: steps on the way to what is logged, and what anybody can cause."""


def configure(level: int = logging.WARNING, *, as_json: bool = False) -> None:
    """Set up logging for this process, from `level` on (as in `logging`)."""
    journal = "JOURNAL_STREAM" in os.environ
    times = [] if journal else [structlog.processors.TimeStamper(fmt="iso", utc=True)]
    renderer = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0, pad_level=False)
    )
    structlog.configure(
        processors=[structlog.processors.add_log_level, *times, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def watch(observation: Observation) -> None:
    """Log one observation."""
    level = logging.DEBUG if observation.seen in _IN_PASSING else logging.INFO
    if not _log.is_enabled_for(level):
        return
    source, words = describe(observation)
    whose = observation.guest or observation.mac
    _log.log(level, f"{source}: {words}", **({"guest": str(whose)} if whose else {}))
