"""Machines switched on and off, and what they boot from: one thing at a time with each.

What a domain boots from is read when it is started: another order takes effect with a cold start, not with a reset.
"""

import asyncio
from collections import defaultdict
from typing import Final

from netipl.control.machines.deeds import deed
from netipl.control.machines.demands import demand_boots, demand_kept, demand_own
from netipl.control.machines.known import Domains, is_managed
from netipl.control.machines.ordering import wanted
from netipl.control.machines.ports import Commit, Driver
from netipl.errors import RefusedError
from netipl.guests.guest import Guest
from netipl.integrations.libvirt.domain import Domain, domain
from netipl.integrations.libvirt.worker.protocol import Call
from netipl.provisioning.changes import Happened
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.machine_view import CRASHED
from netipl.provisioning.timeline import Deed

RUNNING: Final = "running"


class Power:
    """Of the machines of guests in `inventory`."""

    def __init__(self, domains: Domains, inventory: Inventory, driver: Driver, commit: Commit) -> None:
        self._domains = domains
        self._inventory = inventory
        self._driver = driver
        self._commit = commit
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def start(self, guest: Guest, done: Happened, *, cold: bool) -> Domain:
        """With `cold` one that runs is switched off first. Raises NetiplError."""
        async with self._turns[guest.name]:
            found = await self._ordered(guest)
            if cold:
                demand_own(found, guest)
            if cold or self._installs(guest):
                demand_boots(found)
            if found.active and not cold:
                raise RefusedError(
                    f"the machine of guest {guest.name} is {found.state} already",
                    remedy=f"netipl guest reset {guest.name}, or netipl guest stop {guest.name}",
                )
            demand_kept(found)
            await self._commit((done,))
            return await self._start(found)

    async def start_again(self, guest: Guest, done: Happened) -> None:
        """Its firmware has failed; one that somebody has started meanwhile runs on. Raises NetiplError."""
        async with self._turns[guest.name]:
            found = await self._fresh(guest)
            if not is_managed(found, guest) or (found.active and found.state != CRASHED):
                return
            demand_boots(found)
            demand_kept(found)
            found = await self._ordered(guest)
            await self._commit((done,))
            await self._start(found)

    async def stop(self, guest: Guest, *, by: str, now: bool) -> Domain:
        """Asks its system to shut down, or with `now` pulls the plug. One that is off stays so. Raises NetiplError."""
        async with self._turns[guest.name]:
            found = await self._fresh(guest)
            if not found.active:
                if found.state == CRASHED:  # that it is to stay so is known to the next daemon too
                    await self._tell(guest, found, "stay off", by)
                return found
            if now:
                demand_own(found, guest)
                demand_kept(found)
            await self._tell(guest, found, "switch off" if now else "shut down", by)
            await self._driver.ask(Call.DESTROY if now else Call.SHUTDOWN, uuid=found.uuid)
            return await self._look(found)

    async def reset(self, guest: Guest, *, by: str) -> Domain:
        """Raises NetiplError. A cold start, where it is to boot from something else than now, or has crashed."""
        async with self._turns[guest.name]:
            found = await self._ordered(guest)
            demand_own(found, guest)
            if not found.active:
                raise RefusedError(
                    f"the machine of guest {guest.name} is {found.state}", remedy=f"netipl guest start {guest.name}"
                )
            is_warm = found.state == RUNNING and found.boots_from_now is found.facts.boots_from
            if not is_warm:
                demand_kept(found)
            await self._tell(guest, found, "reset", by)
            if is_warm:
                await self._driver.ask(Call.RESET, uuid=found.uuid)
                return await self._look(found)
            return await self._start(found)

    async def go_on(self, guest: Guest) -> None:
        """One that is paused and has not run begins to; any other is left alone. Raises NetiplError."""
        async with self._turns[guest.name]:
            found = await self._fresh(guest)
            if found.is_unborn:
                await self._driver.ask(Call.RESUME, uuid=found.uuid)
                await self._look(found)

    async def order(self, guest: Guest) -> None:
        """Its machine is to boot from what its build asks for, at its next start. Raises NetiplError."""
        async with self._turns[guest.name]:
            await self._ordered(guest)

    def _installs(self, guest: Guest) -> bool:
        build = self._inventory.build_of(guest)
        return build is not None and build.installs

    async def _start(self, found: Domain) -> Domain:
        if found.active:
            await self._driver.ask(Call.DESTROY, uuid=found.uuid)
        await self._driver.ask(Call.START, uuid=found.uuid)
        return await self._look(found)

    async def _ordered(self, guest: Guest) -> Domain:
        """As it is then."""
        found = await self._fresh(guest)
        first = wanted(found, self._inventory.build_of(guest)) if is_managed(found, guest) else None
        if first is None:
            return found
        macs, disk = [str(mac) for mac in guest.macs], str(guest.disk) if guest.disk is not None else ""
        record = await self._driver.ask(Call.BOOTS_FROM, uuid=found.uuid, first=first, macs=macs, disk=disk)
        await self._commit((deed(Deed.MACHINE_ORDERED, guest, found.name, first=first),))
        return self._put(domain(record))

    async def _fresh(self, guest: Guest) -> Domain:
        """Raises NetiplError where it has none."""
        return await self._look(self._domains.demand(guest))

    async def _look(self, known: Domain) -> Domain:
        return self._put(domain(await self._driver.ask(Call.DOMAIN, uuid=known.uuid)))

    def _put(self, found: Domain) -> Domain:
        self._domains.put(found)
        return found

    async def _tell(self, guest: Guest, found: Domain, to: str, by: str) -> None:
        await self._commit((deed(Deed.MACHINE_ASKED, guest, found.name, by=by, to=to),))
