"""One boot file brought from where Foreman said, or where its family keeps it for s390x, whole and verified.

It comes beside its place and is put there in one step, so nobody is ever served a part of it. A download that breaks
off is continued, also by the next daemon.
"""

import asyncio
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from netipl.errors import MissingError, NetiplError, WireError
from netipl.integrations.mirror.client import shown
from netipl.integrations.mirror.download import Downloads, Fetched, Wanted
from netipl.integrations.mirror.ftp import FtpDownloads
from netipl.media.boot_paths import Place, SumList, places
from netipl.media.recognition import Sum

_LONGEST_LIST: Final = 4 << 20
_TRIES: Final = 2
"""Of a list of sums: that its server cannot be reached is told by the file itself."""
_MODE: Final = 0o644
_DIRECTORY_MODE: Final = 0o755

Said = Callable[[str], None]
"""Told in words what is worth knowing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What fetching needs. `most` is how many bytes one file may have."""

    http: Downloads
    ftp: FtpDownloads
    threads: Executor
    most: int
    files: Path
    incoming: Path

    def way(self, url: str) -> Downloads | FtpDownloads:
        """By which the file at `url` comes."""
        return self.ftp if urlsplit(url).scheme.lower() == "ftp" else self.http


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What came, from where in the end, and whether the tree's own sum was compared."""

    fetched: Fetched
    url: str
    is_verified: bool


async def fetch(name: str, url: str, tools: Tools, said: Said) -> Arrived:
    """Puts the file at `url` where `name` is served from. Raises NetiplError."""
    tried: list[str] = []
    for place in places(url):
        try:
            arrived, part = await _brought(name, place, tools, said)
        except MissingError:
            tried.append(shown(place.url))
            continue
        await asyncio.get_running_loop().run_in_executor(tools.threads, _put, part, tools.files, name)
        if tried:
            said(f"{name} was not at {tried[0]}, and came from {shown(place.url)}")
        return arrived
    raise MissingError(f"{' nor '.join(tried)} is not there", remedy="see whether the medium's URL in Foreman is right")


def parts(incoming: Path, name: str) -> list[Path]:
    """What has come of a file that is not whole, to be continued."""
    return list(incoming.glob(f"{_digest(name)}*"))


async def _brought(name: str, place: Place, tools: Tools, said: Said) -> tuple[Arrived, Path]:
    part = tools.incoming / f"{_digest(name)}.part"
    found = await _sum(place, tools, said)
    wanted = Wanted(url=place.url, sum=found, most=tools.most)
    fetched = await tools.way(place.url).file(wanted, part, lambda _done, _all: None)
    return Arrived(fetched=fetched, url=place.url, is_verified=found is not None), part


async def _sum(place: Place, tools: Tools, said: Said) -> Sum | None:
    """Of the tree's own lists; a tree that has none is taken as it is."""
    for each in place.lists:
        try:
            return await _of_list(each, tools)
        except MissingError:
            continue
        except NetiplError as error:
            said(f"the sums of {shown(place.url)} cannot be read: {error}")
            return None
    return None


async def _of_list(each: SumList, tools: Tools) -> Sum | None:
    data = await tools.way(each.url).beginning(each.url, _LONGEST_LIST, tries=_TRIES)
    if len(data) >= _LONGEST_LIST:
        raise WireError(f"{shown(each.url)} is too large to be a list of sums")
    return each.sum(data)


def _put(part: Path, root: Path, name: str) -> None:
    """In one step, and durably."""
    place = root / name
    place.parent.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
    _synced(part, os.O_RDONLY, mode=_MODE)
    part.replace(place)
    part.with_name(f"{part.name}.json").unlink(missing_ok=True)
    for directory in (root, *(root / parent for parent in Path(name).parents)):
        _synced(directory, os.O_RDONLY | os.O_DIRECTORY)


def _synced(path: Path, flags: int, mode: int | None = None) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        if mode is not None:
            os.fchmod(descriptor, mode)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:24]
