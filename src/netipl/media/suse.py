"""SLES 12 and 15, openSUSE Leap 15 and Tumbleweed: `media.1` or `content`, and AutoYaST.

Sources: openQA's tests of s390x, linuxrc's documentation of `install` and `autoyast`, libzypp's media.1.
"""

import re
from collections.abc import Mapping
from typing import Final

from netipl.errors import RefusedError
from netipl.media import checksums
from netipl.media.architecture import OURS, demanded, named
from netipl.media.distribution import Distribution, Level, Row
from netipl.media.levels import level
from netipl.media.medium import Family, Role
from netipl.media.recognition import Further, Recognised, Signed, Sum
from netipl.media.tree import Tree
from netipl.wire import printable

KERNEL, INITRD = "boot/s390x/linux", "boot/s390x/initrd"
MEDIA, PRODUCTS, CHECKSUMS, CONTENT = "media.1/media", "media.1/products", "CHECKSUMS", "content"

_PRODUCT: Final = re.compile(r"^/ (\S+) (\d+(?:\.\d+)*)(?:-\S*)?$", re.MULTILINE)
_DISTRO: Final = re.compile(r"^DISTRO\s+[^,\s]+:(\d+)(?::sp(\d+))?,(.+)$", re.MULTILINE)
_SERVICE_PACK: Final = re.compile(r"SLE[A-Z]*_?(\d+)-SP(\d+)")
_ROLLING: Final = re.compile(r"20\d{6}")

PARAMETERS: Final = (Row(text="install={tree} autoyast={answers}autoinst.xml ifcfg=*=dhcp"),)
LEVELS: Final = (
    Level(title="SUSE Linux Enterprise", since="12", machine="z10EC", source="general knowledge"),
    Level(title="SUSE Linux Enterprise", since="15", machine="z196", source="general knowledge"),
    Level(title="openSUSE", machine="z196", source="general knowledge"),
)


def _recognise(tree: Tree) -> Recognised | Further | None:
    release = _release(tree)
    if release is None:
        return None
    version, title = release
    if further := _architecture(tree, title):
        return further
    sums = _sums(tree)
    files = tuple(tree.boot_file(role, name, sums, title) for role, name in _BOOT.items())
    return Recognised(
        family=Family.SUSE,
        version=version,
        title=title,
        architecture=OURS,
        files=files,
        level=level(LEVELS, title, version),
        has_tree=True,
        signed=tuple(Signed(name=name, signatures=(f"{name}.asc",)) for name in (CHECKSUMS, CONTENT) if tree.has(name)),
    )


_BOOT: Final[Mapping[Role, str]] = {Role.KERNEL: KERNEL, Role.INITRD: INITRD}


def _release(tree: Tree) -> tuple[str, str] | None:
    """Version and title."""
    if found := _PRODUCT.search(tree.text(PRODUCTS) or ""):
        return found[2], _title(found[1], found[2])
    if found := _DISTRO.search(tree.text(CONTENT) or ""):
        version = f"{found[1]}.{found[2]}" if found[2] else found[1]
        return version, printable(found[3].strip(), 80)
    return None


def _title(product: str, version: str) -> str:
    if pack := _SERVICE_PACK.fullmatch(product):
        return f"SUSE Linux Enterprise Server {pack[1]} SP{pack[2]}"
    if product.startswith("SLE"):
        return f"SUSE Linux Enterprise Server {version}"
    if product.startswith("openSUSE-Leap") or product == "Leap":
        return f"openSUSE Leap {version}"
    if _ROLLING.fullmatch(version):
        return f"openSUSE Tumbleweed {version}"
    return printable(f"{product} {version}", 80)


def _architecture(tree: Tree, title: str) -> Further | None:
    """By what is there, by the name of the build, or by the directories under `boot/`."""
    if KERNEL in _sums(tree) or tree.has(KERNEL):
        return None
    demanded(named("\n".join((tree.text(MEDIA) or "", *_sums(tree), *(tree.sizes or ())))) or OURS, title)
    if further := tree.unread(KERNEL):
        return further
    raise RefusedError(
        f"this is {title}, but {KERNEL} is not there",
        remedy="give the medium that is installed from, as SLE-15-SP6-Full or openSUSE-Leap-NET, not one of packages",
    )


def _sums(tree: Tree) -> Mapping[str, Sum]:
    told: dict[str, Sum] = {}
    for name in (CONTENT, CHECKSUMS):
        if (data := tree.clue(name)) is not None:
            told.update(checksums.decode(data))
    return told


SUSE: Final = Distribution(
    family=Family.SUSE,
    what="SLES 12 and 15, openSUSE Leap 15 and Tumbleweed",
    looked_for=f"{PRODUCTS}, {CONTENT}",
    clues=(MEDIA, PRODUCTS, CHECKSUMS, CONTENT),
    recognise=_recognise,
    answers="autoinst.xml",
    parameters=PARAMETERS,
    levels=LEVELS,
)
