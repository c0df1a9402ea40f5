"""Names that libvirt's dnsmasq resolves on a network that it gives no addresses on: which are added, and which go.

They are put into the running network alone, so nothing is left of them when the network starts anew. Whatever netipl
did not put there is somebody else's and stays, be it defined or not. Source: libvirt, formatnetwork.html, "dns";
network_conf.c for what counts as the same host: the address, or any of the names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, SubElement

from netipl.integrations.libvirt.network_record import Server, recorded
from netipl.integrations.libvirt.xml_text import parsed

ADD: Final = "ADD"
DELETE: Final = "DELETE"

Hosts = dict[str, tuple[str, ...]]
"""Names by address."""


@dataclass(frozen=True, slots=True)
class Update:
    """`command` is libvirt's, `host` the XML of one `<host>` of DNS."""

    command: str
    host: str


def updates(
    running: str, defined: str, wanted: Mapping[str, str], known: Mapping[str, Iterable[str]]
) -> tuple[Update, ...]:
    """What makes `running` resolve `wanted`, names by address; nothing in a network that netipl does not serve.

    `known` are names by address of which netipl knows that they may be of its own making.
    """
    record = recorded(parsed(defined))
    if record is None or record.server is not Server.NETIPL:
        return ()
    there = _hosts(running)
    ours = {address: names for address, names in there.items() if set(names) <= set(known.get(address, ()))}
    theirs = {**{address: names for address, names in there.items() if address not in ours}, **_hosts(defined)}
    their_names = {name for names in theirs.values() for name in names}
    named = {address: (name,) for address, name in wanted.items() if address not in theirs and name not in their_names}
    gone = [address for address, names in ours.items() if address not in theirs and named.get(address) != names]
    new = [address for address, names in named.items() if ours.get(address) != names]
    return (
        *(Update(DELETE, host(address, ())) for address in gone),
        *(Update(ADD, host(address, named[address])) for address in new),
    )


def running_alone(running: str, defined: str) -> Hosts:
    """Those that a restart takes away."""
    there = _hosts(defined)
    return {address: names for address, names in _hosts(running).items() if address not in there}


def missing(running: str, hosts: Iterable[str]) -> tuple[str, ...]:
    """The `<host>`s whose addresses have no name there."""
    there = _hosts(running)
    return tuple(each for each in hosts if parsed(each).get("ip", "") not in there)


def host(address: str, names: Iterable[str]) -> str:
    """The XML of one."""
    element = Element("host", ip=address)
    for name in names:
        SubElement(element, "hostname").text = name
    return ET.tostring(element, encoding="unicode")


def _hosts(xml: str) -> Hosts:
    found: dict[str, list[str]] = {}
    for host in parsed(xml).findall("dns/host"):
        names = [name.text or "" for name in host.findall("hostname")]
        found.setdefault(host.get("ip", ""), []).extend(names)
    return {address: tuple(names) for address, names in found.items()}
