"""What libvirt's dnsmasq is told of single guests: their addresses, and lines for those that boot otherwise than all.

A line cannot be changed while the network runs; a reservation can. Source: dnsmasq(8), `--dhcp-mac`, `--dhcp-boot`,
`--dhcp-option-force`; libvirt src/conf/network_conf.c for the names of hosts.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from netipl.integrations.libvirt.network_edits import Reservation
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.export import Client

_SAME = frozenset({b"", b"/"})
"""Boot files that lead the firmware to the same configurations."""


def reservations(clients: Iterable[Client], subnet: IPv4Network) -> Iterator[Reservation]:
    """Of guests with an address in `subnet`, for the first MAC of each: libvirt gives an address to one MAC only."""
    for client in clients:
        guest = client.guest
        if guest is not None and guest.macs and guest.address is not None and guest.address in subnet:
            name = guest.name if guest.name[0].isalpha() else ""
            yield Reservation(mac=guest.macs[0], name=name, address=guest.address)


def lines(clients: Iterable[Client], boot_file: str) -> Iterator[str]:
    """For guests whose boot file is not the one that all get, and for options 209 and 210."""
    for client in clients:
        if client.guest is None or client.fields is None:
            continue
        tag = f"netipl-{client.name}"
        told = list(_told(client.fields, tag, boot_file.encode()))
        if told:
            yield from (f"dhcp-mac=set:{tag},{mac}" for mac in client.guest.macs)
            yield from told


def _told(fields: BootFields, tag: str, boot_file: bytes) -> Iterator[str]:
    if fields.file != boot_file and not {fields.file, boot_file} <= _SAME:
        yield f"dhcp-boot=tag:{tag},{(fields.file or b'/').decode()}"
    for code, value in ((209, fields.configuration_file), (210, fields.path_prefix)):
        if value is not None:
            yield f"dhcp-option-force=tag:{tag},{code},{value.decode()}"
