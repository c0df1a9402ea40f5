"""DHCP records for Foreman, kept as guests that netipl's own DHCP server serves.

The seam for another server of a subnet, such as the dnsmasq of a libvirt network, is `smartproxy.control.Dhcp`.
"""

import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Address

from netipl.errors import RefusedError
from netipl.guests.guest import Origin
from netipl.guests.network import Network
from netipl.integrations.alive import is_alive
from netipl.net import Mac
from netipl.provisioning.changes import Change
from netipl.provisioning.foreman import free_addresses, hosts, records
from netipl.provisioning.foreman.deployed import Reservation
from netipl.provisioning.foreman.records import Record
from netipl.provisioning.inventory import Inventory

_MOST_PINGED = 3
"""Addresses that are asked after one another whether somebody uses them: each takes a third of a second."""

Commit = Callable[[Iterable[Change]], Awaitable[None]]


class Reservations:
    """Of `inventory`. With `pings` nobody is offered an address that somebody uses."""

    def __init__(self, inventory: Inventory, *, commit: Commit, pings: bool) -> None:
        self._inventory = inventory
        self._commit = commit
        self._pings = pings
        self._offered = free_addresses.Offered()

    @property
    def networks(self) -> Sequence[Network]:
        return self._inventory.networks

    def subnet(self, network: Network) -> Record:
        return records.subnet(network)

    def reservations(self, network: Network) -> Sequence[Record]:
        return records.reservations(self._inventory, network)

    def leases(self, network: Network) -> Sequence[Record]:
        return records.leases(self._inventory, network, _now())

    def by_mac(self, network: Network, mac: Mac) -> Record | None:
        return records.by_mac(self._inventory, network, mac, _now())

    def by_address(self, network: Network, address: IPv4Address) -> Sequence[Record]:
        return records.by_address(self._inventory, network, address, _now())

    async def unused(
        self, network: Network, mac: Mac | None, first: str | None, last: str | None
    ) -> IPv4Address | None:
        """An address for `mac`, or None where all are taken. Raises UsageError."""
        among, now = free_addresses.span(network, first, last), _now()
        if mac is not None:
            own = free_addresses.own(self._inventory, network, mac, among, now)
            if own is not None:
                return own
        found = free_addresses.candidates(self._inventory, network, among, self._offered, now, random=secrets.randbelow)
        for number, address in enumerate(found):
            self._offered.add(address, now)  # before it is pinged: others ask meanwhile
            if not self._pings or number >= _MOST_PINGED or not await is_alive(address):
                return address
        return None

    async def add(self, reservation: Reservation, *, related: Sequence[Mac], by: str) -> None:
        """Returns when it is durable. Raises ConflictError, UsageError and UnavailableError."""
        network = self._inventory.network(reservation.network)
        assert network is not None  # by the caller
        if records.is_there(self._inventory, network, reservation, related):
            await self._commit(())  # behind the change that made it
            return
        await self._commit(hosts.reserve(self._inventory, reservation, by=by, now=_now()))

    async def remove_mac(self, network: Network, mac: Mac, *, by: str) -> None:
        """Returns when it is durable; it is no fault that there is none. Raises RefusedError for another's."""
        guest = self._inventory.guest_with_mac(mac)
        is_ours = guest is not None and guest.network == network.name and guest.address is not None
        if guest is not None and is_ours and guest.origin is not Origin.FOREMAN:
            remedy = f"remove it in netipl: `netipl guest remove {guest.name}`"
            raise RefusedError(f"Error removing DHCP record: guest {guest.name} is not Foreman's", remedy=remedy)
        await self._commit(hosts.give_back(self._inventory, network.name, mac, by=by, now=_now()))

    async def remove_address(self, network: Network, address: IPv4Address, *, by: str) -> None:
        """All records of that address; as above."""
        for record in records.by_address(self._inventory, network, address, _now()):
            if record["type"] == "reservation":
                await self.remove_mac(network, Mac.parse(str(record["mac"])), by=by)


def _now() -> datetime:
    return datetime.now(UTC)
