"""Deadlines that move."""

from dataclasses import dataclass

from netipl.machines.simulated.timers import Timers


@dataclass
class Sleeper:
    deadline: float | None


def test_those_whose_time_has_come_are_woken() -> None:
    sleepers = [Sleeper(1.0), Sleeper(5.0), Sleeper(None)]
    timers = Timers(sleepers)
    for number in range(3):
        timers.start(number, 0.0)
    assert timers.next_due == 1.0
    woken = []
    for number in timers.due(1.0):
        woken.append(number)
        sleepers[number].deadline = None
    assert woken == [0]


def test_a_deadline_that_has_moved_on_wakes_nobody_at_its_old_time() -> None:
    sleeper = Sleeper(1.0)
    timers = Timers([sleeper])
    timers.start(0, 0.0)
    sleeper.deadline = 1.9
    assert list(timers.due(1.0)) == []
    assert timers.next_due == 1.9


def test_a_deadline_that_has_come_nearer_is_not_missed() -> None:
    sleeper = Sleeper(8.0)
    timers = Timers([sleeper])
    timers.start(0, 0.0)
    sleeper.deadline = 1.2
    assert list(timers.due(1.0)) == []
    assert timers.next_due == 1.2


def test_who_has_no_deadline_is_forgotten() -> None:
    sleeper = Sleeper(1.0)
    timers = Timers([sleeper])
    timers.start(0, 0.0)
    sleeper.deadline = None
    assert list(timers.due(2.0)) == []
    assert timers.next_due is None
