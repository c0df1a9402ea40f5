"""A firmware that fails is tried again with back-off, and only for as long as its build leads to an installer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from netipl.control.machines.retrying import Retries
from netipl.guests.build import Build, BuildState

NOW = datetime(2026, 11, 26, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BUILD = Build(
    id="1-web1",
    guest="web1",
    network="lab",
    profile="debian",
    asked=NOW,
    by="user root",
    expires=NOW + timedelta(hours=6),
)


def test_the_pause_doubles_up_to_ten_minutes() -> None:
    retries, now, pauses = Retries(), NOW, []
    for _ in range(9):
        retry = retries.failed(BUILD, now)
        assert retry is not None
        pauses.append(retry.pause.total_seconds())
        assert not list(retries.due(now + retry.pause - SECOND))
        now += retry.pause
        assert [each.number for each in retries.due(now)] == [retry.number]
        assert not list(retries.due(now))
    assert pauses == [10, 20, 40, 80, 160, 320, 600, 600, 600]


def test_what_is_told_twice_is_one_retry() -> None:
    retries = Retries()
    first = retries.failed(BUILD, NOW)
    assert retries.failed(BUILD, NOW + SECOND) == first


def test_a_build_that_is_good_for_no_boot_is_not_tried_again() -> None:
    for state in (BuildState.DONE, BuildState.FAILED, BuildState.CANCELLED, BuildState.FINISHING, BuildState.IN_DOUBT):
        assert Retries().failed(replace(BUILD, state=state), NOW) is None
    assert Retries().failed(replace(BUILD, state=BuildState.SPENT, attempts=0), NOW) is None
    assert Retries().failed(replace(BUILD, state=BuildState.SPENT, attempts=1), NOW) is not None
    assert Retries().failed(BUILD, BUILD.expires + SECOND) is None


def test_another_build_begins_anew_and_so_does_one_that_somebody_started() -> None:
    retries = Retries()
    assert retries.failed(BUILD, NOW) is not None
    again = retries.failed(replace(BUILD, id="2-web1"), NOW)
    assert again is not None
    assert again.number == 1
    assert retries.waits("web1") == again
    retries.forget("web1")
    assert retries.waits("web1") is None
    assert not list(retries.due(NOW + timedelta(hours=1)))


def test_a_guest_that_is_busy_waits_on() -> None:
    retries = Retries()
    retries.failed(BUILD, NOW)
    later = NOW + timedelta(minutes=1)
    assert not list(retries.due(later, busy={"web1"}))
    assert list(retries.due(later))


def test_one_that_somebody_stopped_stays_off_until_it_is_started_or_built_anew() -> None:
    retries = Retries()
    retries.forget("web1", stopped=BUILD)
    assert retries.failed(BUILD, NOW) is None
    assert retries.failed(replace(BUILD, id="2-web1"), NOW) is not None
    retries.forget("web1")
    assert retries.failed(BUILD, NOW) is not None
