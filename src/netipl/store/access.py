"""Who may read a file: mode bits and access control lists along the whole path, as the kernel decides it.

Asks the disk and changes nothing; nobody has to become that user. Sources: path_resolution(7), acl(5),
include/uapi/linux/posix_acl_xattr.h for the form of the attribute, fs/namei.c for the empty mask.
"""

import os
import pwd
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netipl.errors import UsageError

_READ, _SEARCH = 4, 1
_ATTRIBUTE: Final = "system.posix_acl_access"
_ENTRY: Final = struct.Struct("<HHI")  # tag, permissions, id
_VERSION_SIZE: Final = 4
_USER, _GROUP_OBJ, _GROUP, _MASK = 0x02, 0x04, 0x08, 0x10
_ALL: Final = 7
_GROUP_BITS: Final = 0o070

Acl = tuple[tuple[int, int, int], ...]
"""Entries of tag, permissions and id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user with all its groups."""

    name: str
    uid: int
    groups: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Owner, group, mode bits and access control list of one file."""

    uid: int
    gid: int
    mode: int
    acl: Acl = ()


def account(name: str) -> Account:
    """The user `name` of this machine. Raises UsageError."""
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        remedy = "name the user that the TFTP server runs as, such as dnsmasq, tftp or nobody"
        raise UsageError(f"there is no user {name!r}", remedy=remedy) from None
    return Account(name=name, uid=found.pw_uid, groups=frozenset(os.getgrouplist(name, found.pw_gid)))


def denied(path: Path, reader: Account) -> str:
    """Why `reader` cannot read the file `path`, symlinks resolved; empty where it can. Raises OSError."""
    resolved = path.resolve()
    for directory in reversed(resolved.parents):
        if not permitted(rights(directory), reader, _SEARCH):
            return f"{reader.name} may not enter {directory}"
    if not permitted(rights(resolved), reader, _READ):
        return f"{reader.name} has no right to read it (mode {resolved.stat().st_mode & 0o7777:04o})"
    return ""


def rights(path: Path) -> Rights:
    """Of `path` as it is on the disk."""
    found = path.stat()
    return Rights(uid=found.st_uid, gid=found.st_gid, mode=found.st_mode, acl=_acl(path))


def permitted(file: Rights, reader: Account, wanted: int) -> bool:
    """Whether `reader` has the permission bits `wanted`; root has all.

    The bits of the group are the mask where there is a list; Linux does not read the list where they are all 0.
    """
    if reader.uid == 0:
        return True
    if reader.uid == file.uid:
        return _has(file.mode >> 6, wanted)
    acl = file.acl if file.mode & _GROUP_BITS else ()
    mask = next((bits for tag, bits, _ in acl if tag == _MASK), _ALL)
    for tag, bits, identifier in acl:
        if tag == _USER and identifier == reader.uid:
            return _has(bits & mask, wanted)
    groups = list(_groups(file, acl, reader))
    if groups:
        return any(_has(bits & mask, wanted) for bits in groups)
    return _has(file.mode, wanted)


def _groups(file: Rights, acl: Acl, reader: Account) -> Iterator[int]:
    """The bits of every group entry that `reader` is in."""
    if file.gid in reader.groups:
        yield next((bits for tag, bits, _ in acl if tag == _GROUP_OBJ), file.mode >> 3 & _ALL)
    for tag, bits, identifier in acl:
        if tag == _GROUP and identifier in reader.groups:
            yield bits


def _has(bits: int, wanted: int) -> bool:
    return bits & wanted == wanted


def _acl(path: Path) -> Acl:
    """Empty where there is none, or the file system has none."""
    try:
        data = os.getxattr(path, _ATTRIBUTE)[_VERSION_SIZE:]
    except OSError:
        return ()
    return tuple(_ENTRY.iter_unpack(data[: len(data) // _ENTRY.size * _ENTRY.size]))
