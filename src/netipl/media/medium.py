"""A medium: one version of a distribution's install tree, or a disk image, as it is kept.

What it was imported from is remembered; where its bytes are, the store knows by their sums.
"""

from datetime import datetime
from enum import StrEnum

from netipl.values import value


class Family(StrEnum):
    """Distributions that keep their files, and are installed, alike. Each has its file beside this one."""

    RHEL = "rhel"
    """RHEL, CentOS Stream, AlmaLinux, Rocky and Fedora: `.treeinfo`, kickstart."""
    SUSE = "suse"
    """SLES 12 and 15, openSUSE Leap 15 and Tumbleweed: AutoYaST."""
    AGAMA = "agama"
    """SLES 16 and Leap 16."""
    DEBIAN = "debian"
    UBUNTU = "ubuntu"
    COREOS = "coreos"
    """Fedora CoreOS, RHCOS and the OpenShift agent: Ignition."""
    ALPINE = "alpine"
    DISK_IMAGE = "disk-image"
    """A disk that boots already; the agent writes it."""
    DEBIAN_PACKAGES = "debian-packages"
    """Packages of Debian, as `netipl agent packages` writes them; the agent installs them."""
    AGENT = "agent"
    """The agent itself, as `netipl agent build` makes it."""


class Role(StrEnum):
    """What a file of a medium is for."""

    KERNEL = "kernel"
    INITRD = "initrd"
    ROOTFS = "rootfs"
    """The live system that CoreOS fetches."""
    SQUASHFS = "squashfs"
    """That of Agama."""
    MODLOOP = "modloop"
    """That of Alpine."""
    IMAGE = "image"
    """Of a disk: raw, as it is written."""
    PACKAGES = "packages"
    """An archive of packages."""
    ISO = "iso"
    """The whole medium, where it was imported from one."""


@value(kw_only=True)
class File:
    """One file, whole and verified. `name` is its path on the medium, `sha256` 64 hexadecimal digits, `size` bytes.

    `unpacked` is the size, in bytes, of what is in a compressed image of a disk; None for all else.
    """

    name: str
    sha256: str
    size: int
    unpacked: int | None = None


@value(kw_only=True)
class Medium:
    """`id` names it in URLs and TFTP trees, and never names other bytes; `name` is what people call it by.

    `level` is the oldest machine it runs on, as `z14`, or empty; `has_tree` says that its whole tree is served;
    `packages` are the names of those in its archive.
    """

    id: str
    name: str
    family: Family
    version: str
    title: str
    architecture: str
    source: str
    files: tuple[tuple[Role, File], ...]
    level: str = ""
    has_tree: bool = False
    packages: tuple[str, ...] = ()
    added: datetime
    by: str
