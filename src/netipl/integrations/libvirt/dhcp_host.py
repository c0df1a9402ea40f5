"""What has to be so in a libvirt network for libvirt to serve its DHCP, and netipl the files.

Its dnsmasq must have DHCP, no TFTP, whose port is netipl's then, and a boot file that leads the firmware to look for
configurations: `/`, or none (firmware.md, "DHCP client"). Source: libvirt, formatnetwork.html.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from netipl.integrations.libvirt.network_record import Server
from netipl.integrations.libvirt.network_xml import NetworkFacts
from netipl.values import value

_LEADS_ON: Final = frozenset({None, "", "/"})


@value(kw_only=True)
class Obstacle:
    """What is in the way. With `stops` no host can be given its address there."""

    what: str
    remedy: str
    stops: bool = False


def obstacles(facts: NetworkFacts, subnet: IPv4Network, server: IPv4Address) -> Iterator[Obstacle]:
    """In the network of `facts`, which the settings say to be `subnet`, with netipl at `server`."""
    yield from _without_dhcp(facts, subnet)
    edit = f"virsh net-edit {facts.name}, then virsh net-destroy {facts.name} and virsh net-start {facts.name}"
    if facts.tftp_root is not None or any(each.lstrip().startswith("enable-tftp") for each in facts.options):
        what = f"the dnsmasq of libvirt network {facts.name} serves TFTP, which is netipl's there"
        yield Obstacle(what=what, remedy=f"take <tftp> out: {edit}")
    if facts.boot_file not in _LEADS_ON and facts.boot_file != "pxelinux.0":
        what = f"libvirt network {facts.name} names the boot file {facts.boot_file}, so no configuration is looked for"
        yield Obstacle(what=what, remedy=f"write <bootp file='/'/>: {edit}")
    if facts.boot_server and facts.boot_server != str(server):
        what = f"libvirt network {facts.name} sends its guests to {facts.boot_server} for their files"
        yield Obstacle(what=what, remedy=f"write <bootp file='/' server='{server}'/>: {edit}")


def _without_dhcp(facts: NetworkFacts, subnet: IPv4Network) -> Iterator[Obstacle]:
    if not facts.has_own_bridge:
        what = f"libvirt runs no DHCP server in its network {facts.name}, whose forward mode is {facts.mode}"
        yield Obstacle(what=what, remedy="name another network, or let netipl serve its DHCP", stops=True)
    elif facts.server is Server.NETIPL:
        what = f"netipl has taken DHCP from libvirt network {facts.name}"
        yield Obstacle(what=what, remedy=f"give it back: netipl network disable {facts.name}", stops=True)
    elif facts.interface is None or facts.interface.network != subnet:
        there = facts.interface.network if facts.interface is not None else "no IPv4 subnet"
        what = f"libvirt network {facts.name} has {there}, and the settings say {subnet}"
        yield Obstacle(what=what, remedy="correct subnet in the settings", stops=True)
