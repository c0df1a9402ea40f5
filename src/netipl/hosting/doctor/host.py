"""What the checks look at, each thing read once and when it is first asked for: settings, libvirt, ports, the wire.

Only reads, with the caller's rights. What cannot be read is an error here, and an outcome of the check that needs it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from uuid import UUID

from netipl.errors import NetiplError, UnavailableError
from netipl.firmware.rules import Severity
from netipl.firmware.tftp_client import SERVER_PORT as TFTP_PORT
from netipl.hosting.networks.situation import Situation, look_at_all
from netipl.integrations import dhcp_probe, listening
from netipl.integrations.devices import device
from netipl.integrations.dhcp_probe import Offer
from netipl.integrations.libvirt import domain_boot, overview
from netipl.integrations.libvirt.connection import Connection
from netipl.integrations.libvirt.domain_boot import S390X, Domain, Interface
from netipl.integrations.libvirt.network_record import Server
from netipl.integrations.libvirt.network_xml import NetworkFacts
from netipl.integrations.libvirt.overview import Described
from netipl.integrations.listening import Listener
from netipl.machines import firmware_files, qemu
from netipl.machines.firmware_files import Installed
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import SERVER_PORT
from netipl.settings.keys import HttpKeys
from netipl.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFinding:
    """What is wrong with a plan, as the daemon tells it."""

    severity: Severity
    rule: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the daemon knows of a guest: its marks, its network with that one's interface, and its plan.

    `purpose` is empty where its firmware is given nothing.
    """

    name: str
    uuid: UUID | None = None
    macs: tuple[Mac, ...] = ()
    network: str = ""
    interface: str = ""
    purpose: str = ""
    files: int = 0
    findings: tuple[PlanFinding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """The one guest that is looked at, and what the daemon knows of it, or why that is not known."""

    name: str
    known: Known | NetiplError


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
class Libvirt:
    """What was read of it; capabilities are XML."""

    version: str
    capabilities: str
    situations: tuple[Situation, ...]
    domains: tuple[Described, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """An interface on which guests boot. `address` is ours there, with the subnet.

    `by` is who is to serve it; None for somebody whom neither the settings nor libvirt know.
    """

    name: str
    interface: str
    address: IPv4Interface | None
    by: Server | None
    dhcp: Server | None = None
    """Who answers DHCP there, where that is somebody else."""

    @property
    def server(self) -> IPv4Address | None:
        return self.address.ip if self.address is not None else None

    def __str__(self) -> str:
        return f"network {self.name}" if self.by is not None else f"bridge {self.interface}"


@dataclass(kw_only=True)
class Host:
    """`uri` is that of libvirt; `program` is the QEMU that is looked for beside those that libvirt names."""

    uri: str
    settings: Settings | None = None
    settings_error: NetiplError | None = None
    program: Path | str = qemu.PROGRAM
    only: Only | None = None

    @cached_property
    def now(self) -> datetime:
        return datetime.now(UTC)

    @property
    def runs_guests(self) -> bool:
        """Whether libvirt's guests run here: devices, ports and files of another host cannot be seen."""
        return Connection(None, self.uri).is_local

    @cached_property
    def libvirt(self) -> Libvirt | NetiplError:
        try:
            return overview.seen(self.uri, _read)
        except NetiplError as error:
            return error

    @cached_property
    def networks(self) -> dict[str, Situation]:
        """Those of libvirt, by name; none where it is not reached."""
        situations = () if isinstance(self.libvirt, NetiplError) else self.libvirt.situations
        return {each.name: each for each in situations}

    @cached_property
    def booted_over(self) -> tuple[Situation, ...]:
        """The networks that guests are on, or, unless one guest is looked at, that were made for boots."""
        used = {each.source for guest in self.guests for each in guest.next.interfaces if each.kind == "network"}
        return tuple(
            each
            for name, each in self.networks.items()
            if name in used or (self.only is None and _is_for_boots(each.now))
        )

    @property
    def free(self) -> tuple[Situation, ...]:
        """The networks that a guest could be put on, where there is none yet."""
        if self.guests or self.only is not None:
            return ()
        others = (each for each in self.networks.values() if each not in self.booted_over)
        return tuple(each for each in others if each.now.has_own_bridge)

    @cached_property
    def guests(self) -> tuple[Guest, ...]:
        """Domains for s390x that are looked at; none where libvirt is not reached."""
        if isinstance(self.libvirt, NetiplError):
            return ()
        found = map(_guest, self.libvirt.domains)
        return tuple(each for each in found if each.next.architecture == S390X and self._is_meant(each))

    @cached_property
    def programs(self) -> tuple[Installed | UnavailableError, ...]:
        """Of the emulators that guests are run with, those of libvirt, and the one in PATH."""
        return tuple(map(_installed, self._emulators()))

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Those of the settings, of libvirt's networks, and of other bridges that guests are on."""
        found = {each.interface: each for each in self._segments()}
        return tuple(each for each in found.values() if self._is_of_guest(each))

    @cached_property
    def listeners(self) -> tuple[Listener, ...]:
        """Of the ports that guests ask on. Raises UnavailableError."""
        return listening.listeners((SERVER_PORT, TFTP_PORT, self.http_port))

    @property
    def http_port(self) -> int:
        return (self.settings.http if self.settings is not None else HttpKeys()).port

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
        return interface.bridge or (network.now.bridge if network is not None else "")

    def _segments(self) -> Iterator[Segment]:
        """What is known best comes last: a bridge that is in the settings is netipl's."""
        if self.runs_guests:
            yield from self._segments_of_libvirt()
        for network in self.settings.networks() if self.settings is not None else ():
            if network.interface is not None:
                address = IPv4Interface(f"{network.server}/{network.subnet.prefixlen}")
                dhcp = Server.DNSMASQ if network.is_libvirts else None
                yield Segment(
                    name=network.name, interface=network.interface, address=address, by=Server.NETIPL, dhcp=dhcp
                )

    def _segments_of_libvirt(self) -> Iterator[Segment]:
        for guest in self.guests:
            for each in guest.next.interfaces:
                if bridge := self.bridge_of(each):
                    yield Segment(name=bridge, interface=bridge, address=None, by=None)
        for situation in self.booted_over:
            facts = situation.running
            if facts is not None and facts.has_dhcp and facts.server is not Server.NETIPL:
                name, address = situation.name, facts.interface
                yield Segment(name=name, interface=facts.bridge, address=address, by=Server.DNSMASQ)

    def _is_meant(self, guest: Guest) -> bool:
        if self.only is None:
            return True
        known = self.only.known
        if not isinstance(known, Known):
            return guest.name == self.only.name
        return guest.next.uuid == known.uuid or any(each.mac in known.macs for each in guest.next.interfaces)

    def _is_of_guest(self, segment: Segment) -> bool:
        """All are, unless one guest is looked at."""
        if self.only is None:
            return True
        known = self.only.known
        bridges = {self.bridge_of(each) for guest in self.guests for each in guest.next.interfaces}
        return segment.interface in bridges or (isinstance(known, Known) and segment.interface == known.interface)

    def _emulators(self) -> tuple[Path | str, ...]:
        if not self.runs_guests:
            return (self.program,)
        named = [each.next.emulator for each in self.guests if each.next.emulator is not None]
        if not isinstance(self.libvirt, NetiplError):
            named += domain_boot.emulators(self.libvirt.capabilities)
        return tuple(dict.fromkeys(named)) or (self.program,)


def _read(connection: Connection) -> Libvirt:
    return Libvirt(
        version=overview.version(connection),
        capabilities=overview.capabilities(connection),
        situations=tuple(look_at_all(connection)),
        domains=overview.domains(connection),
    )


def _is_for_boots(facts: NetworkFacts) -> bool:
    return facts.server is not None or facts.tftp_root is not None or facts.boot_file is not None


def _guest(described: Described) -> Guest:
    now = domain_boot.domain(described.live) if described.live is not None else None
    return Guest(now=now, next=domain_boot.domain(described.inactive or described.live or ""))


def _installed(program: Path | str) -> Installed | UnavailableError:
    try:
        return firmware_files.installed(qemu.find(program))
    except UnavailableError as error:
        return error
