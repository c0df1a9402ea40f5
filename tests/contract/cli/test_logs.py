"""A line of the log reads the same to a file as to a terminal; structlog's own renderer is the oracle."""

import pytest
import structlog

from netipl.cli.logs import plain

LINES: dict[str, dict[str, object]] = {
    "a lease": {"level": "info", "event": "dhcp: 192.0.2.7 given", "guest": "z1", "timestamp": "2026-01-01T00:00:00Z"},
    "without a time, which systemd's journal adds": {"level": "info", "event": "serving"},
    "several details, not all of them text": {"level": "error", "event": "no", "count": 7, "path": None, "also": "a b"},
}


@pytest.mark.parametrize("event", LINES.values(), ids=LINES)
def test_a_line_to_a_file_is_that_of_a_terminal_without_colours(event: dict[str, object]) -> None:
    renderer = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, pad_level=False, sort_keys=False)
    assert plain(None, "", dict(event)) == renderer(None, "", dict(event))
