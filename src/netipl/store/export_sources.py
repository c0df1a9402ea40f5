"""How an exported file is known: by what it was made of, how it looks on disk, and what its bytes sum up to.

The first two are asked of the disk without reading a byte of a kernel, so an export that changes nothing costs nothing.
"""

import hashlib
import os
import stat
from pathlib import Path

from netipl import content
from netipl.content import Content, FileRange, Inline, Zeros
from netipl.errors import ContentError, UnavailableError


def source(made_of: Content) -> str:
    """Changes with each file that `made_of` takes from, and with its own bytes. Raises UnavailableError."""
    digest = hashlib.sha256()
    for segment in made_of.segments:
        match segment:
            case Inline(data=data):
                digest.update(b"inline %d\n" % len(data) + data)
            case Zeros(length=length):
                digest.update(b"zeros %d\n" % length)
            case FileRange(path=path, offset=offset, length=length):
                digest.update(f"{path}\0{stamp(_status(path))} {offset} {length}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def stamp(status: os.stat_result) -> str:
    """Changes whenever the file does, or is another."""
    return f"{status.st_dev}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"


def inode(status: os.stat_result) -> str:
    """The mark of a link."""
    return f"inode:{status.st_dev}:{status.st_ino}"


def sum_of(whole: Content) -> str:
    """The mark of a copy. Raises UnavailableError."""
    digest = hashlib.sha256()
    try:
        for piece in content.read(whole):
            digest.update(piece)
    except (ContentError, OSError) as error:
        raise UnavailableError(str(error), remedy="see whether somebody changes the file, and try again") from error
    return f"sha256:{digest.hexdigest()}"


def linkable(whole: Content, device: int) -> Path | None:
    """The one file that `whole` is, if a link to it on `device` can be read by everybody."""
    match whole.segments:
        case (FileRange(path=path, offset=0, length=length, root=None),):
            status = _status(path)
            readable = status.st_mode & stat.S_IROTH and status.st_dev == device
            return path if readable and status.st_size == length else None
    return None


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", remedy="put it there, readable for you") from error
