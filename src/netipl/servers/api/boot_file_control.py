"""What the API asks of the daemon about the boot files that Foreman had it fetch."""

from collections.abc import Sequence
from typing import Protocol

from netipl.provisioning.foreman.uses import KeptFile


class BootFileControl(Protocol):
    """Raises MissingError for what is not there, ConflictError for what is needed, and UnavailableError."""

    async def kept(self) -> Sequence[KeptFile]:
        """In the order of their names."""
        ...

    async def remove(self, name: str, *, by: str) -> None:
        """One that no configuration needs."""
        ...
