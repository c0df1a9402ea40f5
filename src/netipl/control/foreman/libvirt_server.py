"""The DHCP server of a libvirt network: its records are the hosts of that network, read on each request.

It has a worker of its own (decision 0027), which starts with the first request: one that does not answer in time is
ended, and must not take the consoles of guests with it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import Final

from netipl.control.machines.ports import Driver
from netipl.errors import MissingError, RefusedError, UnavailableError, UsageError
from netipl.guests.network import Network
from netipl.integrations.libvirt.dhcp_host import obstacles
from netipl.integrations.libvirt.network_xml import ISOLATED, NetworkFacts, facts
from netipl.integrations.libvirt.worker.protocol import Call, Json, Notice
from netipl.net import Mac
from netipl.provisioning.foreman import records
from netipl.provisioning.foreman.records import Host, Leased, Record, Records
from netipl.provisioning.inventory import Inventory

_LIMIT: Final = 10.0
"""Seconds for a call. Foreman waits for 60."""
_START: Final = 5.0
"""Seconds in which a worker that has just started may say whether libvirt is there."""

MakeDriver = Callable[[str, Callable[[Notice], None]], Driver]


class LibvirtServer:
    """That of the libvirt at `uri`."""

    def __init__(self, uri: str, inventory: Inventory, make_driver: MakeDriver) -> None:
        self._inventory = inventory
        self._driver = make_driver(uri, lambda _: self._told.set())
        self._wanted, self._told = asyncio.Event(), asyncio.Event()
        self._changing = defaultdict[str, asyncio.Lock](asyncio.Lock)

    async def run(self) -> None:
        """Until cancelled."""
        await self._wanted.wait()
        await self._driver.run()

    async def subnet(self, network: Network) -> Record:
        """As its dnsmasq tells its clients."""
        found, _ = await self._network(network)
        assert found.interface is not None  # else there is an obstacle
        address = found.interface.ip
        told = replace(network, router=address, dns=(address,), domain=found.domain or None, pools=found.ranges)
        return records.subnet(told, has_router=found.mode != ISOLATED)

    async def look(self, network: Network) -> Records:
        found, leases = await self._network(network)
        hosts = (Host(mac=each.mac, name=each.name, address=each.address) for each in found.hosts)
        return records.of_hosts(self._inventory, network, hosts, _leased(leases))

    def changing(self, network: Network) -> AbstractAsyncContextManager[None]:
        return self._changing[network.name]

    async def put(self, network: Network, host: Host) -> bool:
        said = {"mac": str(host.mac), "host_name": host.name, "address": str(host.address)}
        return bool(await self._ask(Call.ADD_HOST, network, **said))

    async def take(self, network: Network, mac: Mac) -> Sequence[Host]:
        gone = await self._ask(Call.REMOVE_HOSTS, network, mac=str(mac))
        return [Host(mac=mac, name=each["host_name"], address=IPv4Address(each["address"])) for each in gone]

    async def _network(self, network: Network) -> tuple[NetworkFacts, Json]:
        """Raises RefusedError where libvirt serves no DHCP there after all."""
        said = await self._ask(Call.NETWORK, network)
        found = facts(said["xml"])
        for each in obstacles(found, network.subnet, network.server):
            if each.stops:
                raise RefusedError(each.what, remedy=each.remedy)
        return found, said["leases"]

    async def _ask(self, call: Call, network: Network, **arguments: Json) -> Json:
        self._wanted.set()
        try:
            async with asyncio.timeout(_START):
                await self._told.wait()
        except TimeoutError:
            self._driver.demand()
        where = {"name": network.libvirt_network or "", "bridge": network.interface or ""}
        try:
            return await self._driver.ask(call, limit=_LIMIT, **where, **arguments)
        except MissingError as error:  # to Foreman that is no subnet or record that is missing
            remedy = f"virsh net-list --all; name the network in [networks.{network.name}]"
            raise UnavailableError(str(error), remedy=error.remedy or remedy) from error


def _leased(leases: Json) -> Iterator[Leased]:
    for each in leases:
        try:
            mac, address = Mac.parse(each["mac"]), IPv4Address(each["ip"])
        except (UsageError, ValueError):  # of IPv6, or of a client that has no MAC
            continue
        yield Leased(mac=mac, address=address, ends=datetime.fromtimestamp(each["ends"], UTC) if each["ends"] else None)
