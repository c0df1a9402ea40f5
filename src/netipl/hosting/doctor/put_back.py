"""The step that puts the tap of a running guest back on a bridge that libvirt has not made."""

from dataclasses import dataclass

from netipl.hosting.networks.restarting import put_back
from netipl.integrations.bridges.bridges import Port


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack:
    """There is nothing to undo: where it is put, libvirt has put it."""

    tap: str
    bridge: str
    difference: str = ""
    consequences: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return f"put {self.tap} back on {self.bridge}"

    def apply(self) -> None:
        put_back((Port(device=self.tap),), self.bridge)

    def undo(self) -> None:
        """It stays."""
