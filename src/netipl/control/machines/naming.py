"""Names still resolve where netipl gives the addresses: libvirt's dnsmasq is told them, as they change.

It is asked again now and then, since a network that was restarted has forgotten them.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Final

import structlog

from netipl.control.machines.ports import Driver
from netipl.errors import NetiplError, UsageError
from netipl.guests.lease import LeaseState
from netipl.guests.marks import domain_name
from netipl.guests.network import Network
from netipl.integrations.libvirt.worker.protocol import Call
from netipl.provisioning.inventory import Inventory

_log = structlog.get_logger("netipl")

_LOOK: Final = 1.0
"""Seconds between two looks at who has which address."""
_AGAIN: Final = 30.0
"""Seconds after which dnsmasq is asked again, though nothing has changed."""


class Naming:
    """Of the guests of `inventory` and of other clients, in networks with an interface."""

    def __init__(self, inventory: Inventory, driver: Driver) -> None:
        self._inventory = inventory
        self._driver = driver
        self._told: dict[str, Mapping[str, str]] = {}
        self._put_in: dict[str, set[tuple[str, str]]] = {}
        self._told_at: dict[str, float] = {}
        self._failed: dict[str, str] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            for network in self._inventory.networks:
                if network.interface is not None and not self._driver.why_not:
                    await self._tell(network)
            await asyncio.sleep(_LOOK)

    async def _tell(self, network: Network) -> None:
        names = dict(self._names(network))
        before, at = self._told.get(network.name), self._told_at.get(network.name, 0.0)
        if names == before and monotonic() - at < _AGAIN:
            return
        put_in = self._put_in.setdefault(network.name, set())
        put_in.update(names.items())
        known = defaultdict[str, list[str]](list)
        for address, name in put_in | set(self._stored(network)):
            known[address].append(name)
        self._told[network.name], self._told_at[network.name] = names, monotonic()
        try:
            await self._driver.ask(Call.NAME_GUESTS, bridge=network.interface, names=names, known=known)
            put_in.intersection_update(names.items())
            self._failed.pop(network.name, None)
        except NetiplError as error:
            self._told.pop(network.name) if before is None else self._told.update({network.name: before})
            if self._failed.get(network.name) != str(error):
                self._failed[network.name] = str(error)
                _log.warning("names of guests do not resolve", network=network.name, reason=str(error))

    def _stored(self, network: Network) -> Iterator[tuple[str, str]]:
        """What an earlier daemon may have told: names of leases, also of those that have ended."""
        for lease in self._inventory.addresses(network):
            guest = self._inventory.guest_of(lease)
            for name in (lease.guest, guest.name if guest is not None else None, _label(lease.hostname)):
                if name:
                    yield str(lease.address), name

    def _names(self, network: Network) -> Iterator[tuple[str, str]]:
        """Of guests first, which nobody else may be called like; then what clients call themselves."""
        now, addresses = datetime.now(UTC), self._inventory.addresses(network)
        leases = [each for each in addresses if each.state is not LeaseState.DECLINED and each.expires > now]
        taken = {guest.name.lower() for guest in self._inventory.guests}
        for each in self._inventory.guests:
            if (reserved := addresses.plan.reserved(each)) is not None:
                yield str(reserved), each.name
        for lease in leases:
            guest = self._inventory.guest_of(lease)
            if guest is not None:
                yield str(lease.address), guest.name
            elif (called := _label(lease.hostname)) and called.lower() not in taken:
                taken.add(called.lower())
                yield str(lease.address), called


def _label(text: str) -> str:
    """One label of a DNS name; nothing where it is none: it came from outside."""
    try:
        return domain_name(text).partition(".")[0] if text else ""
    except UsageError:
        return ""
