"""Ubuntu Server: an ISO image, which the installer fetches whole.

Sources: Ubuntu's own layout of the live server image for s390x (`ubuntu.ins`), MAAS, casper's `url=`.
"""

import re
from collections.abc import Mapping
from typing import Final

from netipl.media import checksums
from netipl.media.architecture import OURS, demanded
from netipl.media.distribution import Distribution, Level, Row
from netipl.media.levels import level
from netipl.media.medium import Family, Role
from netipl.media.recognition import Further, Recognised
from netipl.media.tree import Tree
from netipl.wire import printable

DISK, SUMS = ".disk/info", "md5sum.txt"
_FILES: Final[Mapping[Role, str]] = {Role.KERNEL: "boot/kernel.ubuntu", Role.INITRD: "boot/initrd.ubuntu"}
_INFO: Final = re.compile(r'(Ubuntu[\w-]*) (\d[\w.]*)( LTS)? "[^"]*" - \D*?([a-z0-9]+)\b(?: \(|$)')

PARAMETERS: Final = (Row(text="ip=dhcp url={medium}/<iso> autoinstall ds=nocloud-net;s={answers}"),)
LEVELS: Final = (
    Level(machine="zEC12", source="its installation guide"),
    Level(since="22.04", machine="z13", source="general knowledge"),
)


def _recognise(tree: Tree) -> Recognised | Further | None:
    info = tree.text(DISK)
    found = _INFO.match(info.strip()) if info is not None else None
    if found is None:
        return None
    version, title = found[2], printable(f"{found[1].replace('-', ' ')} {found[2]}{found[3] or ''}", 80)
    demanded(found[4], title)
    data = tree.clue(SUMS)
    sums = {} if data is None else checksums.decode(data)
    return Recognised(
        family=Family.UBUNTU,
        version=version,
        title=title,
        architecture=OURS,
        files=tuple(tree.boot_file(role, name, sums, title) for role, name in _FILES.items()),
        level=level(LEVELS, title, version),
    )


UBUNTU: Final = Distribution(
    family=Family.UBUNTU,
    what="Ubuntu Server",
    looked_for=DISK,
    clues=(DISK, SUMS),
    recognise=_recognise,
    answers="",
    parameters=PARAMETERS,
    levels=LEVELS,
)
