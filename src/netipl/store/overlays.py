"""Files on disk as additions to an initrd: `PATH` or `SOURCE:TARGET`, a directory with all that is in it.

Entries belong to root, without times. Permissions are the file's own, but nobody else may write, and no set-user-ID
is taken along. Small files are read at once, so that an overlay of many is one piece of memory.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from netipl import content
from netipl.errors import ContentError, UnavailableError, UsageError
from netipl.images import cpio
from netipl.images.overlay import Addition, checked_name

_SMALL = 64 << 10
_PERMISSIONS = 0o755
_REMEDY = "write PATH, or SOURCE:TARGET with the target as a path in the initrd"


def additions(given: str) -> Iterator[Addition]:
    """What one argument asks for, directories before what is in them. Raises UsageError and UnavailableError."""
    source, colon, target = given.rpartition(":")
    path = Path(source if colon else given)
    if not path.name and path != Path("/") and not colon:
        raise UsageError(f"{given!r} names nothing to add", remedy=_REMEDY)
    name = checked_name(target if colon else given)
    try:
        found = Path(os.path.realpath(path, strict=True))  # a link that is given by itself stands for its file
        if target.endswith("/") and name and not found.is_dir():
            name = checked_name(f"{name}/{path.name}")
        yield from _walked(found, name)
    except (OSError, ContentError) as error:
        raise UnavailableError(_reason(error), remedy="name a file or directory that you may read") from error


def _walked(path: Path, name: str) -> Iterator[Addition]:
    found = path.lstat()
    if stat.S_ISDIR(found.st_mode):
        if name:
            yield Addition(entry=cpio.Entry(name=name, mode=_mode(found)), data=content.Content(()))
        for child in sorted(path.iterdir()):
            yield from _walked(child, checked_name(f"{name}/{child.name}"))
        return
    if not name:
        raise UsageError(f"{path} has no place in the initrd", remedy=_REMEDY)
    if stat.S_ISLNK(found.st_mode):
        link = cpio.symlink(name, os.fspath(path.readlink()))
        yield Addition(entry=link, data=content.inline(link.data))
    elif stat.S_ISREG(found.st_mode):
        file = content.of_file(path)
        small = file.size <= _SMALL
        data = content.inline(b"".join(content.read(file))) if small else file
        yield Addition(entry=cpio.Entry(name=name, mode=_mode(found)), data=data)
    else:
        raise UsageError(f"{path} is a device, a FIFO or a socket", remedy="leave it out: Linux makes devices itself")


def _mode(found: os.stat_result) -> int:
    return stat.S_IFMT(found.st_mode) | stat.S_IMODE(found.st_mode) & _PERMISSIONS


def _reason(error: OSError | ContentError) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
