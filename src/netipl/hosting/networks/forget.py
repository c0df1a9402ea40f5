"""The step that forgets what a restart that was cut off has left, for a network that is to stay stopped."""

from dataclasses import dataclass

from netipl.hosting.networks import kept
from netipl.hosting.networks.situation import Situation


@dataclass(frozen=True, slots=True)
class Forget:
    """What is on no bridge stays so."""

    situation: Situation
    difference: str = ""
    consequences: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return f"forget that a restart of {self.situation.name} was cut off: it stays stopped"

    def apply(self) -> None:
        kept.forget(self.situation.defined.uuid)

    def undo(self) -> None:
        assert self.situation.interrupted is not None  # by whoever has made it
        kept.write(self.situation.defined.uuid, self.situation.interrupted)
