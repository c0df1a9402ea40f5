"""What a build is in each state: whether it is over, and whether the next boot gets its installer."""

from datetime import UTC, datetime

import pytest

from netipl.guests.build import OPEN, Build, BuildState

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def build(state: BuildState, attempts: int = 1) -> Build:
    return Build(
        id="1", guest="z1", network="lab", profile="p", asked=NOW, by="", expires=NOW, state=state, attempts=attempts
    )


@pytest.mark.parametrize(
    ("state", "is_open", "installs", "installs_once_spent"),
    [
        (BuildState.WAITING, True, True, True),
        (BuildState.LOADING, True, True, True),
        (BuildState.IN_DOUBT, True, False, False),
        (BuildState.SPENT, True, True, False),
        (BuildState.DONE, False, False, False),
        (BuildState.FAILED, False, False, False),
        (BuildState.CANCELLED, False, False, False),
    ],
)
def test_a_state_says_whether_it_is_over_and_installs(
    state: BuildState, is_open: bool, installs: bool, installs_once_spent: bool
) -> None:
    assert build(state).is_open is (state in OPEN) is is_open
    assert build(state, attempts=1).installs is installs
    assert build(state, attempts=0).installs is installs_once_spent
