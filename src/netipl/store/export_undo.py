"""The files that an export replaces or removes, kept in the directory itself until this process ends, to be put back.

They keep their inodes, so that the list of what is ours is right again with its earlier entries. Whoever is killed
leaves them; the next export that can be undone clears that away.
"""

import atexit
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netipl.content import Content
from netipl.provisioning.difference import Step
from netipl.store import export_directory, export_manifest
from netipl.store.export_directory import FileChange
from netipl.store.export_manifest import Manifest

_PLACE: Final = ".netipl-before"
_MODE: Final = 0o700
"""For no TFTP server to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is kept of `root`: the files by name, and its list."""

    root: Path
    names: tuple[str, ...]
    manifest: Manifest


def keep(root: Path, changes: Sequence[FileChange]) -> Before:
    """While `root` is locked, before `changes` are made. Raises UnavailableError."""
    place = root / _PLACE
    names = tuple(each.name for each in changes if each.step in {Step.REPLACE, Step.REMOVE})
    with export_directory.told(root):
        shutil.rmtree(place, ignore_errors=True)
        if names:
            place.mkdir(mode=_MODE)
            atexit.register(shutil.rmtree, place, ignore_errors=True)
        for name in names:
            _copied(root / name, place / name)
    return Before(root=root, names=names, manifest=export_manifest.load(root))


def bring_back(before: Before, tree: Mapping[str, Content]) -> tuple[str, ...]:
    """While it is locked, and is `tree`. Returns those that others have changed since, which stay. Raises as `keep`."""
    root = before.root
    with export_directory.told(root):
        there = {each.name: each.step for each in export_directory.changes(root, tree)}
        theirs = tuple(name for name in before.names if not _is_untouched(root / name, there.get(name)))
        now = export_manifest.load(root)
        ours = [name for name in before.names if name not in theirs]
        directories = {*now.directories, *before.manifest.directories}
        files = {**now.files, **{name: before.manifest.files[name] for name in ours if name in before.manifest.files}}
        export_manifest.save(root, Manifest(files=files, directories=tuple(sorted(directories))))
        for name in ours:
            export_directory.make_directory((root / name).parent)
            (root / _PLACE / name).replace(root / name)
    return theirs


def _is_untouched(path: Path, step: Step | None) -> bool:
    """As the export has left it: written, or removed."""
    return step is Step.KEEP or (step in {None, Step.FORGET} and not os.path.lexists(path))


def _copied(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # a disk without links
        os.link(path, place, follow_symlinks=False)
        return
    shutil.copy2(path, place, follow_symlinks=False)
