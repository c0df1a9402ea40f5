"""Keeps a directory in step with a tree, for any TFTP server: files come and go whole, and nothing foreign is touched.

Kernels are there before what names them, and go after it. Whoever is killed in the middle leaves old or new files, and
a manifest by which the next one goes on. One export at a time: the directory itself is locked.
"""

import fcntl
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from netipl import content
from netipl.content import Content, Inline
from netipl.errors import ContentError, UnavailableError
from netipl.provisioning.difference import Step, There, Wish, step
from netipl.store import export_manifest, export_sources, writing
from netipl.store.export_manifest import Entry, Manifest
from netipl.store.writing import Progress

FILE_MODE: Final = 0o644
DIRECTORY_MODE: Final = 0o755
_LISTS: Final = (b"# pxelinux", b"* ")
"""How files begin that name others."""

_WRITES: Final = frozenset({Step.ADD, Step.REPLACE})
_GOES: Final = frozenset({Step.REMOVE, Step.FORGET})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """What is done at one name. `link` is the file that it becomes a link to; `why` says why it is left as it is."""

    name: str
    step: Step
    size: int = 0
    link: Path | None = None
    why: str = ""
    remedy: str = ""


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Make the directory `root` where there is none, and keep other exports out. Raises UnavailableError."""
    with told(root):
        make_directory(root)
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        remedy = "wait for it; `netipl serve` exports when it starts and when it is reloaded"
        raise UnavailableError(f"another export writes to {root}", remedy=remedy) from error
    finally:
        os.close(descriptor)


def changes(root: Path, tree: Mapping[str, Content], *, force: bool = False, link: bool = False) -> list[FileChange]:
    """What keeps `root` from being `tree`, by name. Reads no more than it must, and changes nothing."""
    with told(root):
        return _changes(root, tree, export_manifest.load(root), force=force, link=link)


def _changes(
    root: Path, tree: Mapping[str, Content], manifest: Manifest, *, force: bool, link: bool
) -> list[FileChange]:
    known = manifest.files
    device = root.stat().st_dev if link and root.exists() else -1
    found = []
    for name in sorted({*tree, *known}):
        wanted, entry = tree.get(name), known.get(name)
        target = export_sources.linkable(wanted, device) if wanted is not None else None
        there = _there(root, name, entry)
        done = step(there, _wish(wanted, target, entry), force=force)
        why, remedy = _reason(root, name, there) if done is Step.LEAVE else ("", "")
        size = wanted.size if wanted is not None else 0
        found.append(FileChange(name=name, step=done, size=size, link=target, why=why, remedy=remedy))
    return found


def apply(root: Path, tree: Mapping[str, Content], steps: Sequence[FileChange], *, progress: Progress) -> None:
    """Do `steps`, while `root` is locked. Raises UnavailableError; what was done until then is known next time."""
    with told(root):
        _apply(root, tree, steps, export_manifest.load(root), progress)


def _apply(
    root: Path, tree: Mapping[str, Content], steps: Sequence[FileChange], before: Manifest, progress: Progress
) -> None:
    writes = sorted((each for each in steps if each.step in _WRITES), key=lambda each: _names_others(tree[each.name]))
    goes = [each for each in steps if each.step in _GOES]
    if not writes and not goes:
        _readable(root, before, steps)
        return
    _clean(root, before)
    marks = {each.name: _mark(tree[each.name], each) for each in writes}
    directories = sorted({*before.directories, *_missing_directories(root, writes)})
    pending = {name: Entry(marks=(*_marks(before, name), mark)) for name, mark in marks.items()}
    export_manifest.save(root, Manifest(files={**before.files, **pending}, directories=tuple(directories)))
    written = {each.name: _written(root, tree[each.name], each, marks[each.name], progress) for each in writes}
    for each in sorted(goes, key=lambda each: not _names_others_on_disk(root / each.name)):
        if each.step is Step.REMOVE:
            (root / each.name).unlink(missing_ok=True)
    gone = {each.name for each in goes}
    files = {name: entry for name, entry in {**before.files, **written}.items() if name not in gone}
    kept = [name for name in reversed(directories) if not _emptied(root, name, files)]
    after = Manifest(files=files, directories=tuple(sorted(kept)))
    _readable(root, after, steps)
    export_manifest.save(root, after)


@contextmanager
def told(root: Path) -> Iterator[None]:
    """What the disk refuses, in a person's words."""
    try:
        yield
    except OSError as error:
        message = f"{error.filename or root}: {error.strerror}"
        raise UnavailableError(message, remedy="name a directory that you may write to") from error


