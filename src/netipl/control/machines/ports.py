"""What the machines need of the control plane and of libvirt's driver."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from netipl.guests.guest import Guest
from netipl.integrations.libvirt.worker.protocol import Call, Json
from netipl.provisioning.changes import Change


class Driver(Protocol):
    """Asks libvirt."""

    uri: str

    @property
    def why_not(self) -> str:
        """Why libvirt is not there now; empty while it is."""
        ...

    def demand(self) -> None:
        """Raises UnavailableError while libvirt is not there."""
        ...

    async def ask(self, call: Call, /, *, limit: float = ..., **arguments: Json) -> Json:
        """Raises NetiplError."""
        ...

    async def run(self) -> None: ...


class PutGuest(Protocol):
    """Adds a guest, or changes one. Raises NetiplError."""

    async def __call__(self, guest: Guest, *, by: str, expected: Guest | None, is_new: bool) -> Guest: ...


Commit = Callable[[Iterable[Change]], Awaitable[None]]
Keep = Callable[[Iterable[Change]], None]
