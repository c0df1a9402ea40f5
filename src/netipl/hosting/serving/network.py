"""What netipl makes of a libvirt network that it is going to serve: the same addresses for the same clients.

As libvirt's dnsmasq does, it answers everybody and refuses addresses that are not its own to give. What dnsmasq says
and netipl does not is told. Source: libvirt, formatnetwork.html; src/network/bridge_driver.c for dnsmasq's options.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Final
from xml.etree.ElementTree import Element

from netipl.errors import RefusedError, UsageError
from netipl.guests.guest import Guest, Origin
from netipl.guests.marks import domain_name
from netipl.guests.network import Network, UnknownClients
from netipl.integrations.libvirt.network_edits import NO_PING, line_serves
from netipl.integrations.libvirt.network_owned import serving
from netipl.integrations.libvirt.network_xml import ISOLATED, NetworkFacts, facts
from netipl.integrations.libvirt.xml_text import parsed
from netipl.net import AddressRange

_UNITS: Final = {"seconds": 1, "minutes": 60, "hours": 3600}
_DEFAULT_LEASE: Final = timedelta(hours=1)
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=365)


def network(xml: str) -> Network:
    """The network of that XML. Raises RefusedError for one without a bridge and an IPv4 address of its own."""
    said, element = facts(xml), parsed(xml)
    if said.interface is None or not said.bridge:
        remedy = "give it <bridge> and <ip>, or name its interface in the settings yourself"
        raise RefusedError(f"the network {said.name} has no bridge with an address of this host", remedy=remedy)
    server = said.interface.ip
    return Network(
        name=name(said.name),
        interface=said.bridge,
        subnet=said.interface.network,
        server=server,
        dns=(server,) if _resolves(element) else (),
        domain=said.domain or None,
        pools=tuple(pool for each in said.ranges for pool in _without(each, server)),
        lease_time=_lease_time(element, said),
        authoritative=True,
        unknown=UnknownClients.POOL,
    )


def name(libvirts: str) -> str:
    """As a DNS name, which the names of netipl's networks are: `my net_1` is `my-net-1`."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", libvirts).strip("-.") or "network"


def reservations(xml: str, network: str) -> tuple[tuple[Guest, ...], tuple[str, ...]]:
    """Its `<host>`s as guests of the network that we call so, and what is said of those that cannot be one."""
    guests: dict[str, Guest] = {}
    told = []
    for host in facts(xml).hosts:
        if host.mac is None:
            told.append(
                f"the reservation of {host.address} for the name {host.name} is lost: netipl knows guests by MAC"
            )
            continue
        address = None if host.address.is_unspecified else host.address
        called = _host_name(host.name) or f"host-{host.mac.dashed}"
        if called in guests:
            called = f"host-{host.mac.dashed}"
        guests[called] = Guest(name=called, macs=(host.mac,), address=address, network=network, origin=Origin.ADDED)
    return tuple(guests.values()), tuple(told)


def losses(xml: str) -> Iterator[str]:
    """What clients were told by dnsmasq, and are told no more, or otherwise."""
    said, element = facts(xml), parsed(xml)
    for option in said.options:
        if line_serves(option) and option.strip() != NO_PING:  # which netipl does not do anyway
            yield f"dnsmasq's line {option} has no effect any more: netipl answers DHCP and TFTP"
    if (mtu := element.find("mtu")) is not None:
        yield f"clients are no longer told the MTU {mtu.get('size')}"
    if said.mode == ISOLATED:
        yield f"clients get this host as their router, though {said.name} is isolated: the firmware needs one"


def _resolves(element: Element) -> bool:
    """Whether libvirt's dnsmasq answers DNS on it."""
    dns = element.find("dns")
    return dns is None or dns.get("enable", "yes") == "yes"


def _host_name(text: str) -> str:
    try:
        return domain_name(text) if text else ""
    except UsageError:
        return ""


def _without(pool: AddressRange, server: IPv4Address) -> Iterator[AddressRange]:
    """The parts of a pool before and behind our own address, which dnsmasq leaves out by itself."""
    if server not in pool:
        yield pool
        return
    if pool.first < server:
        yield AddressRange(pool.first, server - 1)
    if server < pool.last:
        yield AddressRange(server + 1, pool.last)


def _lease_time(element: Element, said: NetworkFacts) -> timedelta:
    """The longest that a range of libvirt's gives; without an end it is a year."""
    address = said.interface.ip if said.interface else None
    ip = serving(element, str(address))
    found = [] if ip is None else ip.findall("dhcp/range/lease")
    times = [int(each.get("expiry", "0")) * _UNITS[each.get("unit", "minutes")] for each in found]
    if not times:
        return _DEFAULT_LEASE
    if 0 in times:
        return _LONGEST
    return min(max(timedelta(seconds=max(times)), _SHORTEST), _LONGEST)
