"""All families in one table, in the order in which a tree is compared with them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from netipl.media.agama import AGAMA
from netipl.media.agent import AGENT
from netipl.media.alpine import ALPINE
from netipl.media.coreos import COREOS
from netipl.media.debian import DEBIAN
from netipl.media.debian_packages import DEBIAN_PACKAGES
from netipl.media.disk_image import DISK_IMAGE
from netipl.media.distribution import Distribution
from netipl.media.medium import Family
from netipl.media.rhel import RHEL
from netipl.media.suse import SUSE
from netipl.media.ubuntu import UBUNTU

FAMILIES: Final[Mapping[Family, Distribution]] = MappingProxyType(
    {
        each.family: each
        for each in (AGENT, DEBIAN_PACKAGES, COREOS, RHEL, AGAMA, SUSE, UBUNTU, DEBIAN, ALPINE, DISK_IMAGE)
    }
)
