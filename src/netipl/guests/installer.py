"""Which kind of installer a medium boots, and so which kind of answers it takes; or which one a template is made for.

A disk image is written, and packages are installed, by the agent, which takes orders.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from netipl.answers.kind import Kind
from netipl.media.medium import Family, Medium

AGENT: Final = "agent"
"""The medium of the agent, where a profile names none."""

KINDS: Final[Mapping[Family, Kind]] = MappingProxyType(
    {
        Family.RHEL: Kind.KICKSTART,
        Family.SUSE: Kind.AUTOYAST,
        Family.AGAMA: Kind.AGAMA,
        Family.DEBIAN: Kind.PRESEED,
        Family.UBUNTU: Kind.AUTOINSTALL,
        Family.COREOS: Kind.IGNITION,
        Family.ALPINE: Kind.ALPINE,
        Family.DISK_IMAGE: Kind.ORDERS,
        Family.DEBIAN_PACKAGES: Kind.ORDERS,
        Family.AGENT: Kind.ORDERS,
    }
)


def kind_of(medium: Medium | None, template: str | None) -> Kind | None:
    """By the medium; without one by the name of a shipped template, where it is that of a kind."""
    if medium is not None:
        return KINDS[medium.family]
    return next((kind for kind in Kind if kind == template), None)
