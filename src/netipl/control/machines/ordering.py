"""What a machine that netipl manages is to boot from first, by its guest's build: a table.

The way over the network to the disk is served all the same, so nothing is lost where the order cannot be changed.
"""

from collections.abc import Mapping
from typing import Final

from netipl.guests.build import Build, BuildState
from netipl.integrations.libvirt.domain import Domain
from netipl.integrations.libvirt.domain_xml import BootsFrom

FIRST: Final[Mapping[BuildState, BootsFrom | None]] = {
    BuildState.WAITING: BootsFrom.NETWORK,
    BuildState.LOADING: BootsFrom.NETWORK,
    BuildState.IN_DOUBT: None,
    BuildState.SPENT: None,
    BuildState.FINISHING: BootsFrom.DISK,
    BuildState.DONE: BootsFrom.DISK,
    BuildState.FAILED: None,
    BuildState.CANCELLED: None,
}
"""None: it stays as it is."""


def wanted(domain: Domain, build: Build | None) -> BootsFrom | None:
    """What the next start of `domain` is to try first; None where that is so, or is not to be changed."""
    if build is None or not domain.persistent or domain.facts.boots_from is BootsFrom.OTHER:
        return None
    first = BootsFrom.NETWORK if build.installs else FIRST[build.state]
    if first is BootsFrom.DISK and not domain.facts.disks:
        return None
    return None if first is domain.facts.boots_from else first
