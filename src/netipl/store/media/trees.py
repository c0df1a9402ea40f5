"""The tree of a medium: which bytes of which kept files stand behind each of its paths.

A file of a directory is one whole kept file; one of an ISO image is a range of it, or several. `tree.json` has them
all, since neither is looked through when an installer asks.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from netipl.content import Content
from netipl.errors import UnavailableError
from netipl.store.media.blobs import Blobs

NAME: Final = "tree.json"


@dataclass(frozen=True, slots=True)
class Part:
    """`length` bytes of the kept file with this sum, from `offset` on."""

    sha256: str
    offset: int
    length: int


Tree = Mapping[str, tuple[Part, ...]]
"""By path, with `/` between, and none before the first name."""


def encode(tree: Tree) -> bytes:
    """One line a path."""
    lines = (
        f"{json.dumps(path)}:{json.dumps([[part.sha256, part.offset, part.length] for part in parts])}"
        for path, parts in sorted(tree.items())
    )
    return ("{" + ",\n".join(lines) + "}\n").encode()


def decode(data: bytes) -> dict[str, tuple[Part, ...]]:
    """Raises UnavailableError."""
    try:
        return {path: tuple(Part(*part) for part in parts) for path, parts in json.loads(data).items()}
    except (ValueError, TypeError, AttributeError) as error:
        remedy = "remove the medium, and import it again"
        raise UnavailableError(f"{NAME} cannot be read: {error}", remedy=remedy) from error


def content(blobs: Blobs, parts: tuple[Part, ...]) -> Content:
    """The bytes of `parts`, one after the other."""
    made = Content(())
    for part in parts:
        made += blobs.content(part.sha256, part.offset + part.length).part(part.offset)
    return made
