"""Lines for dnsmasq, which serves the directory by TFTP too. Source: dnsmasq(8), `--dhcp-host`, `--dhcp-boot`.

Strangers are kept out of pools, since `--dhcp-ignore` is decided before dnsmasq knows the network.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from netipl.guests.network import Network
from netipl.integrations.export import hosts
from netipl.integrations.export.hosts import Site
from netipl.provisioning.export import Client


def lines(site: Site) -> Iterator[str]:
    """A file for /etc/dnsmasq.d."""
    for network in site.networks:
        yield f"# network {network.name}"
        if network.interface is not None:
            yield f"interface={network.interface}"
        yield from _network(network)
    for name in site.unrecognised:
        yield f"# guest {name}: its MAC is not known, so dnsmasq cannot tell it from others"
    for client in site.recognised:
        yield from _guest(client, site)
    if site.unknown is not None:
        for network in filter(hosts.serves_unknown, site.networks):
            yield f"# unknown clients of {network.name}"
            yield from _boot(site.unknown, f"tag:{network.name},tag:!known", site.tftp_server(network))
    if any(network.authoritative for network in site.networks):
        yield "dhcp-authoritative"
    yield "# the directory"
    yield "enable-tftp"
    yield f"tftp-root={site.root}"


def _network(network: Network) -> Iterator[str]:
    tag, mask = network.name, network.subnet.netmask
    seconds = int(network.lease_time.total_seconds())
    whom = "" if hosts.serves_unknown(network) else "tag:known,"
    for pool in network.pools:
        yield f"dhcp-range={whom}set:{tag},{pool.first},{pool.last},{mask},{seconds}"
    yield f"dhcp-range=set:{tag},{network.subnet.network_address},static,{mask},{seconds}"
    yield f"dhcp-option=tag:{tag},option:router,{hosts.router(network)}"
    if network.dns:
        yield f"dhcp-option=tag:{tag},option:dns-server,{','.join(map(str, network.dns))}"
    if network.domain is not None:
        yield f"dhcp-option=tag:{tag},option:domain-name,{network.domain}"


def _guest(client: Client, site: Site) -> Iterator[str]:
    tag = f"guest-{client.name}"
    given = [f"set:{tag}", str(hosts.address(client) or ""), client.name]
    yield f"# guest {client.name}"
    yield f"dhcp-host={','.join([*map(str, hosts.macs(client)), *filter(None, given)])}"
    for network in site.networks_of(client):
        yield from _boot(client, f"tag:{network.name},tag:{tag}", site.tftp_server(network))


def _boot(client: Client, tags: str, server: IPv4Address) -> Iterator[str]:
    if client.fields is None:
        return
    yield f"dhcp-boot={tags},{hosts.boot_file(client)},,{server}"
    for code, value in hosts.options(client):
        yield f"dhcp-option-force={tags},{code},{value}"
