"""What the XML of a libvirt network says of boots over it. Source: libvirt, formatnetwork.html."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Final
from uuid import UUID
from xml.etree.ElementTree import Element

from netipl.errors import UsageError
from netipl.integrations.libvirt.network_owned import serving
from netipl.integrations.libvirt.network_record import Server, recorded
from netipl.integrations.libvirt.xml_text import DNSMASQ, parsed
from netipl.net import AddressRange, Mac

ISOLATED: Final = "isolated"
"""Without `<forward>`: guests reach each other and this host."""

_OPTIONS: Final = f"{{{DNSMASQ}}}options/{{{DNSMASQ}}}option"
_SET_FOR_GUESTS: Final = {
    "bridge[@macTableManager='libvirt']": "macTableManager='libvirt'",
    "bandwidth": "<bandwidth>",
    "vlan": "<vlan>",
    "portgroup/vlan": "<vlan>",
}
"""By where it stands."""
_OWN_BRIDGES: Final = frozenset({"nat", "route", "open", ISOLATED})
"""The modes in which libvirt makes the bridge, and runs dnsmasq on it."""
_MACVTAP: Final = frozenset({"private", "vepa", "passthrough"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One `<host>` of DHCP. A host may be known by its name alone."""

    mac: Mac | None
    name: str
    address: IPv4Address


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFacts:
    """`bridge` is empty where there is none. What is not said has libvirt's default."""

    name: str
    uuid: UUID
    mode: str
    bridge: str
    stp: bool
    delay: float
    """Seconds before a new port forwards."""
    device: str
    """What mode `bridge` and the modes of macvtap hang on, if one is named."""
    open_vswitch: bool
    set_for_guests: tuple[str, ...]
    """What libvirt sets on the bridge for each guest that starts, and a new bridge would lack for those that run."""
    domain: str
    interface: IPv4Interface | None
    tftp_root: Path | None
    boot_file: str | None
    boot_server: str
    ranges: tuple[AddressRange, ...]
    hosts: tuple[Host, ...]
    options: tuple[str, ...]
    """Lines for dnsmasq."""
    server: Server | None
    """Whom netipl has made serve it."""

    @property
    def has_own_bridge(self) -> bool:
        """Whether libvirt made its bridge and runs dnsmasq there."""
        return self.mode in _OWN_BRIDGES and not self.open_vswitch

    @property
    def is_macvtap(self) -> bool:
        """Guests hang on a device of this host, which they cannot reach the host through."""
        return self.mode in _MACVTAP or (self.mode == "bridge" and not self.bridge and bool(self.device))

    @property
    def has_dhcp(self) -> bool:
        """Whether libvirt's dnsmasq answers DHCP."""
        return self.has_own_bridge and bool(self.ranges or self.hosts)


def facts(text: str) -> NetworkFacts:
    """Of the XML that libvirt prints. Raises RefusedError for a record of netipl that cannot be read."""
    network = parsed(text)
    record = recorded(network)
    found = serving(network, record.address if record else None)
    ip = Element("ip") if found is None else found
    bridge, forward, bootp = network.find("bridge"), network.find("forward"), ip.find("dhcp/bootp")
    return NetworkFacts(
        name=network.findtext("name", ""),
        uuid=UUID(network.findtext("uuid", "")),
        mode=ISOLATED if forward is None else forward.get("mode", "nat"),
        bridge=_attribute(bridge, "name"),
        stp=_attribute(bridge, "stp", "on") == "on",
        delay=float(_attribute(bridge, "delay", "0")),
        device=_attribute(network.find("forward/interface"), "dev") or _attribute(forward, "dev"),
        open_vswitch=_attribute(network.find("virtualport"), "type") == "openvswitch",
        set_for_guests=tuple(words for path, words in _SET_FOR_GUESTS.items() if network.find(path) is not None),
        domain=_attribute(network.find("domain"), "name"),
        interface=_interface(ip),
        tftp_root=Path(root) if (root := _attribute(ip.find("tftp"), "root")) else None,
        boot_file=None if bootp is None else bootp.get("file", ""),
        boot_server=_attribute(bootp, "server"),
        ranges=tuple(AddressRange.parse(f"{each.get('start')}-{each.get('end')}") for each in ip.findall("dhcp/range")),
        hosts=tuple(map(_host, ip.findall("dhcp/host"))),
        options=tuple(each.get("value", "") for each in network.findall(_OPTIONS)),
        server=record.server if record else None,
    )


def _host(element: Element) -> Host:
    try:
        mac = Mac.parse(element.get("mac", ""))
    except UsageError:
        mac = None
    return Host(mac=mac, name=element.get("name", ""), address=IPv4Address(element.get("ip", "0.0.0.0")))  # noqa: S104


def _interface(ip: Element) -> IPv4Interface | None:
    """There is always a mask or a prefix in what libvirt prints."""
    if ip.get("address") is None:
        return None
    return IPv4Interface(f"{ip.get('address')}/{ip.get('netmask') or ip.get('prefix') or 24}")


def _attribute(element: Element | None, name: str, default: str = "") -> str:
    return default if element is None else element.get(name, default)
