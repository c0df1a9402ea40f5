"""The log, and how often progress is told; what reaches a server is in the integration tests."""

from netipl.payload.agent.reports import Log, Reports


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_lines_are_shown_and_kept_with_their_times() -> None:
    shown: list[str] = []
    clock = Clock()
    log = Log(shown.append, clock)
    log.say("one")
    clock.now = 12.5
    log.say("two")
    assert shown == ["netipl: one", "netipl: two"]
    assert log.tail() == b"    0.000 one\n   12.500 two"


def test_of_a_long_log_the_last_whole_lines_are_the_tail() -> None:
    log = Log(lambda _: None, Clock())
    for number in range(2000):
        log.say(f"line {number}")
    tail = log.tail()
    assert 8000 < len(tail) <= 8192
    assert tail.startswith(b"    0.000 line ")
    assert tail.endswith(b"line 1999")


def test_progress_is_told_at_most_every_five_seconds() -> None:
    shown: list[str] = []
    clock = Clock()
    reports = Reports("", Log(shown.append, clock), clock=clock)
    for now in (0.0, 1.0, 4.9, 5.0, 9.0, 10.1):
        clock.now = now
        reports.progress(lambda now=now: f"at {now}")  # type: ignore[misc]
    assert shown == ["netipl: at 0.0", "netipl: at 5.0", "netipl: at 10.1"]


def test_nobody_is_called_where_no_url_is_known() -> None:
    assert Reports("", Log(lambda _: None)).tell("done")
