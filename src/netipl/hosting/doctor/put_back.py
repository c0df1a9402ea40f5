"""Puts the tap of a running guest back on its bridge; the guest goes on with the network card that it has."""

from dataclasses import dataclass

from netipl.integrations import bridges
from netipl.integrations.bridges import Port


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack:
    """A step."""

    tap: str
    bridge: str

    @property
    def words(self) -> str:
        return f"put the tap {self.tap} back on the bridge {self.bridge}"

    @property
    def difference(self) -> str:
        return ""

    @property
    def consequences(self) -> tuple[str, ...]:
        return ()

    def apply(self) -> None:
        """Raises UnavailableError."""
        bridges.attach(Port(device=self.tap), self.bridge)

    def undo(self) -> None:
        """Raises UnavailableError."""
        bridges.detach(self.tap)
