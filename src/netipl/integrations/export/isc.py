"""Lines for ISC dhcpd. Sources: dhcpd.conf(5), "Declarations" and "Host declarations"; dhcp-options(5)."""

from collections.abc import Iterator

from netipl.guests.network import Network
from netipl.integrations.export import hosts
from netipl.integrations.export.hosts import Site
from netipl.provisioning.export import Client

_OPTIONS = {209: "loader-configfile", 210: "loader-pathprefix"}


def lines(site: Site) -> Iterator[str]:
    """A file for dhcpd."""
    for network in site.networks:
        yield f"# network {network.name}"
        yield f"subnet {network.subnet.network_address} netmask {network.subnet.netmask} {{"
        yield from (f"  {line}" for line in _network(network, site))
        yield "}"
    for name in site.unrecognised:
        yield f"# guest {name}: its MAC is not known, so dhcpd cannot tell it from others"
    for client in site.recognised:
        for number, mac in enumerate(hosts.macs(client), 1):
            yield f"host {client.name}-{number} {{"
            yield f"  hardware ethernet {mac};"
            yield from (f"  {line}" for line in _guest(client))
            yield "}"


def _network(network: Network, site: Site) -> Iterator[str]:
    yield f"default-lease-time {int(network.lease_time.total_seconds())};"
    yield f"max-lease-time {int(network.lease_time.total_seconds())};"
    if network.authoritative:
        yield "authoritative;"
    yield f"option routers {hosts.router(network)};"
    if network.dns:
        yield f"option domain-name-servers {', '.join(map(str, network.dns))};"
    if network.domain is not None:
        yield f'option domain-name "{network.domain}";'
    yield f"next-server {site.tftp_server(network)};"
    if hosts.serves_unknown(network) and site.unknown is not None:
        yield from _boot(site.unknown)
    for pool in network.pools:
        yield "pool {"
        if not hosts.serves_unknown(network):
            yield "  deny unknown-clients;"
        yield f"  range {pool.first} {pool.last};"
        yield "}"


def _guest(client: Client) -> Iterator[str]:
    if (address := hosts.address(client)) is not None:
        yield f"fixed-address {address};"
    yield f'option host-name "{client.name}";'
    if client.fields is not None:
        yield from _boot(client)


def _boot(client: Client) -> Iterator[str]:
    yield f'filename "{hosts.boot_file(client)}";'
    for code, value in hosts.options(client):
        yield f'option {_OPTIONS[code]} "{value}";'
