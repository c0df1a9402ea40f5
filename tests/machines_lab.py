"""A plane of machines with a libvirt of our own, for one guest whose machine may be anything."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from netipl.control.machines.machine_plane import MachinePlane
from netipl.guests.build import Build, BuildState
from netipl.guests.guest import Guest, Origin
from netipl.net import Mac
from netipl.provisioning import machine
from netipl.provisioning.boots import Boots, BootState
from netipl.provisioning.changes import BuildSet, Change, GuestSet, Happened
from netipl.provisioning.history import EventQuery
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.plan import Purpose
from netipl.provisioning.timeline import Deed, Event, Observation
from tests.contract.servers.api.lab import LAB
from tests.fake_libvirt import FakeLibvirt
from tests.unit.integrations.libvirt import domains

_DEADLINE = 60.0
NOW = datetime.now(UTC)
MAC = Mac.parse(domains.MAC)
WEB1 = Guest(name="web1", macs=(MAC,), network="lab", profile="debian", origin=Origin.ADDED)
BUILD = Build(
    id="1-web1",
    guest="web1",
    network="lab",
    profile="debian",
    asked=NOW,
    by="user root",
    expires=NOW + timedelta(hours=6),
)
BY = "user root"
MARK = '<netipl:guest xmlns:netipl="https://netipl.org/xmlns/libvirt/guest/1.0" name="web1"/>'
BARE = domains.domain().replace("'default'", "'lab'")
OURS = BARE.replace("<metadata>", f"<metadata>{MARK}")
DISK_FIRST = domains.VIRTIO_DISK.replace("'2'/>", "'1'/>") + domains.NETWORK_INTERFACE.replace("'1'", "'2'", 1)


@dataclass
class Lab:
    """A plane, the inventory that it is about, and what it has kept and seen."""

    inventory: Inventory = field(default_factory=lambda: Inventory([LAB], [WEB1]))
    kept: list[Change] = field(default_factory=list)
    seen: list[Observation] = field(default_factory=list)
    boots: Boots = field(default_factory=Boots)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        made: list[FakeLibvirt] = []

        def make(uri: str, hear: Callable[..., None]) -> FakeLibvirt:
            made.append(FakeLibvirt(uri, hear))
            return made[0]

        self.plane = MachinePlane(
            "fake:///",
            self.inventory,
            Path("nowhere"),
            commit=self.commit,
            observe=self.observe,
            put_guest=self.put_guest,
            boots=self.boots,
            history=self.history,
            make_driver=make,
        )
        self.libvirt = made[0]

    async def commit(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.kept.append(change)
            if isinstance(change, Happened):
                self.events.append(change.event)
            self.inventory.apply(change)

    async def put_guest(self, guest: Guest, *, by: str, expected: Guest | None, is_new: bool) -> Guest:
        assert (self.inventory.guest(guest.name) is None) == is_new
        await self.commit((GuestSet(guest),))
        return guest

    def observe(self, observation: Observation) -> None:
        self.seen.append(observation)
        if (event := machine.observed(self.inventory, self.boots, observation)) is not None:
            self.events.append(event)

    async def history(self, query: EventQuery) -> list[Event]:
        """A few at a time."""
        numbered = [replace(event, number=number) for number, event in enumerate(self.events, start=1)]
        its = [each for each in numbered if query.guest in {None, each.guest}]
        asked = [each for each in its if query.before is None or each.number < query.before]
        return asked[::-1][:2]

    def ask_for_address(
        self,
        state: BootState = BootState.FAILED,
        build: str | None = BUILD.id,
        purpose: Purpose | None = Purpose.INSTALL,
    ) -> None:
        """Its firmware began a boot, of its build if nothing else is said, which came so far."""
        boot = self.boots.begin(MAC, 1, datetime.now(UTC), network="lab", guest="web1")
        self.boots.put(replace(boot, build=build, purpose=purpose, state=state))

    def build(self, state: BuildState = BuildState.WAITING, attempts: int = 1) -> None:
        self.inventory.apply(BuildSet(replace(BUILD, state=state, attempts=attempts)))

    def done(self, deed: Deed) -> list[dict[str, Any]]:  # Any: JSON
        return [dict(each.event.detail) for each in self.kept if isinstance(each, Happened) and each.event.what is deed]

    async def until(self, is_so: Callable[[], object]) -> None:
        async with asyncio.timeout(_DEADLINE):
            while not is_so():  # noqa: ASYNC110 - what is waited for tells nobody
                await asyncio.sleep(0.01)


@asynccontextmanager
async def running(lab: Lab) -> AsyncIterator[Lab]:
    task = asyncio.create_task(lab.plane.run())
    await asyncio.sleep(0)
    try:
        yield lab
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def in_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    @wraps(test)
    def run() -> None:
        asyncio.run(test())

    return run
