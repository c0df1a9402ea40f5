"""The control plane of one daemon: what people and programs ask of it, done with the engines and kept by the journal.

Changes are applied to the inventory at once and journalled in order; who asked for one is told when it is durable, and
so is everybody who follows the events. After a commit that failed the inventory is read again, and the asker is told.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from netipl.control.finishing import Finishing
from netipl.control.followers import Followers
from netipl.control.foreman.boot_files import BootFiles
from netipl.control.machines.machine_plane import MachinePlane
from netipl.control.media.media_plane import MediaPlane
from netipl.control.plans import Plans
from netipl.control.ports import Archive, Journal
from netipl.control.profile_plane import ProfilePlane
from netipl.errors import ConflictError, MissingError, RefusedError, UnavailableError
from netipl.firmware.rules import RULES, RuleId
from netipl.guests.build import Build
from netipl.guests.guest import Guest
from netipl.guests.lease import Lease
from netipl.guests.network import Network
from netipl.guests.profile import Profile
from netipl.provisioning import building, changing, importing, observing, profiling
from netipl.provisioning.boots import Boot, Boots
from netipl.provisioning.changes import (
    BuildSet,
    Change,
    CredentialForgotten,
    CredentialSet,
    GuestForgotten,
    GuestSet,
    Happened,
)
from netipl.provisioning.credential import ApiToken
from netipl.provisioning.foreman import hosts
from netipl.provisioning.history import BootQuery, EventQuery
from netipl.provisioning.importing import Import
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.machine_view import MachineView
from netipl.provisioning.plan_view import PlanView
from netipl.provisioning.policy import Policy
from netipl.provisioning.standing import Standing, standing
from netipl.provisioning.timeline import Deed, Event
from netipl.store.planner import Planner

_GATHERED: Final = 0.02
"""Seconds for which changes that nobody waits for are gathered."""


class ControlPlane:
    """Of `inventory` and `boots`, which the daemon shares with it. `planner` and `policy` are replaced at a reload."""

    def __init__(self, inventory: Inventory, boots: Boots, planner: Planner, policy: Policy) -> None:
        self.planner = planner
        self.policy = policy
        self._inventory = inventory
        self._boots = boots
        self._journal: Journal | None = None
        self._archive: Archive | None = None
        self._failed: Callable[[Exception], None] = lambda _: None
        self._guests_changed: Callable[[], None] = lambda: None
        self._number = 0
        self._waiting: list[Change] = []
        self._followers = Followers()
        self._plans = Plans(inventory, lambda: self.planner, self._machine_of)
        self.profile_plane = ProfilePlane(inventory, lambda: self.planner, self._plans, commit=self.commit)
        self._media: MediaPlane | None = None
        self._finishing: Finishing | None = None
        self.foreman_files: BootFiles | None = None
        self.machine_plane: MachinePlane | None = None
        """The machines of guests, where there is a libvirt that runs them."""

    def keep_media(self, root: Path) -> MediaPlane:
        """In the directory `root`."""
        self._media = MediaPlane(root, commit=self.commit, uses=self._users_of)
        return self._media

    def keep_finishing(self, directory: Path) -> Finishing:
        """In that directory."""

        def limit() -> timedelta:
            return self.policy.limits.finish

        self._finishing = Finishing(directory, self._inventory, commit=self.commit, limit=limit)
        return self._finishing

    def begin(
        self,
        journal: Journal,
        archive: Archive,
        *,
        number: int,
        failed: Callable[[Exception], None],
        guests_changed: Callable[[], None],
    ) -> None:
        """From now on changes are kept. `number` is that of the newest event; `failed` is told of a lost commit, and
        `guests_changed` that guests or their builds are others, durably.
        """
        self._journal, self._archive, self._failed = journal, archive, failed
        self._guests_changed = guests_changed
        self.count_from(number)

    def count_from(self, number: int) -> None:
        """Events that come now are numbered behind `number`."""
        self._number = max(self._number, number)

    # what is there

    @property
    def networks(self) -> Sequence[Network]:
        return self._inventory.networks

    @property
    def profiles(self) -> Mapping[str, Profile]:
        return self.planner.profiles

    @property
    def guests(self) -> Sequence[Guest]:
        return self._inventory.guests

    @property
    def leases(self) -> Sequence[Lease]:
        return self._inventory.leases

    @property
    def tokens(self) -> Sequence[ApiToken]:
        return self._inventory.tokens

    def guest(self, name: str) -> Guest:
        guest = self._inventory.guest(name)
        if guest is None:
            raise MissingError(f"there is no guest {name}", remedy="`netipl guest list` shows all")
        return guest

    def standing(self, guest: Guest) -> Standing:
        return standing(self._inventory, self._boots, guest, self._machine_of(guest), _now())

    def build_of(self, guest: Guest) -> Build | None:
        return self._inventory.build_of(guest)

    def plan(self, name: str, *, secrets: bool, build: bool, profile: str | None = None) -> PlanView:
        guest = self.guest(name)
        wanted = self._asked(guest, None, profile, by="")[0] if build else self.build_of(guest)
        if wanted is not None and wanted.installs:
            return self._plans.of_build(guest, wanted, secrets=secrets)
        return self._plans.now(guest, secrets=secrets)

    def _machine_of(self, guest: Guest) -> MachineView | None:
        return self.machine_plane.of(guest) if self.machine_plane is not None else None

    @property
    def media(self) -> MediaPlane:
        assert self._media is not None  # while servers run
        return self._media

    @property
    def boot_files(self) -> BootFiles:
        assert self.foreman_files is not None  # while servers run
        return self.foreman_files

    @property
    def machines(self) -> MachinePlane:
        """Raises UnavailableError where the settings have no libvirt."""
        if self.machine_plane is None:
            raise UnavailableError("netipl has to do with no libvirt", remedy="put a table [libvirt] into its settings")
        return self.machine_plane

    # what is changed

    async def put_guest(self, guest: Guest, *, by: str, expected: Guest | None, is_new: bool) -> Guest:
        before = self._inventory.guest(guest.name)
        if is_new and before is not None:
            raise ConflictError(f"there is a guest {guest.name} already", remedy="change it, or choose another name")
        if not is_new and before is None:
            raise MissingError(f"there is no guest {guest.name}")
        self._as_expected(before, expected)
        guest = changing.at_home(self._inventory, guest)
        if before is not None:
            guest = replace(guest, origin=before.origin)
        await self.commit(changing.put(self._inventory, guest, by=by, now=_now()))
        return guest

    async def remove_guest(self, name: str, *, by: str, expected: Guest | None) -> None:
        guest = self.guest(name)
        self._as_expected(guest, expected)
        removed = changing.remove(self._inventory, name, by=by, now=_now())
        await self.commit((*hosts.forget(self._inventory, guest), *removed))

    async def approve_guest(self, name: str, *, by: str) -> Guest:
        self.guest(name)
        changes = changing.approve(self._inventory, name, by=by, now=_now())
        await self.commit(changes)
        return next(change.guest for change in changes if isinstance(change, GuestSet))

    async def import_guests(self, guests: Sequence[Guest], *, by: str, dry_run: bool, prune: bool) -> Import:
        settled = [changing.at_home(self._inventory, guest) for guest in guests]
        made = importing.imported(self._inventory, settled, prune=prune, by=by, now=_now())
        if not dry_run:
            await self.commit(made.changes)
        return made

    async def ask_build(self, name: str, *, profile: str | None, by: str) -> Build:
        guest = self.guest(name)
        before = self.build_of(guest)
        build, changes = self._asked(guest, before, profile, by=by)
        view = self._plans.of_build(guest, build, secrets=False)
        for fault in view.faults:
            raise RefusedError(fault.message, remedy=fault.remedy)
        for finding in view.findings:
            if finding.rule is RuleId.MACHINE_TOO_OLD:
                raise RefusedError(finding.message, remedy=RULES[finding.rule].remedy)
        if view.is_refused:
            raise RefusedError(
                f"the firmware of guest {name} would not boot this", remedy=f"netipl guest show {name} --plan --build"
            )
        if (script := self._plans.finish_of(guest, build)) is not None:
            assert self._finishing is not None  # while servers run
            await self._finishing.ready(build, script)
            if self.build_of(self.guest(name)) != before:
                raise ConflictError("somebody else has asked for a build meanwhile", remedy="look at it again")
        await self.commit(changes)
        return build

    async def end_build(self, name: str, *, done: bool, by: str) -> Build:
        build = self.build_of(self.guest(name))
        if build is None:
            raise MissingError(f"guest {name} has no build", remedy=f"netipl guest build {name}")
        changes = building.end(build, Deed.BUILD_DONE if done else Deed.BUILD_CANCELLED, _now(), by=by)
        await self.commit(changes)
        return next(change.build for change in changes if isinstance(change, BuildSet))

    async def add_token(self, token: ApiToken) -> None:
        """Raises ConflictError where its name is taken."""
        if any(known.name == token.name for known in self.tokens):
            raise ConflictError(f"there is a token {token.name} already", remedy="revoke it, or choose another name")
        detail = {"name": token.name, "role": token.role.value}
        event = Event(at=_now(), what=Deed.CREDENTIAL_CREATED, network="", by=token.by, detail=detail)
        await self.commit((CredentialSet(token), Happened(event)))

    async def revoke_token(self, name: str, *, by: str) -> None:
        """Raises MissingError."""
        if not any(known.name == name for known in self.tokens):
            raise MissingError(f"there is no token {name}", remedy="`netipl token list` shows all")
        event = Event(at=_now(), what=Deed.CREDENTIAL_REVOKED, network="", by=by, detail={"name": name})
        await self.commit((CredentialForgotten(name), Happened(event)))

    # what was, and what goes on

    async def builds(self, *, guest: str | None, limit: int) -> Sequence[Build]:
        return await asyncio.to_thread(self._kept.builds, guest, limit)

    async def boots(self, query: BootQuery) -> Sequence[Boot]:
        return await asyncio.to_thread(self._kept.boots, query)

    async def events(self, query: EventQuery) -> Sequence[Event]:
        return await asyncio.to_thread(self._kept.events, query)

    def follow(self, *, after: int | None) -> AsyncGenerator[Event, None]:
        return self._followers.follow(self.events, after=after)

    # how it is kept

    def keep(self, changes: Iterable[Change]) -> None:
        """Applies what nobody waits for, and journals it a moment later, together with what comes meanwhile."""
        made = tuple(changes)
        for change in made:
            self._inventory.apply(change)
        if made and not self._waiting:
            asyncio.get_running_loop().call_later(_GATHERED, self.flush)
        self._waiting += made

    async def commit(self, changes: Iterable[Change]) -> None:
        """Applies `changes`, and returns when they are durable. Raises UnavailableError where they cannot be."""
        made = tuple(changes)
        for change in made:
            self._inventory.apply(change)
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def done(error: Exception | None) -> None:
            if not kept.done():
                kept.set_result(None) if error is None else kept.set_exception(error)

        self._submit(made, done)
        await kept

    def submitted(self, changes: Iterable[Change]) -> tuple[Change, ...]:
        """To be called with all that is journalled elsewhere, in that order: numbers its events."""
        self.flush()
        return self._numbered(changes)

    @property
    def waiting(self) -> Sequence[Change]:
        """What is applied and not yet journalled."""
        return tuple(self._waiting)

    def flush(self) -> None:
        """Journals what has been kept so far."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self._submit(waiting, lambda _: None)

    def published(self, changes: Iterable[Change]) -> None:
        """These are durable: whoever follows is told."""
        made = tuple(changes)
        for change in made:
            if isinstance(change, Happened):
                self.tell(change.event)
        if any(isinstance(change, GuestSet | GuestForgotten | BuildSet) for change in made):
            self._guests_changed()

    def tell(self, event: Event) -> None:
        """To whoever follows: what is durable, or what passes and has no number."""
        self._followers.tell(event)

    def tick(self) -> None:
        """What has taken too long; to be called every second or so."""
        self.keep(observing.overdue(self._inventory, self._boots, self.policy.limits, _now()))

    def _submit(self, changes: Iterable[Change], done: Callable[[Exception | None], None]) -> None:
        assert self._journal is not None  # while servers run
        made = self.submitted(changes)
        loop = asyncio.get_running_loop()

        def settled(error: Exception | None) -> None:
            done(error)
            if error is None:
                self.published(made)
            else:
                self._failed(error)

        self._journal.submit(made, lambda error: _in_loop(loop, settled, error))

    def _numbered(self, changes: Iterable[Change]) -> tuple[Change, ...]:
        """Every event gets a number that is greater than all before: those are in the order of the journal."""
        return tuple(
            Happened(replace(change.event, number=self._next())) if isinstance(change, Happened) else change
            for change in changes
        )

    def _next(self) -> int:
        self._number = max(self._number + 1, int(_now().timestamp() * 1_000_000))
        return self._number

    @property
    def _kept(self) -> Archive:
        assert self._archive is not None  # while servers run
        return self._archive

    def _users_of(self, medium: str) -> Sequence[str]:
        booted = {build.id for build in self._inventory.builds if build.is_open and self._plans.boots(build, medium)}
        return profiling.users_of_medium(medium, self.profiles, self.guests, self._inventory.builds, booted=booted)

    def _as_expected(self, before: Guest | None, expected: Guest | None) -> None:
        if expected is not None and before != expected:
            raise ConflictError("somebody else has changed this guest meanwhile", remedy="look at it again")

    def _asked(
        self, guest: Guest, before: Build | None, profile: str | None, *, by: str
    ) -> tuple[Build, tuple[Change, ...]]:
        return building.ask(
            guest,
            before,
            self.profiles,
            profile=profile,
            by=by,
            now=_now(),
            attempts=self.policy.attempts,
            lasts=self.policy.token_lasts,
        )


def _now() -> datetime:
    return datetime.now(UTC)


def _in_loop(
    loop: asyncio.AbstractEventLoop, settled: Callable[[Exception | None], None], error: Exception | None
) -> None:
    """From the thread of the journal; when the loop has ended nobody waits."""
    try:
        loop.call_soon_threadsafe(settled, error)
    except RuntimeError:
        return
