"""What the API asks of the daemon about media. `by` is who asks: `token NAME` or `user NAME`."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from netipl.media.medium import Medium
from netipl.provisioning.media_jobs import MediumAsked, MediumJob


class MediaControl(Protocol):
    """Raises MissingError for what is not there, RefusedError, UsageError and UnavailableError."""

    @property
    def media(self) -> Sequence[Medium]:
        """Those that are whole, in the order of their names."""
        ...

    @property
    def jobs(self) -> Sequence[MediumJob]:
        """Imports and verifications, those that are over too, the newest last."""
        ...

    def medium(self, name: str) -> Medium: ...

    def used_by(self, medium: Medium) -> Sequence[str]:
        """The names of profiles."""
        ...

    def job(self, identifier: str) -> MediumJob: ...

    async def add(self, asked: MediumAsked, *, by: str) -> MediumJob:
        """Begins an import. Raises ConflictError where the name is taken."""
        ...

    async def upload(
        self, identifier: str, pieces: AsyncIterator[bytes], *, offset: int, size: int | None
    ) -> MediumJob:
        """What an import waits for. Raises ConflictError where it waits for something else."""
        ...

    async def cancel(self, identifier: str, *, by: str) -> MediumJob: ...

    async def verify(self, name: str, *, by: str) -> MediumJob:
        """Begins to read all of it."""
        ...

    async def remove(self, name: str, *, by: str) -> None:
        """Raises RefusedError where profiles use it."""
        ...
