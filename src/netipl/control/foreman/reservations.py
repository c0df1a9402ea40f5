"""DHCP records for Foreman: guests that netipl's own DHCP server serves, or hosts of a libvirt network.

What was told to the server of a network is journalled behind it, and taken back where it cannot be. A daemon that was
killed between the two leaves a host of which the journal knows nothing, or a record whose host is gone: both are made
good by the next request about them (records.py).
"""

import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Address
from itertools import chain

from netipl.control.foreman.dhcp_servers import DhcpServer
from netipl.errors import ConflictError, NetiplError, RefusedError
from netipl.guests.guest import Origin
from netipl.guests.network import Network
from netipl.integrations.alive import is_alive
from netipl.net import Mac
from netipl.provisioning.changes import Change
from netipl.provisioning.foreman import free_addresses, hosts
from netipl.provisioning.foreman.deployed import Reservation
from netipl.provisioning.foreman.records import Host, Record, Records, host_of
from netipl.provisioning.inventory import Inventory
from netipl.servers.smartproxy.logbook import Level, Logbook

_MOST_PINGED = 3
"""Addresses that are asked after one another whether somebody uses them: each takes a third of a second."""

Commit = Callable[[Iterable[Change]], Awaitable[None]]


class Reservations:
    """Of `inventory`. With `pings` nobody is offered an address that somebody uses."""

    def __init__(
        self,
        inventory: Inventory,
        own: DhcpServer,
        libvirts: DhcpServer,
        logbook: Logbook,
        *,
        commit: Commit,
        pings: bool,
    ) -> None:
        self._inventory = inventory
        self._own, self._libvirts = own, libvirts
        self._logbook = logbook
        self._commit = commit
        self._pings = pings
        self._offered = free_addresses.Offered()

    @property
    def networks(self) -> Sequence[Network]:
        return self._inventory.networks

    async def subnet(self, network: Network) -> Record:
        """Raises NetiplError, as all that follows."""
        return await self._server(network).subnet(network)

    async def records(self, network: Network) -> Records:
        return await self._server(network).look(network)

    async def unused(
        self, network: Network, mac: Mac | None, first: str | None, last: str | None
    ) -> IPv4Address | None:
        """An address for `mac`, or None where all are taken. Raises UsageError."""
        among, there, now = free_addresses.span(network, first, last), await self.records(network), _now()
        if mac is not None:
            own = free_addresses.own(there, mac, among)
            if own is not None:
                return own
        found = free_addresses.candidates(self._inventory, there, among, self._offered, now, random=secrets.randbelow)
        for number, address in enumerate(found):
            self._offered.add(address, now)  # before it is pinged: others ask meanwhile
            if not self._pings or number >= _MOST_PINGED or not await is_alive(address):
                return address
        return None

    async def add(self, reservation: Reservation, *, related: Sequence[Mac], by: str) -> None:
        """Returns when it is durable. Raises ConflictError, UsageError and UnavailableError."""
        network = self._inventory.network(reservation.network)
        assert network is not None  # by the caller
        server = self._server(network)
        async with server.changing(network):
            there = await server.look(network)
            try:
                is_there = there.has(reservation, related)
            except ConflictError:
                told = f"{reservation.name} cannot have {reservation.mac} at {reservation.address}"
                self._logbook.add(Level.WARN, f"{told}: {there.in_the_way(reservation, related)}")
                raise
            if is_there:
                await self._commit(())  # behind the change that made it
                return
            await self._commit_some(hosts.forget_gone(self._inventory, there, reservation, by=by, now=_now()))
            hosts.reserve(self._inventory, reservation, by=by, now=_now())  # refused before anything is written
            is_new = await server.put(network, host_of(reservation))
            try:
                await self._commit(hosts.reserve(self._inventory, reservation, by=by, now=_now()))
            except NetiplError:
                if is_new:
                    await self._undone(server.take(network, reservation.mac), str(reservation.mac))
                raise

    async def remove_mac(self, network: Network, mac: Mac, *, by: str) -> None:
        """Returns when it is durable; it is no fault that there is none. Raises RefusedError for another's."""
        guest = self._inventory.guest_with_mac(mac)
        is_ours = guest is not None and guest.network == network.name and guest.address is not None
        if guest is not None and is_ours and guest.origin is not Origin.FOREMAN:
            remedy = f"remove it in netipl: `netipl guest remove {guest.name}`"
            raise RefusedError(f"Error removing DHCP record: guest {guest.name} is not Foreman's", remedy=remedy)
        server = self._server(network)
        async with server.changing(network):
            gone = await server.take(network, mac)
            try:
                await self._commit(hosts.give_back(self._inventory, network.name, mac, gone, by=by, now=_now()))
            except NetiplError:
                for each in gone:
                    await self._undone(server.put(network, each), str(mac))
                raise

    async def remove_address(self, network: Network, address: IPv4Address, *, by: str) -> None:
        """All records of that address; as above."""
        there = await self.records(network)
        shown = (Mac.parse(str(each["mac"])) for each in there.by_address(address) if each["type"] == "reservation")
        kept = (each.mac for each in self._inventory.deployed.reservations(network.name) if each.address == address)
        for mac in dict.fromkeys(chain(shown, kept)):
            await self.remove_mac(network, mac, by=by)

    def _server(self, network: Network) -> DhcpServer:
        return self._libvirts if network.is_libvirts else self._own

    async def _commit_some(self, changes: Sequence[Change]) -> None:
        if changes:
            await self._commit(changes)

    async def _undone(self, undoing: Awaitable[bool | Sequence[Host]], mac: str) -> None:
        try:
            await undoing
        except NetiplError as error:
            words = f"the host of {mac} is not as it was, which the next request about it makes good: {error}"
            self._logbook.add(Level.ERROR, words)


def _now() -> datetime:
    return datetime.now(UTC)
