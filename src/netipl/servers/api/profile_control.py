"""What the API needs of whoever keeps the profiles."""

from collections.abc import Mapping
from typing import Protocol

from netipl.guests.profile import Profile
from netipl.provisioning.installation import Answered


class ProfileControl(Protocol):
    """Raises MissingError for what is not there, ConflictError, RefusedError, UsageError and UnavailableError."""

    @property
    def all(self) -> Mapping[str, Profile]:
        """By name, media too."""
        ...

    def known(self, name: str) -> Profile: ...

    def answers(self, profile: Profile, guest: str | None, *, secrets: bool) -> Answered:
        """What the installer of that guest would be answered, or of an example of one."""
        ...

    async def put(self, profile: Profile, *, by: str, expected: Profile | None, is_new: bool) -> Profile:
        """Adds it (`is_new`), or replaces the one of its name, which must be `expected` still, if that is given."""
        ...

    async def remove(self, name: str, *, by: str, expected: Profile | None) -> None:
        """Refused where a guest, a build or another profile uses it."""
        ...
