"""All checks, in the order in which a boot needs what they look at."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from netipl.hosting.doctor import (
    cables,
    clock,
    disk,
    domains,
    firewall,
    known,
    labels,
    libvirtd,
    media,
    naming,
    networks,
    offers,
    ports,
    programs,
    settings,
    spanning_tree,
)
from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome

CHECKS: Final[Mapping[str, Callable[[Host], Iterable[Outcome]]]] = MappingProxyType(
    {
        "programs": programs.look,
        "libvirt": libvirtd.look,
        "settings": settings.look,
        "guest": known.look,
        "domains": domains.look,
        "cables": cables.look,
        "networks": networks.look,
        "spanning tree": spanning_tree.look,
        "ports": ports.look,
        "firewall": firewall.look,
        "DHCP servers": offers.look,
        "TFTP server": naming.look,
        "SELinux": labels.look,
        "media": media.look,
        "disk space": disk.look,
        "clock": clock.look,
    }
)
"""By the names that people see."""


def examined(host: Host) -> Iterator[tuple[str, Outcome]]:
    """Every outcome with the name of its check."""
    for name, look in CHECKS.items():
        for outcome in look(host):
            yield name, outcome
