"""The parts of a network's XML by which it serves boots: what netipl changes, each under a name, and nothing else.

A part is the canonical text of its element. Two networks serve alike if their parts are equal.
Source: libvirt, formatnetwork.html, "Bridge", "Addressing", "Network namespaces".
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from netipl.integrations.libvirt.xml_text import DNSMASQ, canonical, copied, parsed

Parts = dict[str, str]
"""Canonical text by name: `bridge stp`, `tftp`, `range 192.0.2.2-192.0.2.99`, `host 52:54:00:13:33:0a`, ..."""

HOST: Final = "host "
"""How the names of reservations begin, which alone change while a network runs."""

_OPTIONS: Final = f"{{{DNSMASQ}}}options"
_OPTION: Final = f"{{{DNSMASQ}}}option"
_OF_ONE_SIDE: Final = frozenset({"metadata", "forward", "portgroup"})
"""What libvirt adds to while a network runs, or nobody reads."""
_OF_BRIDGE: Final = ("stp", "delay")

_NAMES: Final[Mapping[str, Callable[[Element], str]]] = {
    "bridge": lambda element: f"bridge {next(iter(element.keys()))}",
    "tftp": lambda _: "tftp",
    "range": lambda element: f"range {element.get('start')}-{element.get('end')}",
    "host": lambda element: f"host {(element.get('mac') or element.get('id') or element.get('name') or '').lower()}",
    "bootp": lambda _: "bootp",
    _OPTION: lambda element: f"option {element.get('value')}",
}
"""How the part of each element is called."""

_OF_DHCP: Final = ("range", "host", "bootp")
"""In the order in which libvirt prints them."""


def part(element: Element) -> tuple[str, str]:
    """The name and the text of one part. Raises KeyError for an element that is none."""
    return _NAMES[element.tag](element), canonical(element)


def bridge(attribute: str, value: str) -> tuple[str, str]:
    """The part of one attribute of the bridge."""
    return part(Element("bridge", {attribute: value}))


def option(value: str) -> tuple[str, str]:
    """The part of one line for dnsmasq."""
    return part(Element(_OPTION, {"value": value}))


def serving(network: Element, address: str | None = None) -> Element | None:
    """The `<ip>` with that address; else the one that has DHCP or TFTP; else the first of IPv4."""
    every = [each for each in network.findall("ip") if each.get("family", "ipv4") == "ipv4"]
    ranks: tuple[Callable[[Element], bool], ...] = (
        lambda each: address is not None and each.get("address") == address,
        lambda each: each.find("dhcp") is not None,
        lambda each: each.find("tftp") is not None,
        lambda _: True,
    )
    return next((each for rank in ranks for each in every if rank(each)), None)


def read(network: Element, address: str | None = None) -> Parts:
    """All parts of a network, which `serving` finds by `address`."""
    return named(_elements(network, address))


def named(elements: Iterable[Element]) -> Parts:
    """The parts of these elements. The second of one name, which libvirt may have, is called so with its number."""
    found: Parts = {}
    times = Counter[str]()
    for each in elements:
        name, text = part(each)
        times[name] += 1
        found[name if times[name] == 1 else f"{name} ({times[name]})"] = text
    return found


def write(network: Element, parts: Mapping[str, str], address: str | None = None) -> None:
    """Put these parts in the place of all that are there. A network without an IPv4 address keeps what it has."""
    elements = [parsed(text) for text in parts.values()]
    _write_bridge(network, [each for each in elements if each.tag == "bridge"])
    if (ip := serving(network, address)) is not None:
        _write_ip(ip, elements)
    _write_options(network, [each for each in elements if each.tag == _OPTION])


def others(network: Element) -> Parts:
    """Everything else that means the same in a definition and in the running network, by the names of elements.

    Names in the DNS are left out: they are often put into the running network alone.
    """
    rest = copied(network)
    write(rest, {})
    for dns in rest.findall("dns"):
        for host in dns.findall("host"):
            dns.remove(host)
        if not len(dns) and not dns.attrib:
            rest.remove(dns)
    found: Parts = {}
    for each in rest:
        if each.tag not in _OF_ONE_SIDE:
            found[each.tag] = found.get(each.tag, "") + canonical(each)
    return found


def _elements(network: Element, address: str | None) -> Iterator[Element]:
    device = network.find("bridge")
    if device is not None:
        yield from (Element("bridge", {name: value}) for name in _OF_BRIDGE if (value := device.get(name)) is not None)
    ip = serving(network, address)
    if ip is not None:
        yield from ip.findall("tftp")
        yield from (each for each in ip.findall("dhcp/*") if each.tag in _OF_DHCP)
    yield from network.findall(f"{_OPTIONS}/{_OPTION}")


def _write_bridge(network: Element, attributes: list[Element]) -> None:
    device = network.find("bridge")
    if device is None:
        return
    for name in _OF_BRIDGE:
        device.attrib.pop(name, None)
    for each in attributes:
        device.attrib.update(each.attrib)


def _write_ip(ip: Element, elements: list[Element]) -> None:
    for each in (*ip.findall("tftp"), *ip.findall("dhcp")):
        ip.remove(each)
    ip.extend(each for each in elements if each.tag == "tftp")
    of_dhcp = [each for tag in _OF_DHCP for each in elements if each.tag == tag]
    if of_dhcp:
        SubElement(ip, "dhcp").extend(of_dhcp)


def _write_options(network: Element, options: list[Element]) -> None:
    for each in network.findall(_OPTIONS):
        network.remove(each)
    if options:
        SubElement(network, _OPTIONS).extend(options)
