"""Which names libvirt is told, and which of them may go, as an inventory changes; libvirt itself is not here."""

import asyncio
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network

from netipl.control.machines.naming import Naming
from netipl.guests.guest import Guest
from netipl.guests.lease import Lease
from netipl.guests.network import Network
from netipl.integrations.libvirt.worker.protocol import Call, Json
from netipl.net import AddressRange, Mac
from netipl.provisioning.inventory import Inventory

LAB = Network(
    name="lab",
    subnet=IPv4Network("192.0.2.0/24"),
    server=IPv4Address("192.0.2.1"),
    interface="virbr0",
    pools=(AddressRange.parse("192.0.2.100-192.0.2.199"),),
)
ENDED = Lease(
    network="lab",
    address=IPv4Address("192.0.2.100"),
    mac=Mac.parse("52:54:00:00:00:aa"),
    expires=datetime.now(UTC) - timedelta(days=1),
    hostname="vm1",
)


class Libvirt:
    """Notes what it is asked."""

    uri = "qemu:///system"
    why_not = ""

    def __init__(self) -> None:
        self.asked: list[tuple[Json, Json]] = []

    def demand(self) -> None: ...

    async def ask(self, _call: Call, /, *, limit: float = 0, **arguments: Json) -> Json:
        known = {address: sorted(names) for address, names in arguments["known"].items()}
        self.asked.append((arguments["names"], known))

    async def run(self) -> None: ...


def guest(name: str) -> Guest:
    return Guest(name=name, macs=(Mac.parse("52:54:00:00:00:0a"),), address=IPv4Address("192.0.2.10"), network="lab")


def test_only_what_was_told_or_is_stored_may_go() -> None:
    libvirt, inventory = Libvirt(), Inventory([LAB], [guest("z1")], [ENDED])
    naming = Naming(inventory, libvirt)
    asyncio.run(naming._tell(LAB))
    inventory.replace_guests_and_networks([LAB], [guest("z2")])
    asyncio.run(naming._tell(LAB))
    inventory.replace_guests_and_networks([LAB], [])
    asyncio.run(naming._tell(LAB))
    ended = {"192.0.2.100": ["vm1"]}
    assert libvirt.asked == [
        ({"192.0.2.10": "z1"}, {"192.0.2.10": ["z1"], **ended}),
        ({"192.0.2.10": "z2"}, {"192.0.2.10": ["z1", "z2"], **ended}),
        ({}, {"192.0.2.10": ["z2"], **ended}),
    ]
