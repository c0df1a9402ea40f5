"""DHCP records as a Smart Proxy shows them, and what becomes of a new one: it is there already, in the way, or new.

Reservations are those of Foreman, and guests of netipl with an address of their own, which Foreman sees and cannot
take. Leases are those that run. Similar are records of one address or one MAC; a MAC that the new one calls related
(the other ports of a bond) is in nobody's way.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from ipaddress import IPv4Address
from typing import Final

from netipl.errors import ConflictError
from netipl.guests.guest import Origin
from netipl.guests.lease import Lease, LeaseState
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.provisioning.foreman.deployed import Reservation
from netipl.provisioning.inventory import Inventory
from netipl.values import value

_MOMENT: Final = "%Y-%m-%d %H:%M:%S UTC"
Record = Mapping[str, object]
"""As JSON has it."""


def reservations(inventory: Inventory, network: Network) -> list[Record]:
    """All, Foreman's first."""
    return [_shown(each, network) for each in _reserved(inventory, network)]


def leases(inventory: Inventory, network: Network, now: datetime) -> list[Record]:
    """Those that run, of machines without a reservation."""
    known = {each.mac for each in _reserved(inventory, network)}
    return [_lease(each, network) for each in running(inventory, network, now) if each.mac not in known]


def running(inventory: Inventory, network: Network, now: datetime) -> Iterator[Lease]:
    """The leases of `network` that hold an address."""
    for lease in inventory.addresses(network):
        if lease.expires > now and lease.state is not LeaseState.DECLINED:
            yield lease


def by_mac(inventory: Inventory, network: Network, mac: Mac, now: datetime) -> Record | None:
    """The reservation of `mac`, or else its lease."""
    reserved = (_shown(each, network) for each in _reserved(inventory, network) if each.mac == mac)
    leased = (_lease(each, network) for each in running(inventory, network, now) if each.mac == mac)
    return next(reserved, None) or next(leased, None)


def by_address(inventory: Inventory, network: Network, address: IPv4Address, now: datetime) -> list[Record]:
    """The reservations of `address`, or else its lease."""
    reserved = [_shown(each, network) for each in _reserved(inventory, network) if each.address == address]
    return reserved or [_lease(each, network) for each in running(inventory, network, now) if each.address == address]


def is_there(inventory: Inventory, network: Network, new: Reservation, related: Collection[Mac]) -> bool:
    """Whether the very same record is there. Raises ConflictError where another one is in its way."""
    similar = [
        each
        for each in _reserved(inventory, network)
        if (each.mac == new.mac or each.address == new.address) and each.mac not in related
    ]
    if any(_shown(each, network) == _shown(new, network) for each in similar):
        return True
    if similar:
        raise ConflictError(f"Record {network.subnet.network_address}/{new.address} already exists")
    return False


def subnet(network: Network) -> Record:
    """The network itself, with what Foreman imports of it."""
    options: dict[str, object] = {"routers": [str(network.router or network.server)]}
    if network.dns:
        options["domain_name_servers"] = [str(each) for each in network.dns]
    if network.domain:
        options["domain_name"] = network.domain
    if network.pools:
        options["range"] = [str(network.pools[0].first), str(network.pools[0].last)]
    return {
        "network": str(network.subnet.network_address),
        "netmask": str(network.subnet.netmask),
        "options": options,
    }


@value()
class _Own:
    """A guest of netipl by one of its MACs."""

    name: str
    mac: Mac
    address: IPv4Address


def _reserved(inventory: Inventory, network: Network) -> Iterator[Reservation | _Own]:
    yield from inventory.deployed.reservations(network.name)
    for guest in inventory.guests:
        if guest.origin is not Origin.FOREMAN and guest.network == network.name and guest.address is not None:
            yield from (_Own(guest.name, mac, guest.address) for mac in guest.macs)


def _shown(kept: Reservation | _Own, network: Network) -> Record:
    found: dict[str, object] = {
        "name": kept.name,
        "ip": str(kept.address),
        "mac": str(kept.mac),
        "subnet": _subnet(network),
        "type": "reservation",
        "deleteable": isinstance(kept, Reservation),
        "hostname": kept.hostname if isinstance(kept, Reservation) else kept.name,
    }
    return found | dict(kept.options) if isinstance(kept, Reservation) else found


def _lease(lease: Lease, network: Network) -> Record:
    return {
        "name": f"lease-{lease.mac.octets.hex()}",
        "ip": str(lease.address),
        "mac": str(lease.mac),
        "subnet": _subnet(network),
        "starts": f"{lease.expires - network.lease_time:{_MOMENT}}" if lease.expires.year < 9999 else None,
        "ends": f"{lease.expires:{_MOMENT}}" if lease.expires.year < 9999 else None,
        "state": "active",
        "type": "lease",
    }


def _subnet(network: Network) -> str:
    return f"{network.subnet.network_address}/{network.subnet.netmask}"
