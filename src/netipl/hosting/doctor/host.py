"""What the checks look at, each thing read once and when it is first asked for: settings, libvirt, ports, the wire.

Only reads, with the caller's rights. What cannot be read is an error here, and an outcome of the check that needs it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from ipaddress import IPv4Address
from pathlib import Path
from uuid import UUID

from netipl.errors import UnavailableError
from netipl.integrations import dhcp_probe, listening
from netipl.integrations.devices import device
from netipl.integrations.dhcp_probe import Offer
from netipl.integrations.libvirt import domain_boot, network_xml
from netipl.integrations.libvirt.domain_boot import S390X, Domain, Interface
from netipl.integrations.libvirt.network_record import Server
from netipl.integrations.libvirt.network_xml import NetworkFacts
from netipl.integrations.libvirt.overview import Described, Overview, overview
from netipl.integrations.listening import Listener
from netipl.machines import firmware_files, qemu
from netipl.machines.firmware_files import Installed
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import SERVER_PORT
from netipl.firmware.tftp_client import SERVER_PORT as TFTP_PORT
from netipl.settings.settings import Settings

HTTP_PORT = 8069


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """The one guest that is looked at: its name, and what else tells its domain and its network."""

    name: str
    uuid: UUID | None = None
    macs: tuple[Mac, ...] = ()
    network: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A domain for s390x: as it runs (None if it does not), and as it starts next."""

    now: Domain | None
    next: Domain

    @property
    def name(self) -> str:
        return self.next.name

    def __str__(self) -> str:
        return f"domain {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LibvirtNetwork:
    """As it is served now or, where it is not active, as it would be."""

    facts: NetworkFacts
    is_active: bool

    @property
    def is_served_by_libvirt(self) -> bool:
        return self.facts.has_dhcp and self.facts.server is not Server.NETIPL


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """An interface on which guests boot, and who is to serve it. `server` is our address there."""

    name: str
    interface: str
    server: IPv4Address | None
    by_netipl: bool

    def __str__(self) -> str:
        return f"network {self.name}"


@dataclass(kw_only=True)
class Host:
    """`uri` is that of libvirt; `program` is the QEMU that is looked for beside those that libvirt names."""

    uri: str
    settings: Settings | None = None
    settings_file: Path = Path()
    program: Path | str = qemu.PROGRAM
    only: Only | None = None

    @cached_property
    def now(self) -> datetime:
        return datetime.now(UTC)

    @cached_property
    def libvirt(self) -> Overview | UnavailableError:
        try:
            return overview(self.uri)
        except UnavailableError as error:
            return error

    @cached_property
    def networks(self) -> dict[str, LibvirtNetwork]:
        """Those of libvirt, by name; none where it is not reached."""
        if isinstance(self.libvirt, UnavailableError):
            return {}
        return {
            each.name: LibvirtNetwork(facts=network_xml.facts(each.xml), is_active=each.live is not None)
            for each in self.libvirt.networks
        }

    @cached_property
    def guests(self) -> tuple[Guest, ...]:
        """Domains for s390x that are looked at; none where libvirt is not reached."""
        if isinstance(self.libvirt, UnavailableError):
            return ()
        found = (_guest(each) for each in self.libvirt.domains)
        return tuple(each for each in found if each.next.architecture == S390X and self._is_meant(each))

    @cached_property
    def programs(self) -> tuple[Installed | UnavailableError, ...]:
        """Of the emulators that guests are run with, those of libvirt, and the one in PATH."""
        return tuple(map(_installed, self._emulators()))

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Those of the settings, and of libvirt's networks with a DHCP server that is not netipl."""
        found = {each.interface: each for each in self._segments()}
        return tuple(each for each in found.values() if self._is_of_guest(each))

    @cached_property
    def listeners(self) -> tuple[Listener, ...]:
        """Of the ports that guests ask on. Raises UnavailableError."""
        return listening.listeners((SERVER_PORT, TFTP_PORT, self.http_port))

    @property
    def http_port(self) -> int:
        return self.settings.http.port if self.settings is not None else HTTP_PORT

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        """To a stranger, on every segment that somebody is on. Raises UnavailableError."""
        return tuple(dhcp_probe.offers([each.interface for each in self.asked]))

    @cached_property
    def asked(self) -> tuple[Segment, ...]:
        """The segments with a carrier: a bridge without a port reaches nobody."""
        return tuple(each for each in self.segments if (there := device(each.interface)) and there.has_carrier)

    def bridge_of(self, interface: Interface) -> str:
        """The bridge that it is or will be attached to; empty where it is none, or not known."""
        network = self.networks.get(interface.source) if interface.kind == "network" else None
        return interface.bridge or (network.facts.bridge if network is not None else "")

    def _segments(self) -> Iterator[Segment]:
        """A bridge that is in the settings is netipl's, so it comes last."""
        for name, network in self.networks.items():
            facts = network.facts
            if network.is_active and network.is_served_by_libvirt:
                server = facts.interface.ip if facts.interface is not None else None
                yield Segment(name=name, interface=facts.bridge, server=server, by_netipl=False)
        for each in self.settings.networks() if self.settings is not None else ():
            if each.interface is not None:
                yield Segment(name=each.name, interface=each.interface, server=each.server, by_netipl=True)

    def _is_meant(self, guest: Guest) -> bool:
        if self.only is None:
            return True
        macs = {each.mac for each in guest.next.interfaces}
        return guest.next.uuid == self.only.uuid or not macs.isdisjoint(self.only.macs) or guest.name == self.only.name

    def _is_of_guest(self, segment: Segment) -> bool:
        """All are, unless one guest is looked at."""
        if self.only is None:
            return True
        bridges = {self.bridge_of(each) for guest in self.guests for each in guest.next.interfaces}
        return segment.interface in bridges or (segment.by_netipl and segment.name == self.only.network)

    def _emulators(self) -> tuple[Path | str, ...]:
        named = [each.next.emulator for each in self.guests if each.next.emulator is not None]
        if not isinstance(self.libvirt, UnavailableError):
            named += domain_boot.emulators(self.libvirt.capabilities)
        return tuple(dict.fromkeys(named)) or (self.program,)


def _guest(described: Described) -> Guest:
    now = domain_boot.domain(described.live) if described.live is not None else None
    return Guest(now=now, next=domain_boot.domain(described.inactive or described.xml))


def _installed(program: Path | str) -> Installed | UnavailableError:
    try:
        return firmware_files.installed(qemu.find(program))
    except UnavailableError as error:
        return error
