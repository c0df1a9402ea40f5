"""One import, from a source to the shelf: looked at, fetched or copied, verified, and shown when all of it is there."""

import asyncio
import re
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from netipl import content
from netipl.content import Content, FileRange
from netipl.control.media import files, listed_sums
from netipl.control.media.disk_images import DiskImage
from netipl.control.media.looking import Looking
from netipl.control.media.sources import Local, Mirror, local
from netipl.control.media.work import Running
from netipl.errors import RefusedError, UsageError
from netipl.integrations import gpgv
from netipl.integrations.mirror.client import shown
from netipl.integrations.mirror.download import Downloads, Progress, Wanted
from netipl.media.medium import Family, File, Medium, Role
from netipl.media.recognise import pointed_at
from netipl.media.recognition import Algorithm, BootFile, Recognised, Sum
from netipl.store.media.incoming import UPLOAD, Import, Incoming
from netipl.store.media.keeper import MediaKeeper, Whole
from netipl.store.media.shelf import MediaShelf
from netipl.store.media.trees import Part

_AT_ONCE: Final = 4
"""Files of one medium that are fetched at the same time."""

_SINGLE: Final = (".iso", ".img", ".raw", ".qcow2", ".gz", ".xz", ".zst", ".zstd", ".bz2", ".tar")
"""How the URL of a file ends; any other is that of a tree."""

_UNUSUAL: Final = re.compile(r"[^A-Za-z0-9._+-]+")
"""What is left out of the name of an image: it stands in kernel command lines, which end words at spaces."""

NEEDS_IMAGE: Final = frozenset({Family.UBUNTU})
"""Families whose installers fetch the whole image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What all imports share."""

    shelf: MediaShelf
    keeper: MediaKeeper
    incoming: Incoming
    downloads: Downloads
    threads: Executor


@dataclass(slots=True)
class _Gathered:
    """What of a medium is there: its files, the parts that hold them, and its tree."""

    files: list[tuple[Role, File]] = field(default_factory=list)
    parts: list[Whole] = field(default_factory=list)
    tree: dict[str, tuple[Part, ...]] = field(default_factory=dict)


