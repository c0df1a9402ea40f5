"""What is ours in an exported directory: a file in it that lists names, sums, and the directories that we made.

While an export runs it lists what was and what will be, so that one that was killed knows its own files again.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from netipl.content import inline
from netipl.errors import RefusedError, UnavailableError
from netipl.store import writing

NAME: Final = ".netipl-export.json"
_VERSION: Final = 1
_MODE: Final = 0o600
"""For no TFTP server to read: it lists all guests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file. `source` tells what it was made of, `stamp` how it looked on disk when it was done."""

    source: str = ""
    stamp: str = ""
    marks: tuple[str, ...] = ()
    """Any of these tells that it is ours: `sha256:...`, or `inode:...` of a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All of it."""

    files: Mapping[str, Entry] = field(default_factory=dict)
    directories: tuple[str, ...] = ()


def load(root: Path) -> Manifest:
    """That of `root`; empty where there is none. Raises RefusedError and UnavailableError."""
    path = root / NAME
    try:
        read = json.loads(path.read_bytes())
        return _decoded(read)
    except FileNotFoundError:
        return Manifest()
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", remedy="run this as whoever exported before") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        remedy = "remove it, and export with --force: what stands at our names is then taken for ours"
        raise RefusedError(f"{path} is no list of exported files", remedy=remedy) from error


def save(root: Path, manifest: Manifest) -> None:
    """In one piece. Raises UnavailableError."""
    text = json.dumps({"version": _VERSION, **asdict(manifest)}, indent=1)
    writing.replace(inline(text + "\n"), root / NAME, mode=_MODE, progress=lambda _: None)


def _decoded(read: Any) -> Manifest:  # Any: JSON
    if read["version"] != _VERSION:
        raise ValueError(read["version"])
    files = {
        str(name): Entry(source=str(each["source"]), stamp=str(each["stamp"]), marks=tuple(map(str, each["marks"])))
        for name, each in read["files"].items()
    }
    return Manifest(files=files, directories=tuple(map(str, read["directories"])))
