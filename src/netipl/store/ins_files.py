"""The files that an .ins list names, on disk: beneath the list's own directory, or beneath the tree that it stands in.

Media name them from their root, whatever directory the list is in. No name leads out of the tree.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from netipl import content
from netipl.content import Content
from netipl.errors import ContentError, UnavailableError, WireError
from netipl.firmware.kernel import LOOKED_AT
from netipl.firmware.rehearsal import Held, Shelf
from netipl.images import ins, ins_layout
from netipl.images import kernel as facts
from netipl.images.ins import InsList, Part
from netipl.images.ins_layout import Placed
from netipl.store import files

_DIRECTORIES_ABOVE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A list, with the root its names are relative to, the parts that are there, and why the others are not."""

    data: bytes
    list: InsList
    root: Path
    placed: tuple[Placed, ...]
    missing: tuple[tuple[Part, str], ...]


def read(path: Path, root: Path | None = None) -> Listed:
    """The list `path`; `root` is found by its names if it is not given. Raises UnavailableError and WireError."""
    file = files.whole(path)
    if file.size > ins.LARGEST:
        raise WireError(f"{path} is no .ins list: it has {file.size} bytes")
    data = files.beginning(file, ins.LARGEST)
    listed = ins.decode(data)
    base = Path(os.path.realpath(root)) if root else _root(path.absolute().parent, listed)
    placed, missing = [], []
    for part in listed.parts:
        try:
            placed.append(_placed(base, part))
        except (ContentError, UnavailableError, OSError, ValueError) as error:
            missing.append((part, _reason(error)))
    return Listed(data=data, list=listed, root=base, placed=tuple(placed), missing=tuple(missing))


def shelf(root: Path) -> Shelf:
    """The files beneath `root`, as a firmware would find them that has it for its TFTP server's directory."""

    def held(name: bytes) -> Held | None:
        try:
            file = _beneath(root, name.decode("utf-8", "surrogateescape"))
            return Held(size=file.size, head=files.beginning(file, LOOKED_AT))
        except (ContentError, UnavailableError, OSError, ValueError):
            return None

    return held


def _beneath(root: Path, name: str) -> Content:
    """Raises ContentError for a name that leads out of `root`."""
    return content.of_file(root / name.lstrip("/"), root=root)


def _placed(root: Path, part: Part) -> Placed:
    file = _beneath(root, part.name)
    head = files.beginning(file, max(facts.HEADER_SIZE, ins_layout.LARGEST_NUMBER))
    return Placed(name=part.name, address=part.address, size=file.size, head=head, content=file)


def _root(directory: Path, listed: InsList) -> Path:
    """The nearest directory in which one of the files is; `directory` itself where none is."""
    candidates = (directory, *list(directory.parents)[:_DIRECTORIES_ABOVE])
    for candidate in candidates:
        if any(_is_there(candidate / part.name.lstrip("/")) for part in listed.parts):
            return candidate
    return directory


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
