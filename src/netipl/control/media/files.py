"""Files of a medium that are on this host already: copied beside their place, summed up, and compared with their sums.

All of it blocks, and is called in a thread.
"""

import errno
import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from netipl import content
from netipl.content import Content
from netipl.errors import ContentError, RefusedError, UnavailableError
from netipl.media.recognition import Sum
from netipl.store.media.keeper import Whole

Count = Callable[[int], None]
"""Told how many bytes more are done; it may raise to break off."""

LARGEST: Final = 1 << 42
"""Bytes of a file that is fetched, whatever room there is."""

_LOOK: Final = 64 << 20
RESERVE: Final = 256 << 20
"""Bytes that stay free on the file system of the state directory: the database is there too."""


def copied(source: Content, part: Path, wanted: Sum | None, count: Count, *, called: str) -> Whole:
    """`source` in the file `part`. Raises RefusedError for a wrong sum, and UnavailableError."""
    sha256 = hashlib.sha256()
    theirs = hashlib.new(wanted.algorithm, usedforsecurity=False) if wanted is not None else None
    room, done = Room(part.parent), 0
    try:
        with part.open("wb") as file:
            for piece in content.read(source):
                room.demand(done, source.size)
                file.write(piece)
                done += len(piece)
                sha256.update(piece)
                if theirs is not None:
                    theirs.update(piece)
                count(len(piece))
    except OSError as error:
        raise disk_refused(part, error) from error
    except ContentError as error:
        raise UnavailableError(str(error), remedy="see whether somebody changes the file, and try again") from error
    if wanted is not None and theirs is not None:
        check(wanted, theirs.hexdigest(), called)
    return Whole(part, sha256.hexdigest())


def summed(path: Path, wanted: Sum | None, count: Count, *, called: str) -> str:
    """The SHA-256 sum of the file `path`. Raises as `copied` does."""
    sha256 = hashlib.sha256()
    theirs = hashlib.new(wanted.algorithm, usedforsecurity=False) if wanted is not None else sha256
    try:
        for piece in content.read(content.of_file(path)):
            sha256.update(piece)
            if theirs is not sha256:
                theirs.update(piece)
            count(len(piece))
    except OSError as error:
        raise disk_refused(path, error) from error
    except ContentError as error:
        raise UnavailableError(str(error), remedy="see that the daemon may read it") from error
    if wanted is not None:
        check(wanted, theirs.hexdigest(), called)
    return sha256.hexdigest()


def check(wanted: Sum, found: str, called: str) -> None:
    """Raises RefusedError where a file has another sum."""
    if found != wanted.digest:
        message = f"{called}: its {wanted.algorithm} sum is {found}, and should be {wanted.digest}"
        raise RefusedError(message, remedy="the file is damaged: fetch it anew, or use another mirror")


def room(directory: Path) -> int:
    """How many bytes may still come there. Raises UnavailableError."""
    try:
        found = os.statvfs(directory)
    except OSError as error:
        raise disk_refused(directory, error) from error
    return max(found.f_bavail * found.f_frsize - RESERVE, 0)


def demand_room(directory: Path, sizes: Iterable[int]) -> None:
    """Raises UnavailableError where so many bytes have no place."""
    wanted, left = sum(sizes), room(directory)
    if wanted > left:
        message = f"it needs {wanted >> 20} MiB, and {left >> 20} MiB may still come to {directory}"
        raise UnavailableError(message, remedy="make room there, or set state_directory in [server]")


class Room:
    """In `directory`, looked at while a file comes there: at its beginning, and now and then."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._next = 0

    def demand(self, done: int, size: int | None) -> None:
        """For what is missing after `done` bytes, as far as it is known. Raises UnavailableError."""
        if done >= self._next:
            demand_room(self._directory, [size - done if size is not None else _LOOK])
            self._next = done + _LOOK


def disk_refused(path: Path, error: OSError) -> UnavailableError:
    """In a person's words."""
    is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    remedy = "make room there, and try again" if is_full else "see that the daemon may read and write it"
    return UnavailableError(f"{path}: {error.strerror}", remedy=remedy)
