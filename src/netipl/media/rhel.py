"""RHEL, CentOS Stream, AlmaLinux, Rocky and Fedora: `.treeinfo`, or `.discinfo` on images that have no other.

Sources: lorax (share/templates.d/99-generic/s390.tmpl), productmd, anaconda's documentation of its boot options.
"""

from collections.abc import Mapping
from typing import Final

from netipl.errors import RefusedError, WireError
from netipl.media import treeinfo
from netipl.media.architecture import OURS, demanded
from netipl.media.distribution import Distribution, Level, Release, Row
from netipl.media.levels import level
from netipl.media.medium import Family, Role
from netipl.media.recognition import Further, Recognised, Signed, Sum
from netipl.media.tree import Tree
from netipl.wire import printable

_TREEINFO, _DISCINFO = ".treeinfo", ".discinfo"
_IMAGES: Final[Mapping[Role, str]] = {Role.KERNEL: "kernel", Role.INITRD: "initrd"}
_USUAL: Final[Mapping[str, str]] = {"kernel": "images/kernel.img", "initrd": "images/initrd.img"}
_OTHERS: Final = ("openSUSE", "SUSE")
"""Whose trees have a `.treeinfo` too."""

PARAMETERS: Final = (
    Row(since="7", text="ip=dhcp inst.repo={tree} rd.neednet=1 ks={answers}ks.cfg inst.cmdline"),
    Row(since="8", text="ip=dhcp inst.repo={tree} rd.neednet=1 inst.ks={answers}ks.cfg inst.ks.sendmac inst.cmdline"),
    Row(
        title="Fedora",
        text="ip=dhcp inst.repo={tree} rd.neednet=1 inst.ks={answers}ks.cfg inst.ks.sendmac inst.cmdline",
    ),
)
LEVELS: Final = (
    Level(since="7", machine="z196", source="general knowledge"),
    Level(since="8", machine="z13", source="general knowledge"),
    Level(since="9", machine="z14", source="release notes of 9 and 10; its glibc says so on a z13"),
    Level(title="Fedora", machine="zEC12", source="general knowledge"),
)


def _recognise(tree: Tree) -> Recognised | Further | None:
    data = tree.clue(_TREEINFO)
    if data is None:
        return _by_discinfo(tree)
    info = treeinfo.decode(data)
    if info.name.startswith(_OTHERS):
        return None
    release = _release(info.name, info.version)
    demanded(info.architecture, release.title)
    images = info.images
    if not {*_IMAGES.values()} <= images.keys():
        if further := tree.unread(*_USUAL.values()):
            return further
        if not all(map(tree.has, _USUAL.values())):
            raise RefusedError(
                f"this is {release.title} for {OURS}, and it has no boot files",
                remedy="give the tree that can be installed from: BaseOS of RHEL and its like, Server of Fedora",
            )
        images = _USUAL
    signed = (Signed(name=_TREEINFO, signatures=(f"{_TREEINFO}.asc",)),)
    return _found(tree, release, images, info.sums, signed)


def _by_discinfo(tree: Tree) -> Recognised | None:
    """A time, the release, the architecture, each on its line; and boot files where lorax puts them."""
    lines = (tree.text(_DISCINFO) or "").splitlines()
    if len(lines) < 3:
        return None
    name, _, version = lines[1].strip().rpartition(" ")
    release = _release(name or "Fedora", version)
    demanded(lines[2].strip(), release.title)
    return _found(tree, release, _USUAL, {}, ())


def _found(
    tree: Tree, release: Release, images: Mapping[str, str], sums: Mapping[str, Sum], signed: tuple[Signed, ...]
) -> Recognised:
    return Recognised(
        family=Family.RHEL,
        version=release.version,
        title=release.title,
        architecture=OURS,
        files=tuple(tree.boot_file(role, images[key], sums, release.title) for role, key in _IMAGES.items()),
        level=level(LEVELS, release.title, release.version),
        has_tree=True,
        signed=signed,
    )


def _release(name: str, version: str) -> Release:
    """`Fedora` with `41`; a name that ends in the version stays as it is."""
    if not version or version != printable(version, 40):
        raise WireError(f"'{printable(version, 40)}' is no version of {printable(name, 60)}")
    return Release(printable(name if name.endswith(f" {version}") else f"{name} {version}", 80), version)


RHEL: Final = Distribution(
    family=Family.RHEL,
    what="RHEL, CentOS Stream, AlmaLinux, Rocky Linux, Fedora",
    looked_for=_TREEINFO,
    clues=(_TREEINFO, _DISCINFO),
    recognise=_recognise,
    answers="ks.cfg",
    parameters=PARAMETERS,
    levels=LEVELS,
)
