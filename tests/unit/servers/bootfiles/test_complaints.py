from ipaddress import IPv4Address

from structlog.testing import capture_logs

from netipl.servers.bootfiles.complaints import Complaints

PEER = IPv4Address("192.0.2.9")


def test_all_are_counted_and_one_a_second_is_said() -> None:
    now = 0.0
    complaints = Complaints(clock=lambda: now)
    with capture_logs() as lines:
        for _ in range(1000):
            complaints.add("malformed request", PEER)
        now = 1.0
        complaints.add("too many connections", PEER)
    assert complaints.counts == {"malformed request": 1000, "too many connections": 1}
    assert [(line["event"], line["unsaid"]) for line in lines] == [
        ("malformed request", 0),
        ("too many connections", 999),
    ]
