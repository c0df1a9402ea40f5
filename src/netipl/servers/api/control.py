"""What the API asks of the daemon. Everything is answered from memory, but for timelines, which the store is asked for.

What changes something returns once it is durable. `by` is who asks: `token NAME` or `user NAME`.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Protocol

from netipl.guests.build import Build
from netipl.guests.guest import Guest
from netipl.guests.lease import Lease
from netipl.guests.network import Network
from netipl.guests.profile import Profile
from netipl.provisioning.boots import Boot
from netipl.provisioning.credential import ApiToken
from netipl.provisioning.history import BootQuery, EventQuery
from netipl.provisioning.importing import Import
from netipl.provisioning.plan_view import PlanView
from netipl.provisioning.standing import Standing
from netipl.provisioning.timeline import Event
from netipl.servers.api.boot_file_control import BootFileControl
from netipl.servers.api.machine_control import MachineControl
from netipl.servers.api.media_control import MediaControl
from netipl.servers.api.profile_control import ProfileControl


class Control(Protocol):
    """Raises MissingError for what is not there, RefusedError, UsageError, and UnavailableError of the database."""

    @property
    def networks(self) -> Sequence[Network]: ...

    @property
    def profiles(self) -> Mapping[str, Profile]: ...

    @property
    def profile_plane(self) -> ProfileControl: ...

    @property
    def guests(self) -> Sequence[Guest]: ...

    @property
    def tokens(self) -> Sequence[ApiToken]: ...

    @property
    def leases(self) -> Sequence[Lease]: ...

    @property
    def machines(self) -> MachineControl:
        """Raises UnavailableError where there is no libvirt."""
        ...

    @property
    def media(self) -> MediaControl: ...

    @property
    def boot_files(self) -> BootFileControl: ...

    def guest(self, name: str) -> Guest: ...

    def standing(self, guest: Guest) -> Standing:
        """Where it stands now."""
        ...

    def plan(self, name: str, *, secrets: bool, build: bool, profile: str | None = None) -> PlanView:
        """What its firmware would get now, or, with `build`, from a build of `profile`; with lint findings."""
        ...

    async def put_guest(self, guest: Guest, *, by: str, expected: Guest | None, is_new: bool) -> Guest:
        """Adds it (`is_new`), or replaces the one of its name, which must be `expected` still, if that is given.

        Raises ConflictError where it is not.
        """
        ...

    async def remove_guest(self, name: str, *, by: str, expected: Guest | None) -> None: ...

    async def approve_guest(self, name: str, *, by: str) -> Guest: ...

    async def import_guests(self, guests: Sequence[Guest], *, by: str, dry_run: bool, prune: bool) -> Import:
        """All or none of them. With `prune` added guests that are not among them are removed."""
        ...

    async def ask_build(self, name: str, *, profile: str | None, by: str) -> Build:
        """Raises RefusedError where the plan has lint errors."""
        ...

    async def end_build(self, name: str, *, done: bool, by: str) -> Build:
        """The guest's open build is `done`, or else cancelled."""
        ...

    async def add_token(self, token: ApiToken) -> None:
        """Raises ConflictError where its name is taken."""
        ...

    async def revoke_token(self, name: str, *, by: str) -> None: ...

    async def builds(self, *, guest: str | None, limit: int) -> Sequence[Build]:
        """The newest first."""
        ...

    async def boots(self, query: BootQuery) -> Sequence[Boot]: ...

    async def events(self, query: EventQuery) -> Sequence[Event]: ...

    def follow(self, *, after: int | None) -> AsyncGenerator[Event, None]:
        """Every event from now on, once it is durable; before it those numbered after `after`.

        What only passes has the number 0.
        """
        ...
