"""SLES 16 and openSUSE Leap 16: a live image that runs Agama.

Sources: Agama's live image (live/config-cdroot), its documentation of boot options; names of boot files as the live
image for s390x is laid out. None was run here.
"""

import re
from collections.abc import Mapping
from typing import Final

from netipl.media import checksums
from netipl.media.architecture import OURS, demanded, named
from netipl.media.distribution import Distribution, Level, Row
from netipl.media.levels import level
from netipl.media.medium import Family, Role
from netipl.media.recognition import Further, Recognised, Signed
from netipl.media.suse import CHECKSUMS, INITRD, KERNEL
from netipl.media.tree import Tree

SQUASHFS, INFO = "LiveOS/squashfs.img", "LiveOS/.info"

_FILES: Final[Mapping[Role, str]] = {Role.KERNEL: KERNEL, Role.INITRD: INITRD, Role.SQUASHFS: SQUASHFS}
_RELEASE: Final = re.compile(r"(SLES?|Leap)[-_ ]?(1[6-9]\.\d+|1[6-9])(?![\d])", re.IGNORECASE)
_TITLES: Final = {
    "sle": "SUSE Linux Enterprise Server",
    "sles": "SUSE Linux Enterprise Server",
    "leap": "openSUSE Leap",
}
_OLDEST: Final = "16.0"

PARAMETERS: Final = (Row(text="root=live:{medium}/<squashfs> ip=dhcp rd.neednet=1 inst.auto={answers}agama.json"),)
LEVELS: Final = (
    Level(title="SUSE Linux Enterprise", since="16", machine="z14", source="general knowledge"),
    Level(title="openSUSE", since="16", machine="z14", source="general knowledge"),
)


def _recognise(tree: Tree) -> Recognised | Further | None:
    if not tree.has(SQUASHFS):
        return None
    info = tree.text(INFO) or ""
    foreign = named("\n".join(name for name in tree.sizes or () if name.startswith("boot/")))
    title, version = _release(info, tree.source)
    demanded(named(info) or foreign or OURS, title)
    if further := tree.unread(KERNEL):
        return further
    data = tree.clue(CHECKSUMS)
    sums = {} if data is None else checksums.decode(data)
    return Recognised(
        family=Family.AGAMA,
        version=version,
        title=title,
        architecture=OURS,
        files=tuple(tree.boot_file(role, name, sums, title) for role, name in _FILES.items()),
        level=level(LEVELS, title, version),
        has_tree=True,
        signed=() if data is None else (Signed(name=CHECKSUMS, signatures=(f"{CHECKSUMS}.asc",)),),
    )


def _release(info: str, source: str) -> tuple[str, str]:
    """Title and version, as the image says them, or the name that it has."""
    found = _RELEASE.search(info) or _RELEASE.search(source)
    name, version = ("Agama", _OLDEST) if found is None else (_TITLES[found[1].lower()], found[2])
    return f"{name} {version}", version


AGAMA: Final = Distribution(
    family=Family.AGAMA,
    what="SLES 16, openSUSE Leap 16",
    looked_for=SQUASHFS,
    clues=(SQUASHFS, INFO, CHECKSUMS),
    recognise=_recognise,
    answers="agama.json",
    parameters=PARAMETERS,
    levels=LEVELS,
)
