"""The time of a loop, by a fake clock."""

from netipl.machines.simulated.pace import GLANCE, Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_is_over_at_the_limit_and_never_without_one() -> None:
    clock = Clock()
    limited, endless = Pace(5.0, lambda: None, clock), Pace(None, lambda: None, clock)
    assert not limited.over
    clock.now += 5.0
    assert (limited.over, endless.over) == (True, False)


def test_sleep_ends_at_whatever_comes_first() -> None:
    clock = Clock()
    pace = Pace(0.05, lambda: None, clock)
    assert round(pace.patience(100.01), 6) == 0.01
    assert round(pace.patience(None), 6) == 0.05
    assert pace.patience(99.0) == 0.0
    assert round(Pace(None, lambda: None, clock).patience(200.0), 6) == GLANCE


def test_somebody_looks_now_and_then() -> None:
    clock = Clock()
    looks: list[float] = []
    pace = Pace(None, lambda: looks.append(clock.now), clock)
    for _ in range(10):
        clock.now += GLANCE * 0.75
        pace.glance()
    assert len(looks) == 5
