"""Machines that netipl manages are kept as their guests' builds want them: boot order, and retries of failed firmware.

Looked at once a second, and done again until it is so: nothing is lost when libvirt was away meanwhile.
"""

import asyncio
from asyncio import Task, TaskGroup
from collections.abc import Iterator
from datetime import UTC, datetime
from time import monotonic
from typing import Final

import structlog

from netipl.control.machines.deeds import deed
from netipl.control.machines.failing import Failures
from netipl.control.machines.known import Domains, is_managed
from netipl.control.machines.ordering import wanted
from netipl.control.machines.ports import Driver
from netipl.control.machines.power import Power
from netipl.control.machines.retrying import Retries, Retry
from netipl.errors import NetiplError
from netipl.guests.guest import Guest
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Deed

_log = structlog.get_logger("netipl")

_TICK: Final = 1.0
_PAUSE_AFTER_FAILURE: Final = 30.0


class Keeping:
    """Of the machines in `domains`."""

    def __init__(
        self, domains: Domains, inventory: Inventory, driver: Driver, power: Power, failures: Failures
    ) -> None:
        self.retries = Retries()
        self._domains = domains
        self._inventory = inventory
        self._failures = failures
        self._driver = driver
        self._power = power
        self._running: dict[str, Task[None]] = {}
        self._not_before: dict[str, float] = {}

    def crashed(self, guest: Guest) -> None:
        """Its machine has; where it was the firmware of its build, it is started again later."""
        found, build = self._domains.of(guest), self._inventory.build_of(guest)
        if found is None or build is None or not is_managed(found, guest):
            return
        if self._failures.boot_of(guest, build) is None:
            return
        if (retry := self.retries.failed(build, _now())) is not None:
            _log.info("firmware failed", guest=guest.name, retry=retry.number, in_seconds=retry.pause.seconds)

    async def run(self) -> None:
        """Until cancelled."""
        async with TaskGroup() as tasks:
            while True:
                if not self._driver.why_not:
                    self._look(tasks)
                await asyncio.sleep(_TICK)

    def _look(self, tasks: TaskGroup) -> None:
        due = {retry.guest: retry for retry in self.retries.due(_now(), busy=self._running)}
        names = {*due, *(guest.name for guest in self._out_of_order())}
        for name in names - self._running.keys():
            guest = self._inventory.guest(name)
            if guest is not None and (name in due or self._not_before.get(name, 0.0) <= monotonic()):
                self._running[name] = tasks.create_task(self._put_right(guest, due.get(name)))

    def _out_of_order(self) -> Iterator[Guest]:
        for found, guest in self._domains.managed():
            if wanted(found, self._inventory.build_of(guest)) is not None:
                yield guest

    async def _put_right(self, guest: Guest, retry: Retry | None) -> None:
        try:
            if retry is not None:
                await self._retry(guest, retry)
            else:
                await self._power.order(guest)
        except NetiplError as error:
            _log.warning("a machine is not as it should be", guest=guest.name, reason=str(error), remedy=error.remedy)
            self._not_before[guest.name] = monotonic() + _PAUSE_AFTER_FAILURE
            if retry is not None:
                self.crashed(guest)
        finally:
            del self._running[guest.name]

    async def _retry(self, guest: Guest, retry: Retry) -> None:
        """Unless somebody has started or stopped it meanwhile, or its build is over."""
        found, build = self._domains.of(guest), self._inventory.build_of(guest)
        if found is None or build is None or build.id != retry.build or not build.installs:
            return
        boot = self._failures.boot_of(guest, build)
        if boot is None or not await self._failures.has_failed(boot):
            return
        done = deed(Deed.MACHINE_RETRIED, guest, found.name, again=retry.number, pause=retry.pause.seconds)
        await self._power.start_again(guest, done)


def _now() -> datetime:
    return datetime.now(UTC)
