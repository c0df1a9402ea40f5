"""All checks, in the order in which a boot needs what they look at."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from netipl.errors import NetiplError
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
from netipl.hosting.doctor.outcome import Outcome, wrong
from netipl.hosting.doctor.problems import ProblemId

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


def examined(host: Host, begins: Callable[[str], None] = lambda _: None) -> Iterator[tuple[str, Outcome]]:
    """Every outcome with the name of its check, which `begins` is told. What a check stumbles over keeps no other from
    its turn.
    """
    for name, look in CHECKS.items():
        begins(name)
        try:
            for outcome in look(host):
                yield name, outcome
        except (NetiplError, OSError) as error:
            remedy = error.remedy if isinstance(error, NetiplError) else ""
            yield name, wrong(ProblemId.NOT_LOOKED_AT, name, str(error), evidence="the check itself", remedy=remedy)
