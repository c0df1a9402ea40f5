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
from netipl.guests.guest import Guest, Origin
from netipl.guests.lease import Lease, LeaseState
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.provisioning.foreman.deployed import Reservation
from netipl.provisioning.inventory import Inventory

_MOMENT: Final = "%Y-%m-%d %H:%M:%S UTC"
Record = Mapping[str, object]
"""As JSON has it."""


def reservations(inventory: Inventory, network: Network) -> list[Record]:
    """All, Foreman's first."""
    return [record for record, _, _ in _reserved(inventory, network)]


def leases(inventory: Inventory, network: Network, now: datetime) -> list[Record]:
    """Those that run, of machines without a reservation."""
    known = {mac for _, mac, _ in _reserved(inventory, network)}
    return [_lease(each, network) for each in running(inventory, network, now) if each.mac not in known]


def running(inventory: Inventory, network: Network, now: datetime) -> Iterator[Lease]:
    """The leases of `network` that hold an address."""
    for lease in inventory.leases:
        if lease.network == network.name and lease.expires > now and lease.state is not LeaseState.DECLINED:
            yield lease


def by_mac(inventory: Inventory, network: Network, mac: Mac, now: datetime) -> Record | None:
    """The reservation of `mac`, or else its lease."""
    reserved = (record for record, its, _ in _reserved(inventory, network) if its == mac)
    leased = (_lease(each, network) for each in running(inventory, network, now) if each.mac == mac)
    return next(reserved, None) or next(leased, None)


def by_address(inventory: Inventory, network: Network, address: IPv4Address, now: datetime) -> list[Record]:
    """The reservations of `address`, or else its lease."""
    reserved = [record for record, _, its in _reserved(inventory, network) if its == address]
    return reserved or [_lease(each, network) for each in running(inventory, network, now) if each.address == address]


def is_there(inventory: Inventory, network: Network, new: Reservation, related: Collection[Mac]) -> bool:
    """Whether the very same record is there. Raises ConflictError where another one is in its way."""
    wanted, similar = _of_foreman(new, network), []
    for record, mac, address in _reserved(inventory, network):
        if (mac == new.mac or address == new.address) and mac not in related:
            similar.append(record)
    if wanted in similar:
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


def _reserved(inventory: Inventory, network: Network) -> Iterator[tuple[Record, Mac, IPv4Address]]:
    for each in inventory.deployed.reservations(network.name):
        yield _of_foreman(each, network), each.mac, each.address
    for guest in inventory.guests:
        if guest.origin is not Origin.FOREMAN and guest.network == network.name and guest.address is not None:
            for mac in guest.macs:
                yield _of_guest(guest, mac, guest.address, network), mac, guest.address


def _of_foreman(kept: Reservation, network: Network) -> Record:
    return _reservation(kept.name, kept.address, kept.mac, network, kept.hostname, deletable=True) | dict(kept.options)


def _of_guest(guest: Guest, mac: Mac, address: IPv4Address, network: Network) -> Record:
    return _reservation(guest.name, address, mac, network, guest.name, deletable=False)


def _reservation(
    name: str, address: IPv4Address, mac: Mac, network: Network, hostname: str, *, deletable: bool
) -> dict[str, object]:
    return {
        "name": name,
        "ip": str(address),
        "mac": str(mac),
        "subnet": _subnet(network),
        "type": "reservation",
        "deleteable": deletable,
        "hostname": hostname,
    }


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
