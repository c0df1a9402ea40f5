"""The hosts of DHCP in a network: read, written and taken out, in what runs and in what is kept, in one step.

A host that is there is not written again, and one that is gone is gone, so everything may be asked for twice. Source:
libvirt, virNetworkUpdate; the place of the `<ip>` is said, as libvirt may else choose one of IPv6.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from netipl.errors import MissingError, RefusedError
from netipl.integrations.libvirt.network_owned import serving
from netipl.integrations.libvirt.worker.host import Host, Libvirt
from netipl.integrations.libvirt.worker.protocol import Json
from netipl.integrations.libvirt.xml_text import parsed

_ATTRIBUTES: Final = {"mac": "mac", "host_name": "name", "address": "ip"}
"""Of `<host>`, by what messages call them."""


@dataclass(frozen=True, slots=True)
class _State:
    """A network as it runs, or as it is kept."""

    flag: int
    place: int
    """Of its `<ip>` among all."""
    hosts: tuple[Element, ...]


def network(host: Host, arguments: Mapping[str, Json]) -> Json:
    """As it runs; as it is kept where it does not."""
    found = _network(host, arguments)
    is_active = bool(found.isActive())
    return {
        "name": found.name(),
        "active": is_active,
        "xml": found.XMLDesc(),
        "leases": [_lease(each) for each in found.DHCPLeases()] if is_active else [],
    }


def add_host(host: Host, arguments: Mapping[str, Json]) -> Json:
    """Whether it was written, and was not there before."""
    binding, found = host.binding, _network(host, arguments)
    wanted = _element(arguments)
    states = [
        each for each in _states(binding, found) if not any(there.attrib == wanted.attrib for there in each.hosts)
    ]
    _update(binding, found, binding.VIR_NETWORK_UPDATE_COMMAND_ADD_LAST, wanted, states)
    return bool(states)


def remove_hosts(host: Host, arguments: Mapping[str, Json]) -> Json:
    """Those of that MAC, which are told."""
    binding, found = host.binding, _network(host, arguments)
    removed: dict[tuple[str, ...], list[_State]] = {}
    for state in _states(binding, found):
        for host_there in state.hosts:
            if host_there.get("mac", "").lower() == arguments["mac"]:
                removed.setdefault(tuple(host_there.get(name, "") for name in _ATTRIBUTES.values()), []).append(state)
    told = [dict(zip(_ATTRIBUTES, said, strict=True)) for said in removed]
    for each, states in zip(told, removed.values(), strict=True):
        _update(binding, found, binding.VIR_NETWORK_UPDATE_COMMAND_DELETE, _element(each), states)
    return told


def _element(said: Mapping[str, Json]) -> Element:
    return Element("host", {name: said[key] for key, name in _ATTRIBUTES.items() if said[key]})


def _alike(one: Element, other: Element) -> bool:
    return all(one.get(name, "").lower() == other.get(name, "").lower() for name in _ATTRIBUTES.values())


def _update(binding: Libvirt, found: Libvirt, command: int, wanted: Element, states: list[_State]) -> None:
    if not states:
        return
    flags = 0
    for each in states:
        flags |= each.flag
    section, xml = binding.VIR_NETWORK_SECTION_IP_DHCP_HOST, ET.tostring(wanted, encoding="unicode")
    found.update(command, section, states[0].place, xml, flags)


def _states(binding: Libvirt, found: Libvirt) -> Iterator[_State]:
    if found.isActive():
        yield _state(binding.VIR_NETWORK_UPDATE_AFFECT_LIVE, found.XMLDesc())
    if found.isPersistent():
        yield _state(binding.VIR_NETWORK_UPDATE_AFFECT_CONFIG, found.XMLDesc(binding.VIR_NETWORK_XML_INACTIVE))


def _state(flag: int, xml: str) -> _State:
    root = parsed(xml)
    ip = serving(root)
    if ip is None:
        raise RefusedError(f"the libvirt network {root.findtext('name')} has no IPv4 address, and so no DHCP")
    return _State(flag, root.findall("ip").index(ip), tuple(ip.findall("dhcp/host")))


def _network(host: Host, arguments: Mapping[str, Json]) -> Libvirt:
    """By its name, or by its bridge."""
    name, bridge = arguments["name"], arguments["bridge"]
    if name:
        return host.connection.networkLookupByName(name)
    for each in host.connection.listAllNetworks():
        device = parsed(each.XMLDesc()).find("bridge")
        if device is not None and device.get("name") == bridge:
            return each
    raise MissingError(f"no libvirt network has the bridge {bridge}")


def _lease(each: Mapping[str, Any]) -> Json:  # Any: what the binding says
    return {"ip": each.get("ipaddr") or "", "mac": each.get("mac") or "", "ends": int(each.get("expirytime") or 0)}
