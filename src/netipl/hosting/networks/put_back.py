"""The step that puts what has lost the bridge of a running network back on it: taps of running guests above all."""

from dataclasses import dataclass

from netipl.hosting.networks.restarting import bring_back
from netipl.hosting.networks.situation import Situation


@dataclass(frozen=True, slots=True)
class PutBack:
    """There is nothing to undo: where they are put, they have been."""

    situation: Situation
    difference: str = ""
    consequences: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        names = ", ".join(map(self.situation.called, self.situation.stray))
        return f"put back on {self.situation.now.bridge}: {names or 'what was added to it'}"

    def apply(self) -> None:
        bring_back(self.situation, self.situation.left)

    def undo(self) -> None:
        """They stay."""


def putting_back(situation: Situation) -> PutBack | None:
    """The step, or None where nothing has lost a bridge that is there."""
    is_needed = situation.stray or situation.interrupted is not None
    return PutBack(situation) if situation.bridge is not None and is_needed else None
