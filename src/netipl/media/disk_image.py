"""One file that is the image of a disk: told by its name alone, since every disk looks different inside."""

import re
from typing import Final

from netipl.media import sums_beside
from netipl.media.architecture import OURS, demanded, named
from netipl.media.distribution import Distribution, Row
from netipl.media.medium import Family, Role
from netipl.media.recognition import Further, Recognised
from netipl.media.tree import Tree
from netipl.wire import printable

NAME: Final = re.compile(r"([^/]+?)\.(?:qcow2|raw|img|dasd)(?:\.(?:gz|xz|zst|zstd))?")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)*")

PARAMETERS: Final = (Row(text=""),)
"""The agent has its own; this medium boots nothing."""


def _recognise(tree: Tree) -> Recognised | Further | None:
    images = [name for name in tree.sizes or () if NAME.fullmatch(name)]
    if len(images) != 1 or len(set(tree.sizes or ()) - _beside(images[0])) != 1:
        return None
    found = NAME.fullmatch(images[0])
    assert found is not None  # it was chosen by that
    if further := tree.unread(*sums_beside.names(images[0])):
        return further
    title, theirs = printable(found[1], 80), named(images[0])
    demanded(theirs or OURS, title)
    number = _NUMBER.search(re.sub(r"s390x|qcow2", "", found[1]))
    told = sums_beside.sum_of(images[0], tree.clues)
    sums = {} if told is None else {images[0]: told[0]}
    return Recognised(
        family=Family.DISK_IMAGE,
        version=number[0] if number else "",
        title=title,
        architecture=OURS,
        files=(tree.boot_file(Role.IMAGE, images[0], sums, title),),
        signed=() if told is None else (told[1],),
        warnings=() if theirs else (f"the name of the image does not say that it is for {OURS}",),
    )


def _beside(image: str) -> set[str]:
    """Names of what may lie with the image and say its sum."""
    lists = set(sums_beside.names(image))
    return lists | {signature for name in lists for signature in sums_beside.signatures_of(name)}


DISK_IMAGE: Final = Distribution(
    family=Family.DISK_IMAGE,
    what="the image of a disk",
    looked_for="one image, as .qcow2 or .raw.xz",
    clues=sums_beside.LISTS,
    recognise=_recognise,
    answers="",
    parameters=PARAMETERS,
)
