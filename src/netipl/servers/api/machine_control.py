"""What the API needs of whoever has the machines of guests."""

from typing import Protocol

from netipl.provisioning.machine_view import MachineAsked, MachineView
from netipl.servers.api.console_control import ConsoleControl


class MachineControl(Protocol):
    """Raises MissingError for what is not there, ConflictError, RefusedError, UsageError, and UnavailableError of
    libvirt.
    """

    @property
    def consoles(self) -> ConsoleControl: ...

    def machine(self, name: str) -> MachineView:
        """Of the guest of this name, as it was told last."""
        ...

    async def define(self, name: str, asked: MachineAsked, *, by: str) -> MachineView: ...

    async def attach(self, name: str, domain_name: str | None, *, by: str) -> MachineView: ...

    async def release(self, name: str, *, by: str) -> MachineView: ...

    async def start(self, name: str, *, by: str, cold: bool) -> MachineView: ...

    async def stop(self, name: str, *, by: str, now: bool) -> MachineView: ...

    async def reset(self, name: str, *, by: str) -> MachineView: ...
