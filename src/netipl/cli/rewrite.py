"""`netipl lint --compile`: one configuration for syslinux in, one for the firmware out, remarks to standard error."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import typer

from netipl import content
from netipl.errors import ContentError, UnavailableError
from netipl.firmware.compile import compiled
from netipl.firmware.lint.finding import Target
from netipl.firmware.lint.tree import Use
from netipl.firmware.syslinux.choice import Remark
from netipl.store import writing
from netipl.wire import printable

_LARGEST = 1 << 20
"""Bytes of a configuration that are read."""


class Included(Mapping[bytes, bytes]):
    """The files beneath `root` by their names in it, read when they are asked for; nothing outside of it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __getitem__(self, name: bytes) -> bytes:
        try:
            return _read(self._root / os.fsdecode(name), root=self._root)
        except ContentError as error:
            raise KeyError(name) from error

    def __iter__(self) -> Iterator[bytes]:
        return (os.fsencode(path.relative_to(self._root)) for path in self._root.rglob("*") if path.is_file())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def rewritten(path: Path, root: Path | None, output: Path | None, target: Target, *, use: Use | None) -> int:
    """Write the result to `output`, or standard output; returns the exit status."""
    try:
        data = _read(path)
    except ContentError as error:
        raise UnavailableError(str(error), remedy="name a configuration that you can read") from error
    files = Included(root) if root is not None else None
    result = compiled(data, target, use=use or Use.PROBED, file=os.fsencode(path), files=files)
    for remark in result.remarks:
        typer.echo(_shown(remark), err=True)
    if result.text is None:
        return 1
    if output is None:
        sys.stdout.buffer.write(result.text)
        sys.stdout.flush()
    else:
        writing.to_file(content.inline(result.text), output, progress=lambda _: None)
    return 0


def _shown(remark: Remark) -> str:
    place = ":".join([printable(remark.file) or "netipl", *([str(remark.line)] if remark.line else [])])
    remedy = f"\n    remedy: {remark.remedy}" if remark.remedy else ""
    return f"{place}: {remark.severity}: {remark.message}{remedy}"


def _read(path: Path, root: Path | None = None) -> bytes:
    return b"".join(content.read(content.of_file(path, root=root).part(0, _LARGEST)))
