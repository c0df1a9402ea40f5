"""The settings of kea-dhcp4. Sources: Kea's manual, "Host Reservations", "DHCPv4 Options", "Client Classification".

Options 209 and 210 are given as bytes, since not every Kea has a definition of them.
"""

import json
from collections.abc import Iterator
from typing import Any

from netipl.guests.network import Network
from netipl.integrations.export import hosts
from netipl.integrations.export.hosts import Site
from netipl.provisioning.export import Client

Json = dict[str, Any]  # Any: JSON


def lines(site: Site) -> Iterator[str]:
    """A whole file for kea-dhcp4."""
    for name in site.unrecognised:
        yield f"// guest {name}: its MAC is not known, so Kea cannot tell it from others"
    several = any(len(hosts.macs(client)) > 1 for client in site.clients)
    settings: Json = {
        "interfaces-config": {"interfaces": [each.interface for each in site.networks if each.interface]},
        "lease-database": {"type": "memfile", "persist": True},
        "authoritative": any(network.authoritative for network in site.networks),
        **({"ip-reservations-unique": False} if several else {}),
        "subnet4": [_subnet(number, each, site) for number, each in enumerate(site.networks, 1)],
    }
    yield from json.dumps({"Dhcp4": settings}, indent=2).splitlines()


def _subnet(number: int, network: Network, site: Site) -> Json:
    known_only: Json = {} if hosts.serves_unknown(network) else {"client-class": "KNOWN"}
    unknown = site.unknown if hosts.serves_unknown(network) else None
    return {
        "id": number,
        "subnet": str(network.subnet),
        **({"interface": network.interface} if network.interface else {}),
        **({"relay": {"ip-addresses": sorted(map(str, network.relays))}} if network.relays else {}),
        "valid-lifetime": int(network.lease_time.total_seconds()),
        "next-server": str(site.tftp_server(network)),
        **({"boot-file-name": hosts.boot_file(unknown)} if unknown else {}),
        "option-data": [*_configuration(network), *(_options(unknown) if unknown else ())],
        "pools": [{"pool": f"{pool.first} - {pool.last}", **known_only} for pool in network.pools],
        "reservations": [
            _reservation(client, str(mac))
            for client in site.recognised
            if network in site.networks_of(client)
            for mac in hosts.macs(client)
        ],
    }


def _configuration(network: Network) -> Iterator[Json]:
    """The netmask goes out by itself."""
    yield {"name": "routers", "data": str(hosts.router(network))}
    if network.dns:
        yield {"name": "domain-name-servers", "data": ", ".join(map(str, network.dns))}
    if network.domain is not None:
        yield {"name": "domain-name", "data": network.domain}


def _reservation(client: Client, mac: str) -> Json:
    """An empty boot file is none of its own to Kea; `/` leads the firmware to the same files."""
    address = hosts.address(client)
    return {
        "hw-address": mac,
        "hostname": client.name,
        **({"ip-address": str(address)} if address is not None else {}),
        **({"boot-file-name": hosts.boot_file(client) or "/"} if client.fields is not None else {}),
        "option-data": list(_options(client)),
    }


def _options(client: Client) -> Iterator[Json]:
    for code, value in hosts.options(client):
        yield {"code": code, "csv-format": False, "data": value.encode().hex(), "always-send": True}
