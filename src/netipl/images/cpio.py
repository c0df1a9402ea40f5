"""A cpio archive in the "newc" form, which Linux unpacks as an initial RAM file system.

Deterministic: no times, owners or inode numbers of the host get in. Writes only.
Source: Linux, Documentation/driver-api/early-userspace/buffer-format.rst.
"""

import stat
from collections.abc import Iterable
from dataclasses import dataclass

_MAGIC = b"070701"
_TRAILER = "TRAILER!!!"
ALIGNMENT = 4
ARCHIVE_ALIGNMENT = 512  # as other writers have it


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file system object: `name` without a leading slash, `mode` with its type, `data` of a file or a symlink."""

    name: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)  # major and minor of a device node


def directory(name: str) -> Entry:
    """A directory that anybody may read."""
    return Entry(name=name, mode=stat.S_IFDIR | 0o755)


def file(name: str, data: bytes, *, mode: int = 0o644) -> Entry:
    """A regular file with the permissions `mode`."""
    return Entry(name=name, mode=stat.S_IFREG | mode, data=data)


def symlink(name: str, target: str) -> Entry:
    """A symbolic link."""
    return Entry(name=name, mode=stat.S_IFLNK | 0o777, data=target.encode("utf-8", "surrogateescape"))


def character_device(name: str, major: int, minor: int) -> Entry:
    """A character device node for root."""
    return Entry(name=name, mode=stat.S_IFCHR | 0o600, device=(major, minor))


def encode(entries: Iterable[Entry]) -> bytes:
    """The archive of `entries`, in their order: a directory comes before what is in it. Raises ValueError.

    A file of 4 GiB or more does not fit.
    """
    records = [
        header(number, entry, len(entry.data)) + _padded(entry.data, ALIGNMENT)
        for number, entry in enumerate(entries, start=1)
    ]
    return _padded(b"".join(records) + trailer(), ARCHIVE_ALIGNMENT)


def header(inode: int, entry: Entry, size: int) -> bytes:
    """What stands before the `size` bytes of data of an entry, padded to `ALIGNMENT`. Raises ValueError."""
    name = entry.name.encode("utf-8", "surrogateescape") + b"\0"
    if not entry.name or entry.name.startswith("/") or "\0" in entry.name:
        raise ValueError(f"{entry.name!r} is no name in an archive")
    if size > 0xFFFFFFFF:
        raise ValueError(f"{entry.name} is too large for a cpio archive")
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    fields = (
        inode,
        entry.mode,
        0,  # owner
        0,  # group
        links,
        0,  # modification time
        size,
        0,  # device of the file system: major
        0,  # and minor
        *entry.device,
        len(name),
        0,  # check sum, unused in this form
    )
    return _padded(_MAGIC + b"".join(b"%08X" % value for value in fields) + name, ALIGNMENT)


def trailer() -> bytes:
    """What ends an archive; zeros up to `ARCHIVE_ALIGNMENT` follow."""
    return header(0, Entry(name=_TRAILER, mode=0), 0)


def _padded(data: bytes, alignment: int) -> bytes:
    return data + bytes(-len(data) % alignment)
