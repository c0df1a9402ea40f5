"""What a source turns out to be, found out here: for `--dry-run`, and so that no more is sent than is needed."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from netipl.content import Content
from netipl.control.media.disk_images import DiskImage
from netipl.control.media.importing import NEEDS_IMAGE, is_file
from netipl.control.media.looking import Looking
from netipl.control.media.sources import Local, Mirror, local
from netipl.errors import RefusedError, UsageError
from netipl.integrations.mirror.client import Patience, client, location
from netipl.integrations.mirror.download import Downloads
from netipl.media.recognise import pointed_at
from netipl.media.recognition import Recognised

_THREADS = 4


def recognised(source: str, name: str, key: bytes) -> Recognised:
    """Raises NetiplError."""
    with ThreadPoolExecutor(_THREADS) as threads:
        if "://" in source:
            return asyncio.run(_far(location(source), key, threads))
        return asyncio.run(_near(Path(source), name, key, threads))


def needed(place: Path) -> Mapping[str, Content] | None:
    """What of the tree at `place` tells what it is, and boots it; None where all of the file is needed.

    Raises RefusedError where it is no medium, and UnavailableError.
    """
    with ThreadPoolExecutor(_THREADS) as threads:
        tree = local(place, str(place), threads)
        return None if tree is None else asyncio.run(_needed(tree))


async def _needed(tree: Local) -> Mapping[str, Content] | None:
    looking = Looking(tree)
    found = await looking.recognised(asyncio.to_thread)
    if tree.image is not None and found.family in NEEDS_IMAGE:
        return None
    names = looking.read | {file.name for file in found.files}
    few = {name: file for name, file in tree.files.items() if name in names}
    try:
        again = await Looking(replace(tree, files=few)).recognised(asyncio.to_thread)
    except RefusedError:
        return tree.files
    return few if again == found else tree.files


async def _far(url: str, key: bytes, threads: Executor) -> Recognised:
    if is_file(url):
        remedy = "leave --dry-run out, or fetch it and name the file"
        raise UsageError("what is in a file is seen when it has come", remedy=remedy)
    root, clues = pointed_at(url)
    patience = Patience()
    async with client(patience, _THREADS) as http:
        mirror = Mirror(root, Downloads(http, threads, patience))
        return await Looking(mirror, key, clues).recognised(asyncio.to_thread)


async def _near(path: Path, name: str, key: bytes, threads: Executor) -> Recognised:
    tree = local(path, str(path), threads)
    if tree is None:
        image = DiskImage(path=path, called=path.name, directory=path.parent, unpack=False, count=lambda _: None)
        return image.recognised(name, 0)
    return await Looking(tree, key if tree.is_directory else b"").recognised(asyncio.to_thread)
