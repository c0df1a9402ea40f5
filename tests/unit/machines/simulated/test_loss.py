"""What is lost, by a seed."""

import pytest

from netipl.machines.simulated.loss import Loss


def test_the_same_seed_loses_the_same() -> None:
    one, other = Loss(0.3, 7), Loss(0.3, 7)
    fate = [one.strikes() for _ in range(200)]
    assert fate == [other.strikes() for _ in range(200)]
    assert 30 < sum(fate) < 90


@pytest.mark.parametrize(("rate", "lost"), [(0.0, 0), (1.0, 100)])
def test_none_and_all(rate: float, lost: int) -> None:
    loss = Loss(rate, 0)
    assert sum(loss.strikes() for _ in range(100)) == lost


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_no_probability_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="no probability"):
        Loss(rate, 0)
