"""What stands behind a name in a TFTP tree: inline bytes, ranges of files and zeros, one after the other.

A content is a value and holds no data of a file; `opened` is the one place that touches the disk. It never follows a
path out of the root that a range names.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from netipl.errors import ContentError


@dataclass(frozen=True, slots=True, kw_only=True)
class Inline:
    """Bytes held in memory."""

    data: bytes

    @property
    def length(self) -> int:
        return len(self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRange:
    """`length` bytes of the regular file `path`, from `offset`; beneath `root`, if given, symlinks resolved."""

    path: Path
    offset: int = 0
    length: int
    root: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Zeros:
    """`length` zero bytes, as between a kernel and its initrd."""

    length: int


Segment = Inline | FileRange | Zeros


@dataclass(frozen=True, slots=True)
class Content:
    """Segments in order; together they are one file to whoever fetches it."""

    segments: tuple[Segment, ...]

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(segment.length for segment in self.segments)

    def __add__(self, other: "Content") -> "Content":
        return Content(self.segments + other.segments)

    def padded(self, alignment: int) -> "Content":
        """With zeros appended up to a multiple of `alignment` bytes."""
        missing = -self.size % alignment
        return self + Content((Zeros(length=missing),)) if missing else self

    def part(self, start: int, stop: int | None = None) -> "Content":
        """The bytes from `start` up to `stop`, or to the end: what lies outside of the content is left out."""
        parts, position, end = [], 0, self.size if stop is None else stop
        for segment in self.segments:
            first, last = max(start - position, 0), min(end - position, segment.length)
            if first < last:
                parts.append(_slice(segment, first, last))
            position += segment.length
        return Content(tuple(parts))


def inline(data: bytes | str) -> Content:
    """A content of the bytes given; text is encoded as UTF-8."""
    return Content((Inline(data=data.encode() if isinstance(data, str) else data),))


def of_file(path: Path, *, root: Path | None = None) -> Content:
    """The whole regular file `path` at its present size. Raises ContentError if it cannot be served."""
    descriptor = opened(path, root=root)
    try:
        size = os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)
    return Content((FileRange(path=path, length=size, root=root),))


def opened(path: Path, *, root: Path | None = None) -> int:
    """A descriptor open for reading on the regular file `path`; the caller closes it.

    The file is found first (O_PATH), then checked, then opened through the descriptor found, so nothing outside `root`
    is ever opened for reading and no race changes which file was checked. Raises ContentError.
    """
    try:
        found = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise ContentError(f"{path}: {_reason(error)}") from error
    try:
        if not stat.S_ISREG(os.fstat(found).st_mode):
            raise ContentError(f"{path} is no regular file")
        handle = f"/proc/self/fd/{found}"
        if root is not None and not Path(handle).readlink().is_relative_to(os.path.realpath(root)):
            raise ContentError(f"{path} leaves {root}")
        return os.open(handle, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise ContentError(f"{path}: {_reason(error)}") from error
    finally:
        os.close(found)


def read(content: Content, chunk: int = 1 << 20) -> Iterator[bytes]:
    """The bytes of `content` in pieces of at most `chunk`. Raises ContentError when a file ends before its range."""
    for segment in content.segments:
        match segment:
            case Inline(data=data):
                yield data
            case Zeros(length=length):
                for start in range(0, length, chunk):
                    yield bytes(min(chunk, length - start))
            case FileRange():
                yield from _read_range(segment, chunk)


def _slice(segment: Segment, first: int, last: int) -> Segment:
    match segment:
        case Inline(data=data):
            return Inline(data=data[first:last])
        case FileRange(offset=offset):
            return replace(segment, offset=offset + first, length=last - first)
        case Zeros():
            return Zeros(length=last - first)


def _read_range(segment: FileRange, chunk: int) -> Iterator[bytes]:
    descriptor = opened(segment.path, root=segment.root)
    try:
        position, end = segment.offset, segment.offset + segment.length
        while position < end:
            piece = os.pread(descriptor, min(chunk, end - position), position)
            if not piece:
                raise ContentError(f"{segment.path} ended at {position} of {end} bytes")
            yield piece
            position += len(piece)
    finally:
        os.close(descriptor)


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
