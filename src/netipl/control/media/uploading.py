"""Bytes that a client sends, to disk as they come: never many in memory, and never more than there is room for."""

import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from netipl.control.media import files
from netipl.control.media.work import Running
from netipl.errors import ConflictError, UnavailableError
from netipl.provisioning.media_jobs import JobState
from netipl.store.media.incoming import UPLOAD

NAME: Final = "upload"
_PATIENCE: Final = 24 * 3600  # seconds
_WRITE: Final = 1 << 20
_LOOK: Final = 64 << 20
"""Bytes after which it is looked again how much room there is."""


async def received(
    directory: Path, pieces: AsyncIterator[bytes], running: Running, *, offset: int, size: int | None
) -> None:
    """`pieces` are the rest of the upload from `offset` on; `size` is how many bytes they are, if that is known.

    What came stays where they end too early. Raises ConflictError for another offset than what is there has, and
    UnavailableError where there is no room.
    """
    file = await running.in_thread(partial(_opened, directory / UPLOAD, offset))
    total = offset + size if size is not None else None
    try:
        files.demand_room(directory, [size or 0])
        running.at(NAME, offset, total)
        came = await _poured(pieces, file, running, offset, total)
        running.at(NAME, came, came)
    finally:
        file.close()


async def _poured(
    pieces: AsyncIterator[bytes], file: BinaryIO, running: Running, offset: int, total: int | None
) -> int:
    """How many bytes are there then, with those that were there before."""
    pending, there, looked = bytearray(), offset, offset
    try:
        async for piece in pieces:
            pending += piece
            if len(pending) >= _WRITE:
                there += await _flushed(pending, file, running)
                running.at(NAME, there, total)
            if there - looked >= _LOOK:
                files.demand_room(Path(file.name).parent, [_LOOK])
                looked = there
    finally:
        there += await _flushed(pending, file, running)
        running.at(NAME, there, total)
    return there


async def _flushed(pending: bytearray, file: BinaryIO, running: Running) -> int:
    data = bytes(pending)
    pending.clear()
    await running.in_thread(partial(_written, file, data))
    return len(data)


def taken_up(directory: Path, running: Running) -> None:
    """After a restart: so much of it is there."""
    try:
        there = (directory / UPLOAD).stat().st_size
    except OSError:
        there = 0
    running.at(NAME, there, None)


def is_given_up(directory: Path, running: Running) -> bool:
    """Whether nobody has sent anything of it for a day. Blocks."""
    if running.job.state is not JobState.UPLOADING or running.is_being_uploaded:
        return False
    try:
        newest = max(path.stat().st_mtime for path in (directory, directory / UPLOAD) if path.exists())
    except (OSError, ValueError):
        return False
    return time.time() - newest > _PATIENCE


def _opened(place: Path, offset: int) -> BinaryIO:
    try:
        there = place.stat().st_size if place.exists() else 0
        if offset > there:
            remedy = f"go on from {there}, or begin anew"
            raise ConflictError(f"{there} bytes are there, and not {offset}", remedy=remedy)
        file = place.open("r+b" if place.exists() else "w+b", buffering=0)
        file.truncate(offset)
        file.seek(offset)
    except OSError as error:
        raise files.disk_refused(place, error) from error
    return file


def _written(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[file.write(view) :]
    except OSError as error:
        raise files.disk_refused(Path(file.name), error) from error
    except ValueError as error:  # it was closed: whoever sent it is gone
        raise UnavailableError("the upload was broken off", remedy="send it again") from error
