"""A directory as a tree of the same shape as an image's: its regular files by path, none from outside of it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from netipl.content import Content, FileRange
from netipl.errors import RefusedError, UnavailableError
from netipl.images.links import resolved

MOST: Final = 1_000_000
"""Files and directories."""


def tree(root: Path) -> dict[str, Content]:
    """By path from `root`. Links are followed where they lead to something beneath `root`, and left out elsewhere.

    Blocks. Raises UnavailableError for what cannot be read, and RefusedError for more than `MOST` files.
    """
    inside = Path(os.path.realpath(root))
    files: dict[str, Content] = {}
    directories: set[str] = set()
    links: dict[str, str] = {}
    try:
        for name, entry in _entries(inside):
            if entry.is_symlink():
                target = str(Path(entry.path).readlink())
                if not target.startswith("/"):
                    links[name] = target
            elif entry.is_dir():
                directories.add(name)
            elif entry.is_file():
                files[name] = _content(Path(entry.path), entry.stat().st_size, inside)
            if len(files) + len(directories) + len(links) > MOST:
                raise RefusedError(f"{root} has more than {MOST} files", remedy="name the medium's own directory")
    except OSError as error:
        raise UnavailableError(
            f"{error.filename or root}: {error.strerror}", remedy="name a directory that the daemon may read"
        ) from error
    return resolved(files, directories, links, MOST)


def _content(path: Path, size: int, root: Path) -> Content:
    return Content((FileRange(path=path, length=size, root=root),) if size else ())


def _entries(root: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """All beneath `root`, by name; no link is followed."""
    waiting = [("", root)]
    while waiting:
        above, directory = waiting.pop()
        with os.scandir(directory) as entries:
            for entry in entries:
                name = f"{above}{entry.name}"
                yield name, entry
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((f"{name}/", Path(entry.path)))
