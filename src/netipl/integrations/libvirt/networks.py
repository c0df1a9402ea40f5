"""The networks of a libvirt and the taps on them: asked, defined, updated, stopped and started. Blocks.

Source: libvirt, html/libvirt-libvirt-network.html.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from netipl.errors import MissingError, UsageError
from netipl.integrations.libvirt.binding import libvirt
from netipl.integrations.libvirt.connection import Connection, told
from netipl.integrations.libvirt.domain_taps import Tap, taps
from netipl.net import Mac


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One address that libvirt's dnsmasq has given. `name` and `mac` are empty where it does not know them."""

    address: IPv4Address
    mac: Mac | None
    name: str
    expires: int
    """Seconds since 1970; 0 for one without an end."""


@dataclass(slots=True, eq=False)
class LibvirtNetwork:
    """A network by its handle; Any, since the binding has no types. Its methods raise UnavailableError."""

    handle: Any

    def renew(self, connection: Connection) -> None:
        """Its handle, which a connection that was lost has taken with it."""
        name = self.handle.name()
        with told(f"the network {name}"):
            self.handle = connection.raw.networkLookupByName(name)

    @property
    def name(self) -> str:
        with told("a network"):
            return str(self.handle.name())

    @property
    def is_active(self) -> bool:
        with self._told():
            return bool(self.handle.isActive())

    @property
    def is_persistent(self) -> bool:
        """Whether it is defined, and not only running."""
        with self._told():
            return bool(self.handle.isPersistent())

    @property
    def starts_by_itself(self) -> bool:
        with self._told():
            return bool(self.handle.autostart()) if self.is_persistent else False

    def xml(self) -> str:
        """As it runs, or is defined where it does not."""
        with self._told():
            return str(self.handle.XMLDesc())

    def defined_xml(self) -> str:
        """As it is defined, and will be when it is started next."""
        with self._told():
            return str(self.handle.XMLDesc(libvirt().VIR_NETWORK_XML_INACTIVE if self.is_persistent else 0))

    def start(self) -> None:
        with self._told():
            self.handle.create()

    def stop(self) -> None:
        """Its bridge goes, and whatever is on it loses it."""
        with self._told():
            self.handle.destroy()

    def update_host(self, command: str, host: str) -> None:
        """In the running network alone: `command` is ADD, MODIFY or DELETE, `host` the XML of one `<host>` of DHCP."""
        binding = libvirt()
        which = getattr(binding, f"VIR_NETWORK_UPDATE_COMMAND_{command}" + ("_LAST" if command == "ADD" else ""))
        live = binding.VIR_NETWORK_UPDATE_AFFECT_LIVE
        with self._told():
            self.handle.update(which, binding.VIR_NETWORK_SECTION_IP_DHCP_HOST, -1, host, live)

    def name_host(self, host: str) -> None:
        """Add the XML of one `<host>` of DNS to the running network alone."""
        binding = libvirt()
        add, live = binding.VIR_NETWORK_UPDATE_COMMAND_ADD_LAST, binding.VIR_NETWORK_UPDATE_AFFECT_LIVE
        with self._told():
            self.handle.update(add, binding.VIR_NETWORK_SECTION_DNS_HOST, -1, host, live)

    def leases(self) -> tuple[Lease, ...]:
        """What its dnsmasq has given and not taken back."""
        with self._told():
            found = self.handle.DHCPLeases()
        return tuple(
            Lease(
                address=IPv4Address(each["ipaddr"]),
                mac=_mac(each.get("mac") or ""),
                name=each.get("hostname") or "",
                expires=int(each.get("expirytime") or 0),
            )
            for each in found
            if each.get("type") == libvirt().VIR_IP_ADDR_TYPE_IPV4
        )

    def _told(self) -> Any:
        return told(f"the network {self.handle.name()}")


def network(connection: Connection, name: str) -> LibvirtNetwork:
    """The one of that name. Raises MissingError and UnavailableError."""
    missing = MissingError(f"{connection.uri} has no network {name}", remedy="`netipl network list` lists them")
    with told(f"the network {name}", missing=missing):
        return LibvirtNetwork(connection.raw.networkLookupByName(name))


def networks(connection: Connection) -> Iterator[LibvirtNetwork]:
    """All, by name. Raises UnavailableError."""
    with told("networks"):
        found = sorted(connection.raw.listAllNetworks(), key=lambda each: str(each.name()))
    yield from map(LibvirtNetwork, found)


def define(connection: Connection, xml: str) -> None:
    """Make it, or change what it will be when it is started next. Raises UnavailableError."""
    with told("the network's definition"):
        connection.raw.networkDefineXML(xml)


def running_taps(connection: Connection) -> tuple[Tap, ...]:
    """Of all running guests. Raises UnavailableError."""
    binding = libvirt()
    found: list[Tap] = []
    with told("guests"):
        running = connection.raw.listAllDomains(binding.VIR_CONNECT_LIST_DOMAINS_ACTIVE)
    for domain in running:
        with suppress(MissingError), told("guests", missing=MissingError("it has just ended")):
            found += taps(domain.XMLDesc())
    return tuple(found)


def _mac(text: str) -> Mac | None:
    try:
        return Mac.parse(text)
    except UsageError:
        return None
