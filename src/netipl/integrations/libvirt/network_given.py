"""What libvirt itself gives the bridge of a network when it starts it: addresses, and routes over it.

Source: libvirt, formatnetwork.html, "Addressing", "Static Routes".
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from xml.etree.ElementTree import Element

from netipl.integrations.libvirt.xml_text import parsed

Address = IPv4Address | IPv6Address
Route = tuple[Address, Address]
"""The first address of the network, and the gateway to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """By any of the XMLs that were looked at."""

    addresses: frozenset[Address]
    routes: frozenset[Route]


def given(*xmls: str) -> Given:
    """By networks as they are defined or run."""
    networks = [parsed(xml) for xml in xmls]
    return Given(
        addresses=frozenset(
            ip_address(each.get("address", "")) for network in networks for each in network.findall("ip[@address]")
        ),
        routes=frozenset(_route(each) for network in networks for each in network.findall("route[@gateway]")),
    )


def _route(element: Element) -> Route:
    return ip_address(element.get("address", "")), ip_address(element.get("gateway", ""))
