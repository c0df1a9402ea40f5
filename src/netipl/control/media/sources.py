"""Where media come from: a mirror, and trees on this host (a directory, an ISO image, a tar archive)."""

import asyncio
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from netipl import content
from netipl.content import Content
from netipl.errors import ContentError, MissingError, UnavailableError
from netipl.integrations import directory, iso, tar_tree
from netipl.integrations.mirror.client import shown
from netipl.integrations.mirror.download import Downloads
from netipl.media.tree import MOST

_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class Mirror:
    """The tree beneath `url`."""

    url: str
    downloads: Downloads

    @property
    def where(self) -> str:
        return shown(self.url)

    @property
    def sizes(self) -> None:
        return None

    def url_of(self, name: str) -> str:
        """Of a path beneath the tree's root, or of an address elsewhere. A query stays, as some mirrors want one."""
        if "://" in name:
            return name
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(path=urljoin(f"{parts.path.rstrip('/')}/", quote(name))))

    async def clues(self, names: Iterable[str]) -> Mapping[str, bytes | None]:
        """Several at once."""
        turns = asyncio.Semaphore(_AT_ONCE)

        async def clue(name: str) -> tuple[str, bytes | None]:
            async with turns:
                try:
                    return name, await self.downloads.beginning(self.url_of(name), MOST)
                except MissingError:
                    return name, None

        async with asyncio.TaskGroup() as tasks:
            asked = [tasks.create_task(clue(name)) for name in names]
        return dict(each.result() for each in asked)


@dataclass(frozen=True, slots=True)
class Local:
    """`files` of a tree at `where`, which are on this host; `image` is the file that they are all ranges of, if any."""

    where: str
    files: Mapping[str, Content]
    threads: Executor
    image: Path | None = None
    is_directory: bool = False

    @property
    def sizes(self) -> Mapping[str, int]:
        return {name: file.size for name, file in self.files.items()}

    async def clues(self, names: Iterable[str]) -> Mapping[str, bytes | None]:
        """Raises UnavailableError for one that cannot be read."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, self._clues, list(names))

    def _clues(self, names: Iterable[str]) -> dict[str, bytes | None]:
        try:
            return {
                name: b"".join(content.read(self.files[name].part(0, MOST))) if name in self.files else None
                for name in names
            }
        except (ContentError, OSError) as error:
            raise UnavailableError(str(error), remedy="see that the daemon may read it") from error


def local(path: Path, where: str, threads: Executor) -> Local | None:
    """Of a directory, an ISO image or a tar archive; None for any other file. Blocks.

    Raises RefusedError and UnavailableError.
    """
    try:
        if path.is_dir():
            return Local(where, directory.tree(path), threads, is_directory=True)
        with path.open("rb") as file:
            head = file.read(iso.HEAD)
    except OSError as error:
        remedy = "name a path on the daemon's host that its user may read"
        raise UnavailableError(f"{path}: {error.strerror}", remedy=remedy) from error
    if iso.is_image(head):
        return Local(where, iso.tree(path), threads, image=path)
    if head[tar_tree.MAGIC_AT :].startswith(tar_tree.MAGIC):
        return Local(where, tar_tree.tree(path), threads)
    return None
