"""A directory that a TFTP server serves, described for lint: names, kinds, sizes and the heads of files.

Follows symlinks inside of the root as servers do, reads no more of a file than is needed, and writes nothing.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from netipl import content
from netipl.errors import ContentError, UnavailableError
from netipl.firmware.lint.finding import ENOUGH, File, Kind
from netipl.store.access import Account, denied


def described(root: Path, *, reader: Account | None = None) -> dict[bytes, File]:
    """Everything beneath `root`. With a `reader`, what it cannot read says so. Raises UnavailableError."""
    if not root.is_dir():
        raise UnavailableError(f"{root} is no directory", remedy="name the directory that the TFTP server serves")
    if not os.access(root, os.R_OK | os.X_OK):
        raise UnavailableError(f"{root} cannot be read", remedy="run this as a user that can read it")
    return dict(_Walk(root, reader).beneath(root))


def file(path: Path, *, head: int = ENOUGH, reader: Account | None = None) -> File:
    """One file, whatever its root. Raises UnavailableError where there is none."""
    found = _described(path, reader, head)
    if found is None:
        raise UnavailableError(f"{path} does not exist", remedy="name a file or a directory")
    return found


def with_heads(tree: Mapping[bytes, File], root: Path, names: Iterable[bytes], head: int) -> dict[bytes, File]:
    """`tree` with `head` bytes of the files called `names`."""
    longer = {
        name: replace(tree[name], head=_head(root / os.fsdecode(name), head))
        for name in names
        if name in tree and tree[name].kind is Kind.FILE
    }
    return {**tree, **longer}


class _Walk:
    """Through a root: a symlink that leads back up, or out of the root, is not entered."""

    def __init__(self, root: Path, reader: Account | None) -> None:
        self._root = root.resolve()
        self._reader = reader

    def beneath(
        self, directory: Path, name: bytes = b"", above: frozenset[tuple[int, int]] = frozenset()
    ) -> Iterator[tuple[bytes, File]]:
        """Everything in `directory`, called `name` in the root, in order; what cannot be listed is empty."""
        try:
            status = directory.stat()
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError:
            return
        here = (status.st_dev, status.st_ino)
        if here in above:
            return
        for entry in entries:
            path, called = directory / entry.name, name + os.fsencode(entry.name)
            found = _described(path, self._reader)
            if found is None:
                continue
            if entry.is_symlink() and not path.resolve().is_relative_to(self._root):
                found = replace(found, outside=True)
            yield called, found
            if found.kind is Kind.DIRECTORY and not found.outside:
                yield from self.beneath(path, called + b"/", above | {here})


def _described(path: Path, reader: Account | None, head: int = ENOUGH) -> File | None:
    """None where nothing is there, or a symlink leads nowhere."""
    try:
        status = path.stat()
    except OSError:
        return None
    if stat.S_ISDIR(status.st_mode):
        return File(kind=Kind.DIRECTORY, head=b"" if os.access(path, os.R_OK | os.X_OK) else None)
    if not stat.S_ISREG(status.st_mode):
        return File(kind=Kind.OTHER)
    return File(size=status.st_size, head=_head(path, head), denied=denied(path, reader) if reader else "")


def _head(path: Path, size: int) -> bytes | None:
    """None where it cannot be read."""
    try:
        descriptor = content.opened(path)
    except ContentError:
        return None
    try:
        return os.pread(descriptor, size, 0)
    finally:
        os.close(descriptor)
