"""Reads answer templates: those that netipl ships, and those of a directory of one's own.

A template is a directory `NAME` of files as installers fetch them; an own one that has the name of a shipped one stands
in its place, file by file.
"""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from netipl.errors import UnavailableError, UsageError

MOST_BYTES: Final = 1 << 20
"""Of one template."""


def shipped() -> Mapping[str, str]:
    """Their texts by `KIND/FILE`."""
    return {name: found.read_text("utf-8") for name, found in _below(files("netipl.answers") / "templates")}


def with_own(directory: Path | None) -> Mapping[str, str]:
    """The shipped ones and those of `directory`. Raises UsageError and UnavailableError."""
    return {**shipped(), **(own(directory) if directory is not None else {})}


def own(directory: Path) -> Mapping[str, str]:
    """The texts below `directory`, by `TEMPLATE/FILE`, without what is hidden or no file. Raises as above."""
    try:
        return {name: _text(found) for name, found in _below(directory)}
    except OSError as error:
        remedy = "let netipl's user read the directory that `templates` in [answers] names"
        raise UnavailableError(f"{error.filename}: {error.strerror}", remedy=remedy) from error


def _text(path: Traversable) -> str:
    with path.open("rb") as file:
        found = file.read(MOST_BYTES + 1)
    if len(found) > MOST_BYTES:
        raise UsageError(f"{path}: a template of more than {MOST_BYTES} bytes", remedy="keep data out of templates")
    try:
        return found.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: it is not UTF-8: {error.reason}", remedy="save it as UTF-8") from error


def _below(root: Traversable) -> Iterator[tuple[str, Traversable]]:
    """Each file of each directory of `root`, by its path from there."""
    for template in root.iterdir():
        if template.is_dir() and not template.name.startswith("."):
            yield from _files(template, template.name)


def _files(directory: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    for found in directory.iterdir():
        if found.name.startswith("."):
            continue
        if found.is_dir():
            yield from _files(found, f"{name}/{found.name}")
        elif found.is_file():
            yield f"{name}/{found.name}", found
