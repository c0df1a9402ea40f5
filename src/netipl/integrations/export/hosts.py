"""What the settings of every DHCP server say of networks and guests, before it is written as one of them wants it.

The firmware takes netmask (option 1) and router (3) only together, and sends no client identifier: a guest is known to
another server by its MACs alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from netipl.guests.network import Network, UnknownClients
from netipl.net import Mac
from netipl.provisioning.export import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Networks, whom they serve, and where: `server` is the TFTP server, ours in each network if None."""

    networks: tuple[Network, ...]
    clients: tuple[Client, ...]
    root: Path
    server: IPv4Address | None = None

    def tftp_server(self, network: Network) -> IPv4Address:
        """What siaddr says in `network`."""
        return self.server or network.server

    @property
    def recognised(self) -> list[Client]:
        """The guests that a DHCP server can tell from others."""
        return [each for each in self.clients if each.guest is not None and each.guest.macs]

    def networks_of(self, client: Client) -> list[Network]:
        """Where `client` is, or could be."""
        return [network for network in self.networks if _may_be_in(network, client)]

    @property
    def unrecognised(self) -> list[str]:
        """The names of those whose MAC is not known."""
        return [each.name for each in self.clients if each.guest is not None and not each.guest.macs]

    @property
    def unknown(self) -> Client | None:
        """What all others get."""
        return next((client for client in self.clients if client.guest is None), None)


def router(network: Network) -> IPv4Address:
    """Never none: without it the firmware does not take the netmask."""
    return network.router or (min(network.relays) if network.relays else network.server)


def serves_unknown(network: Network) -> bool:
    """Whether clients that are no known guests get an address."""
    return network.unknown is UnknownClients.POOL


def macs(client: Client) -> tuple[Mac, ...]:
    """Of a guest."""
    return client.guest.macs if client.guest is not None else ()


def address(client: Client) -> IPv4Address | None:
    """Its own, if it has one."""
    return client.guest.address if client.guest is not None else None


def boot_file(client: Client) -> str:
    """As text; empty where the firmware is to be given none."""
    return client.fields.file.decode() if client.fields is not None else ""


def options(client: Client) -> Iterator[tuple[int, str]]:
    """Options 209 and 210 (RFC 5071), where the method wants them."""
    if client.fields is not None:
        for code, value in ((209, client.fields.configuration_file), (210, client.fields.path_prefix)):
            if value is not None:
                yield code, value.decode()


def _may_be_in(network: Network, client: Client) -> bool:
    guest = client.guest
    if guest is None or guest.network not in {None, network.name}:
        return False
    return guest.address is None or guest.address in network.subnet
