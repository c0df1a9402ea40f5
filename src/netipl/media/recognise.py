"""Recognises a medium from its clues: small files that are read whole, and the names of all, where they can be had.

known = {name: read(name) for name in clues_at(source)}
while isinstance(found := recognised(known, sizes), Further):
    known |= {name: read(name) for name in found.names}
"""

from collections.abc import Mapping
from typing import Final

from netipl.errors import RefusedError
from netipl.media.families import FAMILIES
from netipl.media.recognition import Further, Recognised
from netipl.media.relative import is_relative
from netipl.media.tree import MOST, Tree

MOST_OF_A_CLUE: Final = MOST
"""Bytes to be read of each; of a larger file they suffice, and say that it is there."""

CLUES: Final = tuple(dict.fromkeys(name for family in FAMILIES.values() for name in family.clues))
"""To be looked for in every tree."""

_POINTERS: Final = {".treeinfo", "agent.json", "Release", "InRelease", "SHA256SUMS", "sha256sum.txt", ".discinfo"}


def pointed_at(source: str) -> tuple[str, tuple[str, ...]]:
    """The root that `source` means, an address or a path, and the clues to look for first.

    People also give the address of a file that tells all: that of a stream's JSON, or of a `.treeinfo`.
    """
    root, slash, name = source.rpartition("/")
    if name in _POINTERS or (name.endswith(".json") and "?" not in name):
        return root or slash or ".", tuple(dict.fromkeys((name, *CLUES)))
    return source.rstrip("/") or slash, CLUES


def recognised(
    clues: Mapping[str, bytes | None], sizes: Mapping[str, int] | None, *, source: str = "", suite: str = ""
) -> Recognised | Further:
    """What the tree is, or the clues to read next; None as a clue is a file that is not there.

    `sizes` has all files with their sizes in bytes, by path from the root; None where they cannot be listed. `source`
    is where the tree lies, which tells the version where nothing else does; `suite` chooses one of a Debian mirror.
    Raises RefusedError for another architecture and for a tree of no family, WireError for damaged clues.
    """
    tree = Tree(clues=clues, sizes=None if sizes is None else _followed(sizes), source=source, suite=suite)
    for family in FAMILIES.values():
        found = family.recognise(tree)
        if found is not None:
            return found
    looked_for = "; ".join(f"{family.looked_for} ({family.what})" for family in FAMILIES.values())
    raise RefusedError(
        "this is no install medium that netipl knows",
        remedy=f"give the root of one; looked for were {looked_for}",
    )


def _followed(sizes: Mapping[str, int]) -> dict[str, int]:
    """Without names that no boot file can have."""
    return {name: size for name, size in sizes.items() if is_relative(name)}
