"""What the keys of a network must agree on where libvirt serves its DHCP: netipl gives no address there, so it has none
to say how. Two DHCP servers on one interface would break the network of the host.
"""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Final

from netipl.guests.network import DhcpServer
from netipl.integrations.libvirt.connection import SYSTEM
from netipl.settings.keys import File, LibvirtKeys
from netipl.settings.problems import Problem, dotted

_OF_OUR_DHCP: Final = ("pools", "relays", "lease_time", "authoritative", "unknown", "method")
"""What netipl's own DHCP server alone goes by."""


def uri(keys: LibvirtKeys | None) -> str:
    """Where that libvirt is; without a table it is the system's."""
    return keys.uri if keys is not None else SYSTEM


def disagreements(file: File, _: Path) -> Iterator[Problem]:
    for name, network in file.networks.items():
        key = ("networks", name)
        if network.dhcp is DhcpServer.NETIPL:
            if network.libvirt_network is not None:
                remedy = 'add dhcp = "libvirt", or take libvirt_network out'
                yield Problem(key=(*key, "libvirt_network"), what="netipl itself serves DHCP here", remedy=remedy)
            continue
        if network.interface is None and network.libvirt_network is None:
            remedy = 'add libvirt_network = "default", or interface = "virbr0", its bridge'
            yield Problem(key=(*key, "dhcp"), what="it does not say which libvirt network", remedy=remedy)
        for each in _OF_OUR_DHCP:
            if each in network.model_fields_set:
                remedy = "take it out; what libvirt's dnsmasq gives is said in the libvirt network"
                yield Problem(key=(*key, each), what="libvirt serves DHCP here, not netipl", remedy=remedy)
    yield from _one_server_for_each_interface(file)


def _one_server_for_each_interface(file: File) -> Iterator[Problem]:
    for (one, first), (other, second) in combinations(file.networks.items(), 2):
        if first.interface is not None and first.interface == second.interface and first.dhcp is not second.dhcp:
            what = f"{dotted(('networks', one))} has another DHCP server on {first.interface}"
            remedy = "give both networks the same dhcp: two DHCP servers on one interface contradict each other"
            yield Problem(key=("networks", other, "dhcp"), what=what, remedy=remedy)
