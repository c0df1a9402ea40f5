"""Files by what is in them: `sha256/XX/HEX`, read-only, there only when whole and safe on disk, and kept once."""

import hashlib
import os
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from netipl.content import Content, FileRange
from netipl.errors import ContentError
from netipl.store.media import disk

FILE_MODE: Final = 0o444
_SUM: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PIECE: Final = 1 << 20
_ONE_BY_ONE: Final = 16
"""More files than this are made safe by one flush of all that the file system has."""

Progress = Callable[[int], None]
"""Told how many bytes more are done; it may raise to break off."""


class Blobs:
    """Beneath the directory `root`, which is made when the first comes."""

    def __init__(self, root: Path) -> None:
        self._root = root / "sha256"

    def path(self, sha256: str) -> Path:
        """Where the file with this sum is, if it is there. Raises ValueError for what is no sum."""
        if not _SUM.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is no SHA-256 sum")
        return self._root / sha256[:2] / sha256

    def size(self, sha256: str) -> int | None:
        """In bytes; None where there is no such file."""
        try:
            return self.path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def content(self, sha256: str, size: int) -> Content:
        """Its bytes; whoever has it open keeps it, whatever becomes of its name."""
        return Content((FileRange(path=self.path(sha256), length=size),))

    def take(self, parts: Sequence[tuple[Path, str]]) -> None:
        """Move these files, each with its sum, here; they are safe on disk before they have their names, and after it.

        Raises OSError.
        """
        together = len(parts) > _ONE_BY_ONE
        for part, _ in parts:
            if not together:
                disk.sync(part)
        if together:
            disk.sync_all(parts[0][0])
        for part, sha256 in parts:
            place = self.path(sha256)
            disk.make_directory(place.parent)
            part.replace(place)
            place.chmod(FILE_MODE)  # not before: a part that stays is written to when it is gone on with
            if not together:
                disk.sync(place.parent)
        if together:
            disk.sync_all(self._root)

    def remove_unused(self, used: Container[str]) -> int:
        """What no medium has, and beginnings that somebody killed left; how many files are gone."""
        gone = [path for path in self._files() if path.name not in used]
        for path in gone:
            path.unlink(missing_ok=True)
        for directory in {path.parent for path in gone}:
            with suppress(OSError):  # there are others in it
                directory.rmdir()
        return len(gone)

    def broken(self, sha256: str, size: int, progress: Progress) -> str:
        """What is wrong with the file of this sum, after it has been read; empty where nothing is."""
        try:
            found = self.size(sha256)
            if found is None:
                return "it is not there"
            if found != size:
                return f"it has {found} bytes, and had {size}"
            return "" if sum_of(self.path(sha256), progress) == sha256 else "its bytes are not what they were"
        except (OSError, ContentError) as error:
            return f"it cannot be read: {getattr(error, 'strerror', None) or error}"

    def _files(self) -> Iterator[Path]:
        return self._root.glob("*/*")


def sum_of(path: Path, progress: Progress = lambda _: None) -> str:
    """Of the whole file. Raises OSError."""
    found = hashlib.sha256()
    for piece in pieces(path):
        found.update(piece)
        progress(len(piece))
    return found.hexdigest()


def pieces(path: Path) -> Iterable[bytes]:
    """The file, read once from its beginning, without keeping it in the page cache of whoever needs it more."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        position = 0
        while piece := os.read(descriptor, _PIECE):
            yield piece
            os.posix_fadvise(descriptor, position, len(piece), os.POSIX_FADV_DONTNEED)
            position += len(piece)
    finally:
        os.close(descriptor)
