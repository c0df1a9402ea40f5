"""What the daemon logs of observations, on a clock of the test."""

from datetime import UTC, datetime
from ipaddress import IPv4Address

import pytest
from structlog.testing import capture_logs

from netipl.cli import logs
from netipl.provisioning.timeline import Observation, Seen


def observed(seen: Seen, **detail: str | int) -> Observation:
    return Observation(
        at=datetime(2026, 11, 26, tzinfo=UTC), seen=seen, address=IPv4Address("192.0.2.9"), detail=detail
    )


@pytest.mark.parametrize(
    "observation",
    [
        observed(Seen.TFTP_DENIED, name="../x", reason="the name climbs with `..`"),
        observed(Seen.HTTP_SERVED, name="x", status=404),
        observed(Seen.CALLBACK, path="/callback"),
        observed(Seen.DHCP_NAK, reason="192.0.2.9 is not free"),
        observed(Seen.DHCP_RELEASE),
        observed(Seen.DHCP_DECLINE),
        observed(Seen.DHCP_INFORM),
    ],
    ids=lambda observation: observation.seen,
)
def test_what_is_refused_gets_one_line_a_second(observation: Observation) -> None:
    now = 100.0
    log = logs.Log(clock=lambda: now)
    with capture_logs() as lines:
        for at in (100.0, 100.1, 100.9, 101.0):
            now = at
            log.watch(observation)
    assert [line.get("more") for line in lines] == [None, "2"]


def test_with_verbose_everything_is_logged() -> None:
    log = logs.Log(verbose=True, clock=lambda: 100.0)
    with capture_logs() as lines:
        for _ in range(3):
            log.watch(observed(Seen.DHCP_NAK, reason="192.0.2.9 is not free"))
    assert len(lines) == 3
