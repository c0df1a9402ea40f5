"""What people ask of profiles: those that there are, and changes of those that were added, kept by the journal."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from netipl.control.plans import Plans
from netipl.errors import ConflictError, MissingError
from netipl.guests.guest import Guest
from netipl.guests.profile import Profile, ProfileOrigin
from netipl.net import Mac
from netipl.provisioning import profiling
from netipl.provisioning.changes import Change
from netipl.provisioning.installation import Answered
from netipl.provisioning.inventory import Inventory
from netipl.store.planner import Planner

_EXAMPLE: Final = Mac.parse("52:54:00:00:00:01")


class ProfilePlane:
    """Of `inventory`; `planner` is that of now. `commit` returns when changes are durable."""

    def __init__(
        self,
        inventory: Inventory,
        planner: Callable[[], Planner],
        plans: Plans,
        *,
        commit: Callable[[Iterable[Change]], Awaitable[None]],
    ) -> None:
        self._inventory = inventory
        self._planner = planner
        self._plans = plans
        self._commit = commit

    @property
    def all(self) -> profiling.Catalogue:
        """By name, media too."""
        return self._planner().profiles

    def known(self, name: str) -> Profile:
        """Raises MissingError."""
        return profiling.known(self.all, name)

    def answers(self, profile: Profile, guest: str | None, *, secrets: bool) -> Answered:
        """What the installer of that guest would be answered, or of an example of one.

        Raises MissingError for a guest that is not there, and NetiplError for what cannot be made.
        """
        found = self._example() if guest is None else self._inventory.guest(guest)
        if found is None:
            raise MissingError(f"there is no guest {guest}", remedy="`netipl guest list` shows all")
        return self._plans.answers(found, profile, secrets=secrets)

    def _example(self) -> Guest:
        network = next(iter(self._inventory.networks))
        return Guest(name="example", macs=(_EXAMPLE,), network=network.name)

    async def put(self, profile: Profile, *, by: str, expected: Profile | None, is_new: bool) -> Profile:
        """Adds it (`is_new`), or replaces the one of its name, which must be `expected` still, if that is given.

        Raises ConflictError, MissingError, RefusedError and UsageError.
        """
        before = self.all.get(profile.name)
        is_there = before is not None and before.origin is not ProfileOrigin.MEDIUM
        if is_new and is_there:
            raise ConflictError(
                f"there is a profile {profile.name} already", remedy="change it, or choose another name"
            )
        if not is_new and before is None:
            raise MissingError(f"there is no profile {profile.name}", remedy="`netipl profile list` shows all")
        _as_expected(before, expected)
        planner = self._planner()
        profiling.check_template(profile, planner.offered.templates())
        media = [medium.name for medium in (*planner.offered.media.media, *planner.offered.media.coming)]
        await self._commit(profiling.put(profile, self.all, media=media, by=by, now=datetime.now(UTC)))
        return profile

    async def remove(self, name: str, *, by: str, expected: Profile | None) -> None:
        """Raises ConflictError where something uses it, MissingError and RefusedError."""
        _as_expected(self.known(name), expected)
        guests, builds = self._inventory.guests, self._inventory.builds
        await self._commit(profiling.remove(name, self.all, guests, builds, by=by, now=datetime.now(UTC)))


def _as_expected(before: Profile | None, expected: Profile | None) -> None:
    if expected is not None and before != expected:
        raise ConflictError("somebody else has changed this profile meanwhile", remedy="look at it again")
