"""Writes a content to a file, whole or not at all: beside its place first, and there only when it is safe on disk.

The kernel copies (copy_file_range, else sendfile), so size costs no memory. What is being read is never overwritten,
nor is anything but a regular file. Sources: copy_file_range(2), sendfile(2), rename(2).
"""

import errno
import glob
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from netipl.content import Content, FileRange, Inline, Segment, Zeros, opened
from netipl.errors import ContentError, UnavailableError, UsageError

Progress = Callable[[int], None]
"""Told how many bytes more are done."""

_STEP = 16 << 20
_LONGEST_STEM = 200
_NOT_BY_THE_KERNEL = {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF, errno.EPERM, errno.EISDIR}
"""Why a copy within the kernel may not be had between these two files."""


def to_file(content: Content, path: Path, *, progress: Progress, inputs: Iterable[Path] = ()) -> None:
    """Write `content` to `path`, or to the file that it is a link to. A file that was there keeps its permissions.

    Raises UsageError for a place where nothing may be written (`inputs` too), UnavailableError if it cannot be.
    """
    read = [segment.path for segment in content.segments if isinstance(segment, FileRange)]
    mode = _mode_of(path, [*read, *inputs])
    _replaced(content, Path(os.path.realpath(path)), mode, progress, called=path)


def replace(content: Content, path: Path, *, mode: int, progress: Progress) -> None:
    """Put a new file with `mode` in the place of whatever file or link is at `path`. Raises UnavailableError."""
    _replaced(content, path, mode, progress, called=path)


def link(source: Path, path: Path) -> None:
    """Make `path` another name of the file `source`, in the place of what was there. Raises UnavailableError."""
    new = _beside(path)
    try:
        os.link(source.resolve(), new)
        new.replace(path)
        new.unlink(missing_ok=True)  # rename(2) does nothing where both were the same file
    except OSError as error:
        new.unlink(missing_ok=True)
        remedy = "copy it: leave --link out"
        raise UnavailableError(f"{path} cannot be a link to {source}: {error.strerror}", remedy=remedy) from error
    _sync_directory(path.parent)


def unfinished(path: Path) -> Iterator[Path]:
    """What writers of `path` left behind that were killed, or write still."""
    return path.parent.glob(f".{glob.escape(path.name[:_LONGEST_STEM])}.{'[0-9a-f]' * 8}.part")


def to_stream(content: Content, stream: BinaryIO, *, progress: Progress) -> None:
    """Write `content` to a pipe or an open file. Raises UsageError for a terminal, UnavailableError if it cannot be."""
    if stream.isatty():
        raise UsageError(
            "an image is nothing for a terminal", remedy="name a file by -o, or send it to another program"
        )
    try:
        stream.flush()
        for segment in content.segments:
            for done in _written(segment, stream.fileno()):
                progress(done)
    except OSError as error:
        raise UnavailableError(f"standard output: {error.strerror}", remedy=_remedy(error)) from error
    except ContentError as error:
        raise UnavailableError(str(error), remedy="see whether somebody changes the file, and try again") from error


def _replaced(content: Content, place: Path, mode: int | None, progress: Progress, *, called: Path) -> None:
    try:
        with _replacing(place, mode) as descriptor:
            _copy(content, descriptor, progress)
    except OSError as error:
        raise UnavailableError(f"{called}: {error.strerror}", remedy=_remedy(error)) from error
    except ContentError as error:
        raise UnavailableError(str(error), remedy="see whether somebody changes the file, and try again") from error


def _mode_of(place: Path, inputs: Iterable[Path]) -> int | None:
    """The permissions of the file that is there now; None if there is none. Raises UsageError."""
    try:
        found = place.stat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(f"{place} is no regular file", remedy="name a file by -o, or - for standard output")
    for path in inputs:
        with suppress(OSError):
            if os.path.samestat(path.stat(), found):
                raise UsageError(f"{place} is read from, so it is not written", remedy="name another file by -o")
    return stat.S_IMODE(found.st_mode)


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write, for this user alone, that is at `path` when the block ends well. A file that was there keeps its
    permissions. Raises UsageError for a place where nothing may be written, UnavailableError if it cannot be.
    """
    place = Path(os.path.realpath(path))
    mode = _mode_of(place, ())
    try:
        with _replacing(place, mode, new=0o600) as descriptor, os.fdopen(descriptor, "wb", closefd=False) as file:
            yield file
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", remedy=_remedy(error)) from error


@contextmanager
def _replacing(place: Path, mode: int | None, *, new: int = 0o666) -> Iterator[int]:
    """A new file that takes the place of `place` when the block ends well, and is gone when it does not."""
    part = _beside(place)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, new)
    try:
        try:
            yield descriptor
            if mode is not None:
                os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        part.replace(place)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync_directory(place.parent)


def _beside(place: Path) -> Path:
    return place.with_name(f".{place.name[:_LONGEST_STEM]}.{secrets.token_hex(4)}.part")


def _sync_directory(directory: Path) -> None:
    with suppress(OSError):  # it may not be read, or its file system cannot
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _copy(content: Content, descriptor: int, progress: Progress) -> None:
    """Into an empty file; zeros become a hole."""
    for segment in content.segments:
        if isinstance(segment, Zeros):
            os.lseek(descriptor, segment.length, os.SEEK_CUR)
            progress(segment.length)
            continue
        for done in _written(segment, descriptor):
            progress(done)
    os.ftruncate(descriptor, content.size)


def _written(segment: Segment, descriptor: int) -> Iterator[int]:
    """Write a segment; how much each time."""
    match segment:
        case Inline(data=data):
            yield _write(descriptor, data)
        case Zeros(length=length):
            for start in range(0, length, _STEP):
                yield _write(descriptor, bytes(min(_STEP, length - start)))
        case FileRange():
            yield from _range_written(segment, descriptor)


def _range_written(segment: FileRange, descriptor: int) -> Iterator[int]:
    source = opened(segment.path, root=segment.root)
    try:
        position, end = segment.offset, segment.offset + segment.length
        copy = _by_copy_file_range
        while position < end:
            try:
                done = copy(source, descriptor, position, min(_STEP, end - position))
            except OSError as error:
                if error.errno not in _NOT_BY_THE_KERNEL or copy is _by_hand:
                    raise
                copy = _by_sendfile if copy is _by_copy_file_range else _by_hand
                continue
            if not done:
                raise ContentError(f"{segment.path} ended at {position} of {end} bytes")
            position += done
            yield done
    finally:
        os.close(source)


def _by_copy_file_range(source: int, target: int, offset: int, count: int) -> int:
    return os.copy_file_range(source, target, count, offset_src=offset)


def _by_sendfile(source: int, target: int, offset: int, count: int) -> int:
    return os.sendfile(target, source, offset, count)


def _by_hand(source: int, target: int, offset: int, count: int) -> int:
    return _write(target, os.pread(source, min(count, 1 << 20), offset))


def _write(descriptor: int, data: bytes) -> int:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    return len(data)


def _remedy(error: OSError) -> str:
    return {
        errno.ENOSPC: "make room there, or name another place",
        errno.EDQUOT: "make room there, or name another place",
        errno.EPIPE: "see why the program that reads it has ended",
        errno.ENOENT: "make the directory first, or name another place",
    }.get(error.errno or 0, "name a place where you may write")
