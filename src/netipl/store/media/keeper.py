"""Puts media on the shelf and takes them off: files first and the record last, and the other way round.

Whoever is killed in between leaves files that no record names; they are swept away when the next medium goes. One at a
time does it, so that no sweep takes what has just come. Blocks: call it in a thread.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from netipl.errors import UnavailableError
from netipl.media.medium import Medium
from netipl.provisioning.media_jobs import Fault
from netipl.store.media import disk, record, trees
from netipl.store.media.shelf import BLOBS, INCOMING, RECORD, MediaShelf, is_gone
from netipl.store.media.trees import Part, Tree

_REMEDY: Final = "make room in the state directory, and see that it is the daemon's"
_log = structlog.get_logger("netipl")
Read = Callable[[str, int], None]
"""Told of which file how many bytes more were read; it may raise to break off."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A file that has come: where it is, and its sum."""

    path: Path
    sha256: str


class MediaKeeper:
    """Of `shelf`."""

    def __init__(self, shelf: MediaShelf) -> None:
        self._shelf = shelf
        self._lock = threading.Lock()

    def put(self, medium: Medium, files: Iterable[Whole], tree: Mapping[str, tuple[Part, ...]]) -> None:
        """Keep `files`, and then show `medium`. Raises UnavailableError, after which nothing of it is shown."""
        place = self._shelf.root / medium.id
        with self._lock:
            try:
                self._shelf.blobs.take([(file.path, file.sha256) for file in files])
                self._demand(medium, tree)
                disk.make_directory(place)
                if medium.has_tree:
                    disk.write(place / trees.NAME, trees.encode(tree))
                disk.write(place / RECORD, record.encode(medium))
            except OSError as error:
                raise UnavailableError(f"{place}: {error.strerror}", remedy=_REMEDY) from error
            self._shelf.shown(medium, tree)

    def remove(self, medium: Medium) -> None:
        """It is gone, and so are files that no other has. Who is being sent one gets it to its end.

        Raises UnavailableError.
        """
        place = self._shelf.root / medium.id
        with self._lock:
            try:
                (place / RECORD).unlink(missing_ok=True)
                disk.sync(place)
            except OSError as error:
                raise UnavailableError(f"{place}: {error.strerror}", remedy=_REMEDY) from error
            self._shelf.hidden(medium.id)
            self._swept((place,))

    def tidy(self) -> None:
        """What a daemon before was killed over. Nothing is touched that may belong to a record nobody can read."""
        with self._lock:
            there = (place for place in self._shelf.root.glob("*") if place.name not in {BLOBS, INCOMING})
            self._swept(place for place in there if _left(place) and is_gone(place / RECORD))

    def faults(self, medium: Medium, read: Read) -> Iterator[Fault]:
        """Every file of `medium` that is not what it was, after all have been read."""
        for name, sha256, size in kept_files(medium, self._shelf.tree(medium.id)):
            what = self._shelf.blobs.broken(sha256, size, lambda done, name=name: read(name, done))  # type: ignore[misc]
            if what:
                yield Fault(file=name, what=what)

    def _demand(self, medium: Medium, tree: Tree) -> None:
        """All its files are here, those too that other media had when it began. Raises UnavailableError."""
        for name, sha256, _ in kept_files(medium, tree):
            if self._shelf.blobs.size(sha256) is None:
                message = f"{name} was removed while {medium.name} was imported"
                raise UnavailableError(message, remedy="import it again")

    def _swept(self, places: Iterable[Path]) -> None:
        """What stays is told in the log, and tried again the next time: nothing refers to it."""
        try:
            for place in places:
                _clear(place)
            if self._shelf.is_complete:
                self._shelf.blobs.remove_unused(self._shelf.used())
        except OSError as error:
            reason = f"{error.filename}: {error.strerror}"
            _log.warning("files of media that are gone cannot be removed", reason=reason, remedy=_REMEDY)


def _left(place: Path) -> list[Path]:
    """Files of ours beside the record, or begun; whatever else is there stays."""
    return [path for name in (trees.NAME, f".{trees.NAME}.*", f".{RECORD}.*") for path in place.glob(name)]


def _clear(place: Path) -> None:
    for path in _left(place):
        path.unlink(missing_ok=True)
    if not any(place.iterdir()):
        place.rmdir()


def kept_files(medium: Medium, tree: Tree) -> list[tuple[str, str, int]]:
    """Name, sum and size of each kept file of `medium`, each once."""
    found: dict[str, tuple[str, int]] = {file.sha256: (file.name, file.size) for _, file in medium.files}
    for path, parts in tree.items():
        for part in parts:
            if part.sha256 not in found:
                found[part.sha256] = (path, part.length)
    return [(name, sha256, size) for sha256, (name, size) in found.items()]
