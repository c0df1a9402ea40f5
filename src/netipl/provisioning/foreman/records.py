"""DHCP records as a Smart Proxy shows them, and what becomes of a new one: it is there already, in the way, or new.

Reservations are those of Foreman, guests of netipl with an address of their own, which Foreman sees and cannot take,
and hosts that others wrote into a libvirt network. Leases are those that run. Similar are records of one address or one
MAC; a MAC that the new one calls related (the other ports of a bond) is in nobody's way.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from ipaddress import IPv4Address
from typing import Final

from netipl.errors import ConflictError, UsageError
from netipl.guests.guest import Guest, Origin
from netipl.guests.lease import LeaseState
from netipl.guests.marks import domain_name
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.provisioning.foreman.deployed import Reservation
from netipl.provisioning.inventory import Inventory
from netipl.values import value

_MOMENT: Final = "%Y-%m-%d %H:%M:%S UTC"
_ENDLESS: Final = 9999
"""The year of a lease that does not end."""
Record = Mapping[str, object]
"""As JSON has it."""


@value(kw_only=True)
class Host:
    """A host of a libvirt network: one address for one MAC. It may be known by its name alone."""

    mac: Mac | None
    name: str
    address: IPv4Address


@value(kw_only=True)
class Leased:
    """An address that somebody has for some time. None: not known, or without an end."""

    mac: Mac
    address: IPv4Address
    starts: datetime | None = None
    ends: datetime | None = None


@value(kw_only=True)
class Other:
    """A reservation of which Foreman has told nothing: a guest of netipl, or `host` of a libvirt network."""

    name: str
    mac: Mac
    address: IPv4Address
    host: Host | None = None
    deleteable: bool = False


@value(kw_only=True)
class Records:
    """All of one network at one moment. `nameless` are addresses of hosts without a MAC, which are no records."""

    network: Network
    reserved: tuple[Reservation | Other, ...]
    leased: tuple[Leased, ...]
    nameless: frozenset[IPv4Address] = frozenset()

    @property
    def reservations(self) -> list[Record]:
        return [_shown(each, self.network) for each in self.reserved]

    @property
    def leases(self) -> list[Record]:
        """Of machines without a reservation."""
        known = {each.mac for each in self.reserved}
        return [_lease(each, self.network) for each in self.leased if each.mac not in known]

    @property
    def taken(self) -> frozenset[IPv4Address]:
        """Addresses that are somebody's."""
        return self.nameless | {each.address for each in (*self.reserved, *self.leased)}

    def by_mac(self, mac: Mac) -> Record | None:
        """The reservation of `mac`, or else its lease."""
        reserved = (_shown(each, self.network) for each in self.reserved if each.mac == mac)
        leased = (_lease(each, self.network) for each in self.leased if each.mac == mac)
        return next(reserved, None) or next(leased, None)

    def by_address(self, address: IPv4Address) -> list[Record]:
        """The reservations of `address`, or else its lease."""
        reserved = [_shown(each, self.network) for each in self.reserved if each.address == address]
        return reserved or [_lease(each, self.network) for each in self.leased if each.address == address]

    def has(self, new: Reservation, related: Collection[Mac]) -> bool:
        """Whether the very same record is there. Raises ConflictError where another one is in its way.

        A host that is the one of `new`, and of which Foreman has told nothing, is in nobody's way: whoever wrote it
        was ended before it could be told of, or was another Smart Proxy.
        """
        similar = self._similar(new, related)
        told = (each for each in similar if isinstance(each, Reservation))
        if any(_shown(each, self.network) == _shown(new, self.network) for each in told):
            return True
        if any(not _is_host_of(each, new) for each in similar) or new.address in self.nameless:
            raise ConflictError(f"Record {self.network.subnet.network_address}/{new.address} already exists")
        return False

    def in_the_way(self, new: Reservation, related: Collection[Mac]) -> str:
        """Of what is there, in words."""
        found = (f"{each.name or 'somebody'} has {each.mac} at {each.address}" for each in self._similar(new, related))
        return "; ".join(found) or f"a host without a MAC has {new.address}"

    def _similar(self, new: Reservation, related: Collection[Mac]) -> list[Reservation | Other]:
        return [
            each
            for each in self.reserved
            if (each.mac == new.mac or each.address == new.address) and each.mac not in related
        ]


