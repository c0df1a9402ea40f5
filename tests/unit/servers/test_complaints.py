"""Complaints on a clock of the test: all are counted, one a second is logged."""

from structlog.testing import capture_logs

from netipl.servers.complaints import Complaints


def test_one_line_a_second_tells_how_many_came_between() -> None:
    now = 100.0
    complaints = Complaints("netipl.test", clock=lambda: now)
    with capture_logs() as lines:
        for at in (100.0, 100.1, 100.9, 101.0, 101.5, 103.0):
            now = at
            complaints.add("malformed", source="192.0.2.9")
    assert [line.get("more") for line in lines] == [None, "2", "1"]
    assert complaints.counts == {"malformed": 6}


def test_another_kind_within_the_second_is_counted_and_not_logged() -> None:
    complaints = Complaints("netipl.test", clock=lambda: 100.0)
    with capture_logs() as lines:
        complaints.add("one")
        complaints.add("other")
    assert [line["event"] for line in lines] == ["one"]
    assert complaints.counts == {"one": 1, "other": 1}
