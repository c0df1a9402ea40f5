"""What a simulated guest does not hear, and what of it is not heard: decided by a seed."""

import random


class Loss:
    """Each frame is lost with probability `rate`, in both directions. The same seed loses the same ones in a row."""

    __slots__ = ("_chance", "_rate")

    def __init__(self, rate: float, seed: int) -> None:
        """Raises ValueError for what is no probability."""
        if not 0 <= rate <= 1:
            raise ValueError(f"{rate} is no probability")
        self._rate = rate
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret

    def strikes(self) -> bool:
        """Whether the next frame is lost."""
        return bool(self._rate) and self._chance.random() < self._rate
