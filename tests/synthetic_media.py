"""Every family's install media, small: what each must be recognised as; as files, and as ISO images."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from netipl.media.medium import Family, Role
from tests import media_trees
from tests.media_trees import FOREIGN, Tree

ISO_NAME = "ubuntu-24.04.1-live-server-s390x.iso"


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthetic:
    """One row: the tree as it is for s390x, and what it must be recognised as.

    `foreign` is the same for another architecture. `clue_only` are names that a mirror without listing serves too.
    """

    name: str
    family: Family
    version: str
    title: str
    tree: Tree
    foreign: Tree
    files: Mapping[Role, str]
    level: str = ""
    source: str = ""
    sums: bool = True
    listed: bool = False
    """Whether it can be told only where names can be listed."""


def _row(name: str, made: Callable[..., Tree], **told: object) -> Synthetic:
    return Synthetic(name=name, tree=made(), foreign=made(architecture=FOREIGN), **told)  # type: ignore[arg-type]


def _rhel(name: str, version: str, level: str) -> Synthetic:
    return _row(
        f"{name} {version}",
        partial(media_trees.rhel, name, version),
        family=Family.RHEL,
        version=version,
        title=f"{name} {version}",
        files={Role.KERNEL: "images/kernel.img", Role.INITRD: "images/initrd.img"},
        level=level,
    )


_SUSE = {Role.KERNEL: "boot/s390x/linux", Role.INITRD: "boot/s390x/initrd"}
_DEBIAN = {Role.KERNEL: "generic/kernel.debian", Role.INITRD: "generic/initrd.debian"}


def _suse(product: str, version: str, title: str) -> Synthetic:
    made = partial(media_trees.suse, product, version)
    return _row(title, made, family=Family.SUSE, version=version, title=title, files=_SUSE, level="z196")


def _coreos(prefix: str, kernel: str, made: Callable[..., Tree], *, name: str, version: str, level: str) -> Synthetic:
    files = {
        Role.KERNEL: f"{prefix}{kernel}",
        Role.INITRD: f"{prefix}-live-initramfs.s390x.img",
        Role.ROOTFS: f"{prefix}-live-rootfs.s390x.img",
    }
    return _row(name, made, family=Family.COREOS, version=version, title=f"{name} {version}", files=files, level=level)


def _alpine(name: str, place: str) -> Synthetic:
    files = {Role.KERNEL: "vmlinuz-lts", Role.INITRD: "initramfs-lts", Role.MODLOOP: "modloop-lts"}
    return _row(
        name,
        partial(media_trees.alpine, place=place),
        family=Family.ALPINE,
        version="3.22.1",
        title="Alpine Linux 3.22.1",
        files={role: f"{place}{file}" for role, file in files.items()},
        level="z196",
        sums=False,
    )


def media() -> tuple[Synthetic, ...]:
    """Every row of the reference of media, and the variants within them."""
    return (*_rhels(), *_suses(), *_debians(), *_coreoses(), *_others(), *_for_the_agent())


def _rhels() -> tuple[Synthetic, ...]:
    return (
        _rhel("Red Hat Enterprise Linux", "7.9", "z196"),
        _rhel("Red Hat Enterprise Linux", "8.10", "z13"),
        _rhel("Red Hat Enterprise Linux", "9.4", "z14"),
        _rhel("Red Hat Enterprise Linux", "10.0", "z14"),
        _rhel("CentOS Stream", "9", "z14"),
        _rhel("AlmaLinux", "9.4", "z14"),
        _rhel("Rocky Linux", "9.4", "z14"),
        _rhel("Fedora", "41", "zEC12"),
    )


def _suses() -> tuple[Synthetic, ...]:
    return (
        _suse("SLES15-SP6", "15.6", "SUSE Linux Enterprise Server 15 SP6"),
        _suse("openSUSE-Leap", "15.6", "openSUSE Leap 15.6"),
        _suse("openSUSE", "20241110", "openSUSE Tumbleweed 20241110"),
        _row(
            "SLES 12",
            media_trees.suse_content,
            family=Family.SUSE,
            version="12.5",
            title="SUSE Linux Enterprise Server 12 SP5",
            files=_SUSE,
            level="z10EC",
        ),
        _row(
            "SLES 16",
            media_trees.agama,
            family=Family.AGAMA,
            version="16.0",
            title="SUSE Linux Enterprise Server 16.0",
            files={**_SUSE, Role.SQUASHFS: "LiveOS/squashfs.img"},
            level="z14",
            sums=False,
        ),
    )


def _debians() -> tuple[Synthetic, ...]:
    foreign = media_trees.debian_suite(architectures="all amd64")
    return (
        Synthetic(
            name="Debian, a suite",
            family=Family.DEBIAN,
            version="13.1",
            title="Debian 13.1 (trixie)",
            tree=media_trees.debian_suite(),
            foreign=foreign,
            files={role: f"main/installer-s390x/current/images/{name}" for role, name in _DEBIAN.items()},
            level="z10EC",
        ),
        Synthetic(
            name="Debian, images of the installer",
            family=Family.DEBIAN,
            version="12",
            title="Debian 12 (bookworm)",
            tree=media_trees.debian_installer(),
            foreign=foreign,
            files=_DEBIAN,
            level="z10EC",
            source="http://mirror.example/debian/dists/bookworm/main/installer-s390x/current/images",
        ),
        _row(
            "Debian, an image",
            media_trees.debian_disk,
            family=Family.DEBIAN,
            version="12.5.0",
            title="Debian 12.5.0 (bookworm)",
            files={Role.KERNEL: "boot/kernel.debian", Role.INITRD: "boot/initrd.debian"},
            level="z10EC",
        ),
    )


def _coreoses() -> tuple[Synthetic, ...]:
    fedora, rhel = "41.20241027.3.0", "4.16.3"
    agent = {Role.KERNEL: "kernel", Role.INITRD: "initrd", Role.ROOTFS: "rootfs"}
    return (
        _coreos(
            f"fedora-coreos-{fedora}",
            "-live-kernel.s390x",
            media_trees.coreos,
            name="Fedora CoreOS",
            version=fedora,
            level="zEC12",
        ),
        _coreos(
            f"rhcos-{rhel}-s390x",
            "-live-kernel-s390x",
            media_trees.rhcos,
            name="RHEL CoreOS",
            version=rhel,
            level="z14",
        ),
        _row(
            "OpenShift agent",
            media_trees.openshift_agent,
            family=Family.COREOS,
            version="",
            title="OpenShift agent",
            files={role: f"agent.s390x-{name}.img" for role, name in agent.items()},
            sums=False,
        ),
    )


def _others() -> tuple[Synthetic, ...]:
    return (
        _row(
            "Ubuntu",
            media_trees.ubuntu,
            family=Family.UBUNTU,
            version="24.04.1",
            title="Ubuntu Server 24.04.1 LTS",
            files={Role.KERNEL: "boot/kernel.ubuntu", Role.INITRD: "boot/initrd.ubuntu"},
            level="z13",
        ),
        _alpine("Alpine, a mirror", "releases/s390x/netboot/"),
        _alpine("Alpine, an image", "boot/"),
    )


def _for_the_agent() -> tuple[Synthetic, ...]:
    return (
        _row(
            "the agent",
            media_trees.agent,
            family=Family.AGENT,
            version="0.1.0",
            title="netipl agent 0.1.0",
            files={Role.KERNEL: "kernel", Role.INITRD: "initrd"},
            sums=False,
        ),
        _row(
            "packages of Debian",
            media_trees.debian_packages,
            family=Family.DEBIAN_PACKAGES,
            version="12",
            title="Debian 12, 2 packages",
            files={Role.PACKAGES: "packages.tar"},
            level="z10EC",
        ),
        _row(
            "disk image",
            media_trees.disk_image,
            family=Family.DISK_IMAGE,
            version="41",
            title="Fedora-Cloud-Base-Generic-41-1.4.s390x",
            files={Role.IMAGE: "Fedora-Cloud-Base-Generic-41-1.4.s390x.raw"},
            listed=True,
        ),
    )


def damaged(row: Synthetic) -> Synthetic:
    """Every boot file has one byte more than its sum is of."""
    names = set(row.files.values())
    return replace(row, tree={name: data + b"!" if name in names else data for name, data in row.tree.items()})


def write(tree: Tree, root: Path) -> Path:
    """The tree as files beneath `root`."""
    for name, data in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def iso(tree: Tree, path: Path, *, rock_ridge: bool = True, joliet: bool = False) -> Path:
    """The tree as an ISO 9660 image; without either extension names are cut to capital letters."""
    import pycdlib  # noqa: PLC0415  # unit tests use the trees too, under an s390x Python that has no pycdlib

    image = pycdlib.PyCdlib()
    image.new(
        interchange_level=4 if not (rock_ridge or joliet) else 3,
        rock_ridge="1.09" if rock_ridge else None,
        joliet=3 if joliet else None,
    )
    plain = _IsoNames(unchanged=not (rock_ridge or joliet))
    made: set[str] = set()
    for name, data in tree.items():
        parts = name.split("/")
        for depth in range(1, len(parts)):
            directory = "/".join(parts[:depth])
            if directory not in made:
                made.add(directory)
                image.add_directory(
                    plain.directory(directory),
                    rr_name=parts[depth - 1] if rock_ridge else None,
                    joliet_path=f"/{directory}" if joliet else None,
                )
        image.add_fp(
            io.BytesIO(data),
            len(data),
            plain.file(name),
            rr_name=parts[-1] if rock_ridge else None,
            joliet_path=f"/{name}" if joliet else None,
        )
    image.write(str(path))
    image.close()
    return path


class _IsoNames:
    """A name of ISO 9660 for each path: numbered where the extensions carry the true one."""

    def __init__(self, *, unchanged: bool) -> None:
        self._unchanged = unchanged
        self._known: dict[str, str] = {"": ""}

    def directory(self, path: str) -> str:
        parent, _, name = path.rpartition("/")
        plain = name if self._unchanged else f"D{len(self._known)}"
        self._known[path] = f"{self._known[parent]}/{plain}"
        return self._known[path]

    def file(self, path: str) -> str:
        parent, _, name = path.rpartition("/")
        if self._unchanged:
            return f"{self._known[parent]}/{name}"
        self._known[path] = f"{self._known[parent]}/F{len(self._known)}.;1"
        return self._known[path]
