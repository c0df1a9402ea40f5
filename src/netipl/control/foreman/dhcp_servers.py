"""Who has the DHCP records of a network: netipl's own DHCP server, whose records are its guests, or somebody else."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from typing import Protocol

from netipl.guests.network import Network
from netipl.net import Mac
from netipl.provisioning.foreman import records
from netipl.provisioning.foreman.records import Host, Record, Records
from netipl.provisioning.inventory import Inventory


class DhcpServer(Protocol):
    """Everything raises NetiplError: UnavailableError where it cannot be asked now."""

    async def subnet(self, network: Network) -> Record: ...

    async def look(self, network: Network) -> Records:
        """What there is now."""
        ...

    def changing(self, network: Network) -> AbstractAsyncContextManager[None]:
        """Held from the look at what is there to the change of it."""
        ...

    async def put(self, network: Network, host: Host) -> bool:
        """Whether `host` was not there before."""
        ...

    async def take(self, network: Network, mac: Mac) -> Sequence[Host]:
        """The hosts of that MAC, which are gone now."""
        ...


class OwnServer:
    """netipl's: it goes by `inventory` alone, which has changed as soon as a change is committed."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    async def subnet(self, network: Network) -> Record:
        return records.subnet(network)

    async def look(self, network: Network) -> Records:
        return records.of_inventory(self._inventory, network, datetime.now(UTC))

    def changing(self, _network: Network) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def put(self, _network: Network, _host: Host) -> bool:
        return False

    async def take(self, _network: Network, _mac: Mac) -> Sequence[Host]:
        return ()