def _there(root: Path, name: str, entry: Entry | None) -> There:
    for parent in _parents(name):
        with suppress(FileNotFoundError):
            if not stat.S_ISDIR((root / parent).lstat().st_mode):
                return There.BLOCKED
    try:
        status = (root / name).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return There.NOTHING
    if stat.S_ISDIR(status.st_mode):
        return There.BLOCKED
    if entry is None:
        return There.FOREIGN
    return There.OURS if _is_ours(root / name, status, entry) else There.ALTERED


def _is_ours(path: Path, status: os.stat_result, entry: Entry) -> bool:
    if not stat.S_ISREG(status.st_mode):
        return False
    if export_sources.stamp(status) == entry.stamp or export_sources.inode(status) in entry.marks:
        return True
    try:
        return export_sources.sum_of(content.of_file(path)) in entry.marks
    except ContentError:
        return False


def _wish(wanted: Content | None, target: Path | None, entry: Entry | None) -> Wish:
    if wanted is None:
        return Wish.NONE
    return Wish.SAME if entry is not None and entry.source == _source(wanted, target) else Wish.OTHER


def _source(wanted: Content, target: Path | None) -> str:
    return ("link " if target is not None else "copy ") + export_sources.source(wanted)


def _reason(root: Path, name: str, there: There) -> tuple[str, str]:
    if there is There.ALTERED:
        return "somebody changed it", "see what is in it; --force puts ours there, or removes it if nothing is wanted"
    if there is There.FOREIGN:
        return "it is there, and not ours", "move it away; --force puts ours there"
    file = next(
        (parent for parent in _parents(name) if os.path.lexists(root / parent) and _no_directory(root, parent)), ""
    )
    if not file:
        return "it is a directory", "move it away"
    remedy = "move it away; a boot file called pxelinux.cfg needs another name, such as boot.cfg, here and in DHCP"
    return f"{root / file} is no directory", remedy


def _no_directory(root: Path, name: str) -> bool:
    return not stat.S_ISDIR((root / name).lstat().st_mode)


def _parents(name: str) -> list[str]:
    """The directories that `name` is in beneath the root, the outermost first."""
    return [str(parent) for parent in reversed(PurePosixPath(name).parents[:-1])]


def _missing_directories(root: Path, writes: Iterable[FileChange]) -> set[str]:
    return {parent for each in writes for parent in _parents(each.name) if not (root / parent).exists()}


def make_directory(path: Path) -> None:
    """With those above it; every new one can be entered by all."""
    if not path.is_dir():
        if path != path.parent:
            make_directory(path.parent)
        path.mkdir()
        path.chmod(DIRECTORY_MODE)


def _mark(wanted: Content, change: FileChange) -> str:
    return export_sources.sum_of(wanted) if change.link is None else export_sources.inode(change.link.stat())


def _marks(manifest: Manifest, name: str) -> tuple[str, ...]:
    return manifest.files[name].marks if name in manifest.files else ()


def _written(root: Path, wanted: Content, change: FileChange, mark: str, progress: Progress) -> Entry:
    path, source = root / change.name, _source(wanted, change.link)
    make_directory(path.parent)
    if change.link is not None:
        writing.link(change.link, path)
    else:
        writing.replace(wanted, path, mode=FILE_MODE, progress=progress)
    status = path.lstat()
    if _source(wanted, change.link) != source:
        message = f"{change.name} changed while it was exported"
        raise UnavailableError(message, remedy="see who changes it, and export again")
    return Entry(source=source, stamp=export_sources.stamp(status), marks=(mark,))


def _clean(root: Path, manifest: Manifest) -> None:
    """Of the beginnings of files that a killed export left; the lock says that nobody writes them now."""
    unfinished = [name for name, entry in manifest.files.items() if not entry.stamp]
    for name in (export_manifest.NAME, *unfinished):
        for path in writing.unfinished(root / name):
            path.unlink(missing_ok=True)


def _emptied(root: Path, name: str, files: Mapping[str, Entry]) -> bool:
    """Whether the directory, one of ours, is gone; deeper ones are seen to first."""
    if any(name in _parents(file) for file in files):
        return False
    with suppress(OSError):
        (root / name).rmdir()
    return not (root / name).exists()


def _readable(root: Path, manifest: Manifest, steps: Iterable[FileChange]) -> None:
    """Copies that somebody closed are opened again."""
    for each in steps:
        path = root / each.name
        if each.step is Step.KEEP and each.link is None and each.name in manifest.files:
            with suppress(OSError):
                if stat.S_IMODE(path.lstat().st_mode) != FILE_MODE:
                    path.chmod(FILE_MODE)


def _names_others(wanted: Content) -> bool:
    match wanted.segments:
        case (Inline(data=data), *_):
            return data.startswith(_LISTS)
    return False


def _names_others_on_disk(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return file.read(len(_LISTS[0])).startswith(_LISTS)
    return False
