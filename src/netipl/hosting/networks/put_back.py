"""The step that puts taps of running guests, which have lost their bridge, back on it."""

from dataclasses import dataclass

from netipl.hosting.networks.restarting import put_back
from netipl.hosting.networks.situation import Situation
from netipl.integrations.bridges import Port


@dataclass(frozen=True, slots=True)
class PutBack:
    """There is nothing to undo: where they are put, libvirt has put them."""

    situation: Situation
    difference: str = ""
    consequences: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        taps = ", ".join(f"{tap.device} of {tap.guest}" for tap in self.situation.lost)
        return f"put back on {self.situation.now.bridge}: {taps}"

    def apply(self) -> None:
        put_back(tuple(Port(device=tap.device) for tap in self.situation.lost), self.situation.now.bridge)

    def undo(self) -> None:
        """They stay."""


def putting_back(situation: Situation) -> PutBack | None:
    """The step, or None where no tap is lost."""
    return PutBack(situation) if situation.lost else None
