"""Names that libvirt's dnsmasq resolves on a network that it gives no addresses on: which are added, and which go.

They are put into the running network alone. So what is in its definition, too, is somebody else's and stays, and
nothing is left of them when the network starts anew. Source: libvirt, formatnetwork.html, "dns"; network_conf.c for
what counts as the same host: the address, or any of the names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, SubElement

from netipl.integrations.libvirt.xml_text import parsed
from netipl.net import AddressRange

ADD: Final = "ADD"
DELETE: Final = "DELETE"

Hosts = dict[str, tuple[str, ...]]
"""Names by address."""


@dataclass(frozen=True, slots=True)
class Update:
    """`command` is libvirt's, `host` the XML of one `<host>` of DNS."""

    command: str
    host: str


def updates(running: str, defined: str, wanted: Mapping[str, str], given: Iterable[AddressRange]) -> tuple[Update, ...]:
    """What makes `running` resolve `wanted`, names by address. `given` are the addresses that are netipl's to name."""
    theirs = _hosts(defined)
    their_names = {name for names in theirs.values() for name in names}
    ranges = tuple(given)
    ours = {
        address: names
        for address, names in _hosts(running).items()
        if address not in theirs and (address in wanted or any(_address(address) in each for each in ranges))
    }
    named = {address: (name,) for address, name in wanted.items() if address not in theirs and name not in their_names}
    gone = [address for address, names in ours.items() if named.get(address) != names]
    new = [address for address, names in named.items() if ours.get(address) != names]
    return (
        *(Update(DELETE, _host(address, ())) for address in gone),
        *(Update(ADD, _host(address, named[address])) for address in new),
    )


def _hosts(xml: str) -> Hosts:
    found: dict[str, list[str]] = {}
    for host in parsed(xml).findall("dns/host"):
        names = [name.text or "" for name in host.findall("hostname")]
        found.setdefault(host.get("ip", ""), []).extend(names)
    return {address: tuple(names) for address, names in found.items()}


def _host(address: str, names: Iterable[str]) -> str:
    host = Element("host", ip=address)
    for name in names:
        SubElement(host, "hostname").text = name
    return ET.tostring(host, encoding="unicode")


def _address(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None
