"""A file that is written from its beginning, with holes where there are zeros; and its sum, which knows of no holes."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from netipl.control.media.files import Count, demand_room, disk_refused
from netipl.store.media.keeper import Whole

_BLOCK: Final = 64 << 10
_ZEROS: Final = bytes(_BLOCK)
_LOOK: Final = 64 << 20
"""Bytes after which it is looked again how much room there is."""


def written(pieces: Iterable[bytes], part: Path, count: Count) -> tuple[Whole, int]:
    """`pieces`, in the file `part`; and how many bytes they are. Raises UnavailableError."""
    sha256, size, looked = hashlib.sha256(), 0, 0
    try:
        with part.open("wb") as file:
            for piece in pieces:
                sha256.update(piece)
                size += len(piece)
                for start in range(0, len(piece), _BLOCK):
                    block = piece[start : start + _BLOCK]
                    if block == _ZEROS[: len(block)]:
                        file.seek(len(block), 1)
                    else:
                        file.write(block)
                count(len(piece))
                if size - looked >= _LOOK:
                    demand_room(part.parent, [_LOOK])
                    looked = size
            file.truncate(size)
    except OSError as error:
        raise disk_refused(part, error) from error
    return Whole(part, sha256.hexdigest()), size
