"""The media that there are, as whoever boots guests asks for them: by name, and by the paths of URLs and TFTP names.

Everything is answered from memory; what is on disk was read at the start. A medium that is still arriving is known by
its name and by the names of its files, so that whoever asks for one can wait. Threads change what is here: tables are
replaced, and never changed, so whoever reads one needs no lock.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import structlog

from netipl.content import Content
from netipl.errors import UnavailableError
from netipl.media.medium import Medium, Role
from netipl.protocols.tftp.resolution import Arriving, Missing, Resolution
from netipl.provisioning.tree import MEDIA
from netipl.store.media import record, trees
from netipl.store.media.blobs import Blobs
from netipl.store.media.trees import Part, Tree

TREE: Final = "tree/"
RECORD: Final = "medium.json"
BLOBS: Final = "blobs"
INCOMING: Final = "incoming"
_log = structlog.get_logger("netipl")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class _Coming:
    """A medium that is not whole yet. `files` are the names that it is known to have; `medium`, as it is recognised."""

    name: str
    files: frozenset[str]
    has_tree: bool
    medium: Medium | None


class MediaShelf:
    """Of the directory `root`; nothing is read before `load`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.blobs = Blobs(root / BLOBS)
        self._media: dict[str, Medium] = {}
        self._trees: dict[str, dict[str, tuple[Part, ...]]] = {}
        self._coming: dict[str, _Coming] = {}
        self._unread: list[Path] = []
        self._changing = threading.Lock()

    # what planners ask

    @property
    def media(self) -> Sequence[Medium]:
        """Those that are whole, in the order of their names."""
        return sorted(self._media.values(), key=lambda medium: medium.name)

    @property
    def coming(self) -> Sequence[Medium]:
        """Those on their way that are recognised: their files have neither sums nor sizes yet."""
        return [coming.medium for coming in self._coming.values() if coming.medium is not None]

    def medium(self, name: str) -> Medium | Arriving | Missing:
        """The one of that name."""
        for medium in self._media.values():
            if medium.name == name:
                return medium
        return Arriving() if any(coming.name == name for coming in self._coming.values()) else Missing()

    def content(self, medium: Medium, role: Role) -> Content | Arriving | Missing:
        """The bytes of its first file in this role. Arriving only while `medium` is."""
        file = next((file for its, file in medium.files if its is role), None)
        if file is None:
            return Missing()
        if medium.id not in self._media:
            return Arriving() if medium.id in self._coming else Missing()
        return self.blobs.content(file.sha256, file.size)

    # what servers ask

    def resolve(self, name: str) -> Resolution:
        """What `media/ID/PATH` and `media/ID/tree/PATH` stand for. `name` is checked before.

        After a restart it takes a moment until it is known again which files a medium will have: then all are waited
        for. Nobody but its guests knows an ID.
        """
        identifier, _, path = name.removeprefix(MEDIA).partition("/")
        if (coming := self._coming.get(identifier)) is not None:
            is_known = not coming.files or path in coming.files or (coming.has_tree and path.startswith(TREE))
            return Arriving() if is_known else Missing()
        medium = self._media.get(identifier)
        if medium is None:
            return Missing()
        for _, file in medium.files:
            if file.name == path:
                return self.blobs.content(file.sha256, file.size)
        if medium.has_tree and path.startswith(TREE):
            parts = self._trees.get(identifier, {}).get(path.removeprefix(TREE))
            return Missing() if parts is None else trees.content(self.blobs, parts)
        return Missing()

    # what keeps it right

    def load(self) -> None:
        """Read what is there. A medium that cannot be read is told of in the log, and left as it is."""
        for place in sorted(each / RECORD for each in self.root.glob("*") if each.name not in {BLOBS, INCOMING}):
            if is_gone(place):
                continue
            try:
                medium = record.decode(place.read_bytes())
                if medium.id != place.parent.name:
                    raise UnavailableError(f"it says that it is {medium.id}", remedy="move its directory back")
                tree = trees.decode((place.parent / trees.NAME).read_bytes()) if medium.has_tree else {}
            except (OSError, UnavailableError) as error:
                remedy = error.remedy if isinstance(error, UnavailableError) else ""
                _log.error("a medium cannot be used", file=str(place), reason=str(error), remedy=remedy)
                self._unread.append(place)
            else:
                self.shown(medium, tree)

    @property
    def is_complete(self) -> bool:
        """Whether all records could be read: only then is it known which files nobody needs."""
        return all(map(is_gone, self._unread))

    def used(self) -> set[str]:
        """The sums of all files that media have."""
        files = {file.sha256 for medium in self._media.values() for _, file in medium.files}
        return files | {part.sha256 for tree in self._trees.values() for parts in tree.values() for part in parts}

    def tree(self, identifier: str) -> Tree:
        """Of a medium; empty where it has none."""
        return self._trees.get(identifier, {})

    def shown(self, medium: Medium, tree: Tree) -> None:
        """It is whole, and on disk."""
        with self._changing:
            self._trees = {**self._trees, medium.id: dict(tree)}
            self._media = {**self._media, medium.id: medium}
            self._coming = _without(self._coming, medium.id)

    def hidden(self, identifier: str) -> None:
        """It is there no more."""
        with self._changing:
            self._media = _without(self._media, identifier)
            self._trees = _without(self._trees, identifier)

    def announced(
        self,
        identifier: str,
        name: str,
        files: Iterable[str] = (),
        *,
        has_tree: bool = False,
        medium: Medium | None = None,
    ) -> None:
        """It is on its way, and will have these files; `medium` is what it is known to be."""
        coming = _Coming(name, frozenset(files), has_tree, medium)
        with self._changing:
            self._coming = {**self._coming, identifier: coming}

    def given_up(self, identifier: str) -> None:
        """It will not come."""
        with self._changing:
            self._coming = _without(self._coming, identifier)


def is_gone(place: Path) -> bool:
    """Whether it is certain that nothing is there: who may not look does not know."""
    try:
        place.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _without(found: dict[str, _Value], key: str) -> dict[str, _Value]:
    return {each: value for each, value in found.items() if each != key}
