"""What the API needs of whoever has the consoles of guests."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from netipl.guests.guest import Guest
from netipl.provisioning.console_view import Shown, TranscriptView


class ConsoleControl(Protocol):
    """Raises MissingError for what is not there, ConflictError, and UnavailableError of libvirt and the disk."""

    def follow(self, guest: Guest, *, raw: bool) -> AsyncGenerator[Shown, None]:
        """What this boot has printed, and then all that is printed; as bytes with `raw`."""
        ...

    async def type(self, guest: Guest, keys: bytes) -> None: ...

    async def transcripts(self, guest: str) -> Sequence[TranscriptView]:
        """The newest first."""
        ...

    async def transcript(self, guest: str, transcript: str) -> str: ...
