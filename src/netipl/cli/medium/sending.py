"""A file or directory of this machine, sent to the daemon, and gone on with where the connection broke.

A directory is sent as a tar archive that is never written: its headers are in memory, and its files are read as they
are sent. So is an ISO image of which a few files are needed. Links are followed within it.
"""

import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from netipl import content
from netipl.cli.medium.jobs import Pause, path
from netipl.cli.remote.api import Api, Json
from netipl.content import Content
from netipl.errors import ConflictError, ContentError, UnavailableError, UsageError
from netipl.integrations import directory

_BLOCK: Final = 512
_TRIES: Final = 10
"""Times that it is begun or gone on with, without bringing anything."""

_PIECE: Final = 256 << 10
Progress = Callable[[int, int], None]
"""Told how many bytes of how many are there."""


def source(place: Path, *, whole: bool) -> Content:
    """What is sent of it: all, where that is wanted. Raises NetiplError."""
    from netipl.cli.medium import looking  # noqa: PLC0415 - half a second that only this needs

    if not place.exists():
        remedy = "name a file or directory that you may read, or a URL; --on-host for one of the daemon's host"
        raise UnavailableError(f"{place}: no such file or directory", remedy=remedy)
    if place.is_dir() and whole:
        return archive(directory.tree(place))
    few = None if whole else looking.needed(place)
    try:
        return content.of_file(place) if few is None else archive(few)
    except ContentError as error:
        raise UnavailableError(str(error), remedy="name a file or directory that you may read, or a URL") from error


def archive(files: Mapping[str, Content]) -> Content:
    """Of these files, by name."""
    if not files:
        raise UsageError("the directory is empty", remedy="name the root of an install tree")
    segments = []
    for name, file in sorted(files.items()):
        member = tarfile.TarInfo(name)
        member.size, member.mode = file.size, 0o644
        header = content.inline(member.tobuf(tarfile.PAX_FORMAT))
        segments += [*header.segments, *file.padded(_BLOCK).segments]
    return Content(tuple(segments)) + content.inline(bytes(2 * _BLOCK))


def send(api: Api, job: Json, what: Content, told: Progress, *, pause: Pause = time.sleep) -> Json:
    """The job, when all of it is there. Raises NetiplError."""
    offset, failures, size = 0, 0, what.size
    while True:
        try:
            sent = api.send(f"{path(job)}/data", _pieces(what, offset, told), size - offset, offset=offset)
        except (UnavailableError, ConflictError):
            failures += 1
            if failures == _TRIES:
                raise
            pause(min(failures, 5))
            before, (state, offset) = offset, _there(api, job, offset)
            if state != "uploading":
                return api.get(path(job)).json
            failures = 0 if offset > before else failures
        else:
            return sent.json


def _there(api: Api, job: Json, offset: int) -> tuple[str, int]:
    """The state of the job, and how many bytes have come."""
    try:
        found = api.get(path(job)).json
    except UnavailableError:
        return "uploading", offset
    return str(found["state"]), next((int(each["done"]) for each in found["files"]), 0)


def _pieces(what: Content, offset: int, told: Progress) -> Iterator[bytes]:
    done, size = offset, what.size
    try:
        for piece in content.read(what.part(offset), _PIECE):
            yield piece
            done += len(piece)
            told(done, size)
    except (ContentError, OSError) as error:
        raise UsageError(f"it changed while it was sent: {error}", remedy="see who writes to it") from error