class Importing:
    """Of what `made` says, with `running` to be told."""

    def __init__(self, tools: Tools, made: Import, running: Running) -> None:
        self._tools = tools
        self._made = made
        self._asked = made.asked
        self._running = running
        self._place = tools.incoming.directory(made.id)

    async def run(self) -> Medium:
        """The medium, on the shelf. Raises NetiplError."""
        self._announce(())
        if (source := self._asked.source) is not None and "://" in source and not is_file(source):
            root, clues = pointed_at(source)
            return await self._from_mirror(Mirror(root, self._tools.downloads), clues)
        path = await self._file()
        self._running.step("looking at it")
        found = await self._running.in_thread(partial(local, path, self._where, self._tools.threads))
        return await self._disk_image(path) if found is None else await self._from_tree(found)

    @property
    def _where(self) -> str:
        """For people."""
        source = self._asked.source
        if source is None:
            return self._asked.called
        return shown(source) if "://" in source else source

    @property
    def _called(self) -> str:
        """The name of its one file, as on the server or host that it comes from."""
        source = self._asked.source or self._asked.called
        path = unquote(urlsplit(source).path) if "://" in source else source
        return PurePosixPath(path).name or self._asked.name

    async def _file(self) -> Path:
        """The file or directory that is to be looked at, with the sum that was asked for, and signed."""
        source, wanted = self._asked.source, _sum(self._asked.sha256)
        if source is not None and "://" in source:
            return await self._downloaded(source, wanted)
        path = self._place / UPLOAD if source is None else Path(source)
        if wanted is not None or self._asked.key:
            self._running.step("reading it")
            await self._running.in_thread(partial(self._checked, path, wanted))
        return path

    async def _downloaded(self, url: str, wanted: Sum | None) -> Path:
        path = self._place / "source.part"
        self._running.step("looking for its sum")
        said = await listed_sums.beside(self._tools.downloads, url, self._asked.key, self._running.in_thread)
        if wanted is None and said is None:
            self._running.warn("nothing says what sum it should have: give --sha256 where it matters")
        self._running.step("fetching")
        want = Wanted(url=url, sum=wanted or said, most=files.LARGEST)
        await self._tools.downloads.file(want, path, self._watched(self._called))
        if said is not None and wanted is not None and said != wanted:  # both have to be right
            await self._running.in_thread(partial(self._sum_of, path, said))
        return path

    def _checked(self, path: Path, wanted: Sum | None) -> None:
        """Raises UsageError, RefusedError and UnavailableError."""
        if not path.is_dir():
            if wanted is not None:
                self._sum_of(path, wanted)
            if self._asked.key:
                self._signed_beside(path)
        elif wanted is not None:
            raise UsageError("a directory has no sum", remedy="leave --sha256 out")

    def _signed_beside(self, path: Path) -> None:
        if self._asked.source is None:
            raise UsageError(
                "the signature of what is sent is not looked for",
                remedy="check it with gpgv, and give --sha256 instead of --key",
            )
        for ending in listed_sums.SIGNATURES:
            if (signature := Path(f"{path}{ending}")).is_file():
                gpgv.verify(path, signature.read_bytes(), self._asked.key, called=str(path))
                return
        raise RefusedError(f"{path} has no signature beside it", remedy="put it there as FILE.sig, or leave --key out")

    def _sum_of(self, path: Path, wanted: Sum | None) -> str:
        size = path.stat().st_size
        return files.summed(path, wanted, self._count(f"{self._called} (sum)", size), called=self._called)

    # a mirror

    async def _from_mirror(self, mirror: Mirror, clues: tuple[str, ...]) -> Medium:
        if self._asked.tree:
            remedy = "leave --tree out: installers use the mirror itself; or import an ISO image with --tree"
            raise UsageError("the tree of a mirror is not copied", remedy=remedy)
        self._running.step("looking at it")
        looking = Looking(mirror, self._asked.key, clues)
        found = await looking.recognised(self._running.in_thread)
        self._announce((file.name for file in found.files), found)
        files.demand_room(self._place, [file.size or 0 for file in found.files])
        self._running.step("fetching")
        turns, gathered = asyncio.Semaphore(_AT_ONCE), _Gathered()

        async def fetched(number: int, file: BootFile) -> tuple[Role, File]:
            async with turns:
                return file.role, await self._fetched(mirror, number, file, gathered)

        async with asyncio.TaskGroup() as tasks:
            coming = [tasks.create_task(fetched(number, file)) for number, file in enumerate(found.files)]
        gathered.files = [each.result() for each in coming]
        return await self._shown(found, gathered)

    async def _fetched(self, mirror: Mirror, number: int, file: BootFile, gathered: _Gathered) -> File:
        if (kept := await self._kept_already(file)) is not None:
            return kept
        part = self._place / f"{number}.part"
        url = mirror.url_of(file.location or file.name)
        wanted = Wanted(url=url, sum=file.sum, size=file.size, most=files.LARGEST)
        came = await self._tools.downloads.file(wanted, part, self._watched(file.name))
        if self._asked.key and file.signature:
            signature = (await mirror.clues([file.signature]))[file.signature]
            if signature is None:
                raise RefusedError(f"{file.name}: its signature is not there", remedy="leave --key out")
            await self._running.in_thread(
                partial(gpgv.verify, part, signature, self._asked.key, called=f"{mirror.where}: {file.name}")
            )
        gathered.parts.append(Whole(part, came.sha256))
        return File(name=file.name, sha256=came.sha256, size=came.size)

    async def _kept_already(self, file: BootFile) -> File | None:
        """Another medium may have the same file: what is there is read, and need not be fetched."""
        blobs = self._tools.shelf.blobs
        if file.sum is None or file.sum.algorithm is not Algorithm.SHA256:
            return None
        sha256 = file.sum.digest
        if (size := blobs.size(sha256)) is None:
            return None
        count = self._count(file.name, size)
        if await self._running.in_thread(partial(blobs.broken, sha256, size, count)):
            return None
        return File(name=file.name, sha256=sha256, size=size)

    # a tree on this host

    async def _from_tree(self, tree: Local) -> Medium:
        self._running.step("looking at it")
        key = self._asked.key if tree.is_directory else b""  # an image or archive is signed as a whole
        found = await Looking(tree, key).recognised(self._running.in_thread)
        self._announce((file.name for file in found.files), found, has_tree=self._asked.tree)
        if found.has_tree and not self._asked.tree:
            self._running.warn("its installer needs the whole tree: say --tree, or name a repository in the profile")
        self._running.step("copying")
        gathered = await self._running.in_thread(partial(self._gathered, tree, found))
        return await self._shown(found, gathered)

    def _gathered(self, tree: Local, found: Recognised) -> _Gathered:
        gathered, kept = _Gathered(), {}
        keeps_image = tree.image is not None and (self._asked.tree or found.family in NEEDS_IMAGE)
        wanted = {file.name: file.sum for file in found.files}
        others = tree.files if self._asked.tree and not keeps_image else ()
        names = [*wanted, *(name for name in others if name not in wanted)]
        files.demand_room(self._place, [tree.files[name].size for name in names])
        for number, name in enumerate(names):
            kept[name] = self._copied(tree.files[name], number, name, wanted.get(name), gathered)
        gathered.files = [(file.role, kept[file.name]) for file in found.files]
        if tree.image is not None and keeps_image:
            image = self._image(tree.image, gathered)
            gathered.files.append((Role.ISO, image))
            if self._asked.tree:
                gathered.tree = {name: _ranges(image, file) for name, file in tree.files.items()}
        elif self._asked.tree:
            gathered.tree = {name: (Part(file.sha256, 0, file.size),) for name, file in kept.items()}
        return gathered

    def _copied(self, source: Content, number: int, name: str, wanted: Sum | None, gathered: _Gathered) -> File:
        part = self._place / f"{number}.part"
        whole = files.copied(source, part, wanted, self._count(name, source.size), called=f"{self._where}: {name}")
        gathered.parts.append(whole)
        return File(name=name, sha256=whole.sha256, size=source.size)

    def _image(self, path: Path, gathered: _Gathered) -> File:
        """The ISO image itself: where it came here for this import it is taken, else copied."""
        size = path.stat().st_size
        if path.is_relative_to(self._place):
            whole = Whole(path, self._sum_of(path, None))
        else:
            files.demand_room(self._place, [size])
            part = self._place / "image.part"
            whole = files.copied(
                content.of_file(path), part, None, self._count(self._called, size), called=self._called
            )
        gathered.parts.append(whole)
        return File(name=_UNUSUAL.sub("-", self._called), sha256=whole.sha256, size=size)

    # a disk

    async def _disk_image(self, path: Path) -> Medium:
        if self._asked.tree:
            raise UsageError("the image of a disk has no tree", remedy="leave --tree out")
        self._running.step("reading the image")
        image = DiskImage(
            path=path,
            called=self._called,
            directory=self._place,
            unpack=self._asked.unpack,
            count=self._count(self._called),
        )
        whole, file, warnings = await self._running.in_thread(image.kept)
        found = image.recognised(self._asked.name, file.size)
        gathered = _Gathered(files=[(Role.IMAGE, file)], parts=[whole])
        return await self._shown(replace(found, warnings=(*found.warnings, *warnings)), gathered)

    # the end

    async def _shown(self, found: Recognised, gathered: _Gathered) -> Medium:
        for warning in found.warnings:
            self._running.warn(warning)
        medium = self._medium(found, gathered.files)
        self._running.step("keeping it")
        await self._running.in_thread(partial(self._tools.keeper.put, medium, gathered.parts, gathered.tree))
        return medium

    def _medium(self, found: Recognised, kept: Iterable[tuple[Role, File]]) -> Medium:
        return Medium(
            id=self._made.id,
            name=self._asked.name,
            family=found.family,
            version=found.version,
            title=found.title,
            architecture=found.architecture,
            source=self._where,
            files=tuple(kept),
            level=found.level,
            has_tree=self._asked.tree,
            packages=found.packages,
            added=datetime.now(UTC),
            by=self._made.by,
        )

    def _announce(self, names: Iterable[str], found: Recognised | None = None, *, has_tree: bool = False) -> None:
        """Once it is recognised it can be planned for, though its bytes are on their way."""
        medium = None
        if found is not None:
            files_to_come = [(file.role, File(name=file.name, sha256="", size=0)) for file in found.files]
            medium = self._medium(found, files_to_come)
        self._tools.shelf.announced(self._made.id, self._asked.name, names, has_tree=has_tree, medium=medium)

    def _watched(self, name: str) -> Progress:
        """Of a download: it is told, and there is room for it."""
        room = files.Room(self._place)

        def progress(done: int, size: int | None) -> None:
            self._running.at(name, done, size)
            room.demand(done, size)

        return progress

    def _count(self, name: str, size: int | None = None) -> files.Count:
        return lambda done: self._running.more(name, done, size)


def is_file(url: str) -> bool:
    """Whether a URL is that of one file, and not of a tree."""
    return urlsplit(url).path.lower().endswith(_SINGLE)


def _sum(sha256: str | None) -> Sum | None:
    return None if sha256 is None else Sum(algorithm=Algorithm.SHA256, digest=sha256)


def _ranges(image: File, file: Content) -> tuple[Part, ...]:
    return tuple(
        Part(image.sha256, segment.offset, segment.length)
        for segment in file.segments
        if isinstance(segment, FileRange)
    )