def of_inventory(inventory: Inventory, network: Network, now: datetime) -> Records:
    """Where netipl serves DHCP. Foreman's are first."""
    leased = (
        Leased(
            mac=lease.mac,
            address=lease.address,
            starts=lease.expires - network.lease_time if lease.expires.year < _ENDLESS else None,
            ends=lease.expires if lease.expires.year < _ENDLESS else None,
        )
        for lease in inventory.addresses(network)
        if lease.expires > now and lease.state is not LeaseState.DECLINED
    )
    reserved: tuple[Reservation | Other, ...] = (
        *inventory.deployed.reservations(network.name),
        *_own(inventory, network),
    )
    return Records(network=network, reserved=reserved, leased=tuple(leased))


def of_hosts(inventory: Inventory, network: Network, hosts: Iterable[Host], leased: Iterable[Leased]) -> Records:
    """Where libvirt serves DHCP: what is there is what its network says. What Foreman told of a host counts as long as
    the host is as Foreman's record made it. A guest of netipl keeps its address, though no host says so.
    """
    there = tuple(hosts)
    own = {each.mac: each for each in _own(inventory, network)}
    reserved = [_of_host(inventory, network, each, each.mac) for each in there if each.mac is not None]
    reserved += [each for mac, each in own.items() if not any(host.mac == mac for host in there)]
    nameless = frozenset(each.address for each in there if each.mac is None)
    return Records(network=network, reserved=tuple(reserved), leased=tuple(leased), nameless=nameless)


def host_of(reservation: Reservation) -> Host:
    """The host that a record is in a libvirt network. It has no name where libvirt would not take that."""
    return Host(mac=reservation.mac, name=_host_name(reservation.name), address=reservation.address)


def subnet(network: Network, *, has_router: bool = True) -> Record:
    """The network itself, with what Foreman imports of it."""
    options: dict[str, object] = {"routers": [str(network.router or network.server)]} if has_router else {}
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


def _of_host(inventory: Inventory, network: Network, host: Host, mac: Mac) -> Reservation | Other:
    told = inventory.deployed.reservation(network.name, mac)
    if told is not None and host_of(told) == host:
        return told
    owner = inventory.guest_with_mac(mac)
    is_ours = owner is not None and _is_own(owner, network)
    return Other(name=host.name or mac.dashed, mac=mac, address=host.address, host=host, deleteable=not is_ours)


def _host_name(name: str) -> str:
    """Of DNS, and with a letter in front (libvirt, src/conf/network_conf.c)."""
    try:
        return domain_name(name) if name[:1].isalpha() else ""
    except UsageError:
        return ""


def _own(inventory: Inventory, network: Network) -> Iterator[Other]:
    """Guests of netipl by each of their MACs."""
    for guest in inventory.guests:
        if _is_own(guest, network) and guest.address is not None:
            address = guest.address
            yield from (Other(name=guest.name, mac=mac, address=address) for mac in guest.macs)


def _is_own(guest: Guest, network: Network) -> bool:
    return guest.origin is not Origin.FOREMAN and guest.network == network.name and guest.address is not None


def _is_host_of(other: Reservation | Other, new: Reservation) -> bool:
    return isinstance(other, Other) and other.deleteable and other.host == host_of(new)


def _shown(kept: Reservation | Other, network: Network) -> Record:
    found: dict[str, object] = {
        "name": kept.name,
        "ip": str(kept.address),
        "mac": str(kept.mac),
        "subnet": _subnet(network),
        "type": "reservation",
        "deleteable": kept.deleteable if isinstance(kept, Other) else True,
        "hostname": kept.hostname if isinstance(kept, Reservation) else kept.name,
    }
    return found | dict(kept.options) if isinstance(kept, Reservation) else found


def _lease(each: Leased, network: Network) -> Record:
    return {
        "name": f"lease-{each.mac.octets.hex()}",
        "ip": str(each.address),
        "mac": str(each.mac),
        "subnet": _subnet(network),
        "starts": f"{each.starts:{_MOMENT}}" if each.starts is not None else None,
        "ends": f"{each.ends:{_MOMENT}}" if each.ends is not None else None,
        "state": "active",
        "type": "lease",
    }


def _subnet(network: Network) -> str:
    return f"{network.subnet.network_address}/{network.subnet.netmask}"
