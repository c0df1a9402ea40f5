"""An ISO image as a tree: each file as ranges of the image, so that it is served without being unpacked or mounted."""

import os
from functools import partial
from pathlib import Path
from typing import Final

from netipl.content import Content, FileRange, opened
from netipl.errors import ContentError, RefusedError, UnavailableError, WireError
from netipl.images import iso9660, links

HEAD: Final = iso9660.MAGIC_AT + len(iso9660.MAGIC)
"""So many bytes from the beginning tell an image."""

is_image = iso9660.is_image


def tree(path: Path) -> dict[str, Content]:
    """By path from the root, links within the image followed. Blocks.

    Raises RefusedError for an image that is damaged, and UnavailableError for one that cannot be read.
    """
    try:
        descriptor = opened(path)
    except ContentError as error:
        raise UnavailableError(str(error), remedy="see that the daemon may read it") from error
    try:
        found = iso9660.decode(partial(_pread, descriptor), os.fstat(descriptor).st_size)
    except WireError as error:
        raise RefusedError(f"{path}: {error}", remedy="fetch the image again, and compare its sum") from error
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", remedy="see that the daemon may read it") from error
    finally:
        os.close(descriptor)
    files = links.resolved(found.files, found.directories, found.links, iso9660.MOST_RECORDS)
    return {name: _content(path, ranges) for name, ranges in files.items()}


def _pread(descriptor: int, offset: int, length: int) -> bytes:
    return os.pread(descriptor, length, offset)


def _content(path: Path, ranges: tuple[iso9660.Range, ...]) -> Content:
    return Content(tuple(FileRange(path=path, offset=each.offset, length=each.length) for each in ranges))
