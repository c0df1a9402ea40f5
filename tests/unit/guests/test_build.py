"""Which builds are open, and which of them lead to an installer."""

from datetime import UTC, datetime

import pytest

from netipl.guests.build import Build, BuildState

NOW = datetime(2026, 3, 1, tzinfo=UTC)

STATES = {  # is it open; does it install with no attempt left, and with one
    BuildState.WAITING: (True, True, True),
    BuildState.LOADING: (True, True, True),
    BuildState.IN_DOUBT: (True, False, False),
    BuildState.SPENT: (True, False, True),
    BuildState.FINISHING: (True, False, False),
    BuildState.DONE: (False, False, False),
    BuildState.FAILED: (False, False, False),
    BuildState.CANCELLED: (False, False, False),
}


def build(state: BuildState, attempts: int = 1) -> Build:
    return Build(
        id="1", guest="web1", network="lab", profile="p", asked=NOW, by="", expires=NOW, attempts=attempts, state=state
    )


@pytest.mark.parametrize("state", BuildState)
def test_a_build_is_open_until_it_is_over(state: BuildState) -> None:
    assert build(state).is_open is STATES[state][0]


@pytest.mark.parametrize("state", BuildState)
def test_only_a_build_that_is_not_spent_or_has_attempts_left_installs(state: BuildState) -> None:
    assert (build(state, 0).installs, build(state, 1).installs) == STATES[state][1:]
