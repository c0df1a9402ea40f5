"""What is known of one network before anything is done with it: its definition, how it runs, what is on its bridge."""

from dataclasses import dataclass, replace

from netipl.errors import RefusedError, UnavailableError
from netipl.hosting.networks import kept
from netipl.hosting.networks.kept import Kept
from netipl.integrations.bridges import bridges
from netipl.integrations.bridges.bridges import Bridge, Port
from netipl.integrations.libvirt import network_owned, networks
from netipl.integrations.libvirt.connection import Connection
from netipl.integrations.libvirt.dnsmasq_user import dnsmasq_user
from netipl.integrations.libvirt.domain_taps import Tap
from netipl.integrations.libvirt.network_record import Server
from netipl.integrations.libvirt.network_xml import NetworkFacts, facts
from netipl.integrations.libvirt.networks import LibvirtNetwork
from netipl.integrations.libvirt.xml_text import parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """`running` is None while it does not run. Of bridges, ports and taps nothing is known on another host."""

    connection: Connection
    network: LibvirtNetwork
    defined_xml: str
    running_xml: str | None
    is_persistent: bool
    starts_by_itself: bool
    bridge: Bridge | None
    ports: tuple[Port, ...]
    taps: tuple[Tap, ...]
    """Of running guests that belong to it."""
    interrupted: Kept | None = None
    """What a restart that was interrupted has not put back; None where none was."""

    @property
    def name(self) -> str:
        return self.defined.name

    @property
    def defined(self) -> NetworkFacts:
        """As it will be when it is started next."""
        return facts(self.defined_xml)

    @property
    def running(self) -> NetworkFacts | None:
        return None if self.running_xml is None else facts(self.running_xml)

    @property
    def now(self) -> NetworkFacts:
        """As it runs, or would."""
        return self.running or self.defined

    @property
    def server(self) -> Server | None:
        """Whom netipl has made serve it: as it is defined, or still runs where the definition was taken back."""
        return self.defined.server or self.now.server

    @property
    def guests(self) -> tuple[str, ...]:
        """The names of running guests on it."""
        return tuple(dict.fromkeys(tap.guest for tap in self.taps))

    @property
    def lost(self) -> tuple[Tap, ...]:
        """Taps of running guests that are on no bridge, though the network runs: no frame gets through."""
        if self.bridge is None:
            return ()
        return tuple(tap for tap in self.taps if bridges.is_stray(Port(device=tap.device)))

    @property
    def stray(self) -> tuple[Port, ...]:
        """What is on no bridge and belongs on that of the network, whether it runs or not."""
        if not is_here(self.connection):
            return ()
        ports = {tap.device: Port(device=tap.device) for tap in self.taps}
        ports |= {port.device: port for port in self.interrupted.ports} if self.interrupted else {}
        return tuple(filter(bridges.is_stray, ports.values()))

    @property
    def left(self) -> Kept:
        """What is to be put back: what is stray, and the rest of a restart that was interrupted."""
        return replace(self.interrupted or Kept(), ports=self.stray)

    def called(self, port: Port) -> str:
        """With its guest, if it is the tap of one."""
        guest = next((tap.guest for tap in self.taps if tap.device == port.device), None)
        return port.device if guest is None else f"{port.device} of {guest}"

    @property
    def others(self) -> tuple[Port, ...]:
        """What is on the bridge or put back on it, and no tap of a guest: it may lead to other bridges, and back."""
        taps = {tap.device for tap in self.taps}
        return tuple(port for port in (*self.ports, *self.stray) if port.device not in taps)

    @property
    def differs(self) -> tuple[str, ...]:
        """The parts in which its definition is another since it was started."""
        if self.running_xml is None:
            return ()
        defined, running = map(_compared, (self.defined_xml, self.running_xml))
        names = (name for name in dict.fromkeys((*defined, *running)) if defined.get(name) != running.get(name))
        return tuple(name for name in names if name not in self.running_only)

    @property
    def running_only(self) -> tuple[str, ...]:
        """Reservations that somebody has put into the running network, and not into its definition."""
        if self.running_xml is None:
            return ()
        defined, running = (network_owned.read(parsed(text)) for text in (self.defined_xml, self.running_xml))
        return tuple(name for name in running if name.startswith(network_owned.HOST) and name not in defined)

    @property
    def dnsmasq_user(self) -> str:
        """Who has to read the TFTP root."""
        return dnsmasq_user(self.name)


def look(connection: Connection, name: str) -> Situation:
    """Raises MissingError and UnavailableError."""
    return _situation(connection, networks.network(connection, name), networks.running_taps(connection))


def look_at_all(connection: Connection) -> list[Situation]:
    """By name. Raises UnavailableError."""
    taps = networks.running_taps(connection)
    return [_situation(connection, each, taps) for each in networks.networks(connection)]


def is_here(connection: Connection) -> bool:
    """Whether bridges are those of this host."""
    return connection.is_local and not connection.is_session


def require_this_host(connection: Connection) -> None:
    """Raises UnavailableError where bridges and files are not those of the libvirt that is asked."""
    if connection.is_session:
        message = f"{connection.uri} is a user's own libvirt, which makes no bridges"
        raise UnavailableError(message, remedy="use qemu:///system, as root or in the group libvirt")
    if not connection.is_local:
        message = f"{connection.uri} is another host: its bridges and files cannot be changed from here"
        raise UnavailableError(message, remedy="run netipl there, with qemu:///system")


def require_dnsmasq(facts: NetworkFacts) -> None:
    """Raises RefusedError for a network on which libvirt runs no dnsmasq."""
    if facts.is_macvtap:
        message = f"the network {facts.name} is macvtap ({facts.mode}): its guests cannot reach this host"
        raise RefusedError(message, remedy="serve them from another host, or use a network with a bridge")
    if not facts.has_own_bridge or facts.interface is None:
        message = f"libvirt runs no dnsmasq on the network {facts.name} (mode {facts.mode})"
        raise RefusedError(message, remedy="serve its bridge with netipl: a table in the settings names the interface")


def _situation(connection: Connection, network: LibvirtNetwork, taps: tuple[Tap, ...]) -> Situation:
    is_active = network.is_active
    defined_xml = network.defined_xml()
    here = is_here(connection)
    found = facts(network.xml())
    device = found.bridge
    return Situation(
        connection=connection,
        network=network,
        defined_xml=defined_xml,
        running_xml=network.xml() if is_active else None,
        is_persistent=network.is_persistent,
        starts_by_itself=network.starts_by_itself,
        bridge=bridges.bridge(device) if here and device else None,
        ports=bridges.ports(device) if here and device else (),
        taps=tuple(tap for tap in taps if tap.network == network.name or (device and tap.bridge == device)),
        interrupted=kept.read(found.uuid) if here and found.has_own_bridge else None,
    )


def _compared(xml: str) -> dict[str, str]:
    network = parsed(xml)
    return network_owned.others(network) | network_owned.read(network)
