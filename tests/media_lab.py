"""The media of a daemon in a running loop, without its servers: what a test asks for, and what became of it."""

import asyncio
import io
import tarfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netipl import content
from netipl.content import Content
from netipl.control.media.media_plane import MediaPlane
from netipl.errors import UnavailableError
from netipl.integrations.mirror.client import Patience
from netipl.media.medium import Medium, Role
from netipl.provisioning.changes import Change, Happened
from netipl.provisioning.media_jobs import JobState, MediumAsked, MediumJob
from netipl.provisioning.timeline import Event

DEADLINE = 60
PATIENCE = Patience(pause=0.01, longest=0.02, tries=3)
BY = "user root"


@dataclass
class MediaLab:
    """`events` are those that were committed; `users` the profiles that use a medium, by its name."""

    plane: MediaPlane
    events: list[Event] = field(default_factory=list)
    users: dict[str, list[str]] = field(default_factory=dict)
    refuses: bool = False
    """Whether the database does."""

    async def add(self, name: str, source: str | Path | None, **more: Any) -> MediumJob:  # Any: fields of what is asked
        asked = MediumAsked(name=name, source=None if source is None else str(source), **more)
        return await self.over(await self.plane.add(asked, by=BY))

    async def over(self, job: MediumJob) -> MediumJob:
        """The job when it is; one that waits for an upload stays so."""
        task = self.plane._jobs.one(job.id).task
        if task is not None:
            with suppress(asyncio.CancelledError):
                await asyncio.wait_for(asyncio.shield(task), DEADLINE)
        return self.plane.job(job.id)

    async def send(self, job: MediumJob, data: bytes, *, offset: int = 0, size: int | None = None) -> MediumJob:
        found = await self.plane.upload(job.id, pieces(data), offset=offset, size=size or len(data))
        return await self.over(found)

    async def added(self, name: str, source: str | Path | None, **more: Any) -> Medium:
        """It works."""
        job = await self.add(name, source, **more)
        assert job.state is JobState.DONE, job
        return self.plane.medium(name)

    def read(self, medium: Medium, role: Role) -> bytes:
        found = self.plane.shelf.content(medium, role)
        assert isinstance(found, Content), found
        return b"".join(content.read(found))

    def served(self, medium: Medium, path: str) -> bytes | None:
        """What HTTP and TFTP give; None where there is nothing."""
        found = self.plane.shelf.resolve(f"media/{medium.id}/{path}")
        return b"".join(content.read(found)) if isinstance(found, Content) else None

    async def commit(self, changes: Iterable[Change]) -> None:
        if self.refuses:
            raise UnavailableError("the database is away")
        self.events += [change.event for change in changes if isinstance(change, Happened)]


async def until(holds: Callable[[], bool]) -> None:
    """The loop goes on until it does."""
    async with asyncio.timeout(DEADLINE):
        while not holds():  # noqa: ASYNC110 - nothing tells of each byte that comes
            await asyncio.sleep(0)


async def pieces(data: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@asynccontextmanager
async def media_lab(root: Path, patience: Patience = PATIENCE) -> AsyncIterator[MediaLab]:
    """Of the state directory `root`, until the end of the block, which is as the end of a daemon."""
    await asyncio.to_thread(root.mkdir, exist_ok=True)
    lab: MediaLab

    async def commit(changes: Iterable[Change]) -> None:
        await lab.commit(changes)

    plane = MediaPlane(root / "media", commit=commit, uses=lambda name: lab.users.get(name, []), patience=patience)
    lab = MediaLab(plane)
    plane.load()
    running = asyncio.create_task(plane.run())
    try:
        await asyncio.wait_for(plane.working.wait(), DEADLINE)
        yield lab
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def archive(tree: Mapping[str, bytes]) -> bytes:
    """A tar archive."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, data in tree.items():
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return made.getvalue()


def blobs(root: Path) -> set[str]:
    """The sums of all files that are kept."""
    return {path.name for path in (root / "media/blobs").glob("sha256/*/*")}
