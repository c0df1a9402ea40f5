"""The media of one daemon, as people ask for them: imports that run in it, verification, and removal.

Imports outlive whoever asked for them, and the daemon: what had been asked for goes on at the next start. What begins
and ends is an event, with who asked.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from netipl.control.media import uploading
from netipl.control.media.asking import checked
from netipl.control.media.importing import Importing, Tools
from netipl.control.media.jobs import Jobs
from netipl.control.media.work import Running, StoppedError
from netipl.errors import ConflictError, MissingError, NetiplError, RefusedError, UnavailableError
from netipl.integrations.mirror import client
from netipl.integrations.mirror.client import Patience
from netipl.integrations.mirror.download import Downloads
from netipl.media.medium import Medium
from netipl.protocols.tftp.resolution import Arriving
from netipl.provisioning.changes import Change, Happened
from netipl.provisioning.media_jobs import JobState, MediumAsked, MediumJob, Work
from netipl.provisioning.timeline import Deed, Event
from netipl.store.media.incoming import Import, Incoming
from netipl.store.media.keeper import MediaKeeper
from netipl.store.media.shelf import INCOMING, MediaShelf

_IN_LANE: Final = 2
"""Jobs that use one mirror, or none, at once; the others wait."""

_AT_ONCE: Final = 8
_THREADS: Final = 6
_CONNECTIONS: Final = 64
_BETWEEN_CLEANINGS: Final = 3600.0  # seconds

Commit = Callable[[Iterable[Change]], Awaitable[None]]
Uses = Callable[[str], Sequence[str]]
"""The names of the profiles that use the medium of a name."""


class MediaPlane:
    """Of the directory `root`. `load` reads it; `run` works until it is cancelled."""

    def __init__(self, root: Path, *, commit: Commit, uses: Uses, patience: Patience | None = None) -> None:
        self.shelf = MediaShelf(root)
        self._keeper = MediaKeeper(self.shelf)
        self._incoming = Incoming(root / INCOMING)
        self._commit = commit
        self._uses = uses
        self._patience = patience or Patience()
        self._asking = asyncio.Lock()
        self._jobs = Jobs(in_lane=_IN_LANE, at_once=_AT_ONCE)
        self._tools: Tools | None = None
        self.working = asyncio.Event()
        """Set when imports that were begun go on."""

    def load(self) -> None:
        """What is there. Blocks."""
        self.shelf.load()
        self._keeper.tidy()

    async def run(self) -> None:
        """Go on with what was begun, and do what is asked for; a download that is cut then is gone on with later."""
        threads = ThreadPoolExecutor(_THREADS, "media")
        try:
            async with await asyncio.to_thread(
                client.client, self._patience, _CONNECTIONS
            ) as http:  # a tenth of a second
                self._tools = Tools(
                    shelf=self.shelf,
                    keeper=self._keeper,
                    incoming=self._incoming,
                    downloads=Downloads(http, threads, self._patience),
                    threads=threads,
                )
                await self._jobs.run(_BETWEEN_CLEANINGS, self._look_through)
        finally:
            self._tools = None
            threads.shutdown()

    # what is there

    @property
    def media(self) -> Sequence[Medium]:
        return self.shelf.media

    @property
    def jobs(self) -> Sequence[MediumJob]:
        return self._jobs.all()

    def medium(self, name: str) -> Medium:
        found = self.shelf.medium(name)
        if isinstance(found, Medium):
            return found
        if isinstance(found, Arriving):
            remedy = "wait for it: `netipl medium list` shows how far it is"
            raise MissingError(f"the medium {name} is still arriving", remedy=remedy)
        raise MissingError(f"there is no medium {name}", remedy="`netipl medium list` shows all")

    def used_by(self, medium: Medium) -> Sequence[str]:
        return self._uses(medium.name)

    def job(self, identifier: str) -> MediumJob:
        return self._jobs.one(identifier).job

    # what is done

    async def add(self, asked: MediumAsked, *, by: str) -> MediumJob:
        asked = await asyncio.to_thread(checked, asked, self.shelf.root.parent)
        tools = self._working
        async with self._asking:
            self._as_new(asked.name)
            made = await asyncio.to_thread(self._begun, asked, by)
            running = self._running(made, tools)
            self.shelf.announced(made.id, asked.name)
        await self._happened(Deed.MEDIUM_ASKED, running.job, by, source=running.job.source)
        if asked.source is None:
            running.become(JobState.UPLOADING)
            await asyncio.to_thread(uploading.taken_up, self._incoming.directory(made.id), running)
        else:
            self._start(tools, made, running)
        return running.job

    async def upload(
        self, identifier: str, pieces: AsyncIterator[bytes], *, offset: int, size: int | None
    ) -> MediumJob:
        running, tools = self._jobs.one(identifier), self._working
        if running.job.state is not JobState.UPLOADING:
            raise ConflictError(f"{identifier} waits for no upload", remedy="see how far it is: `netipl medium list`")
        with running.being_uploaded(), _told_of_an_end(identifier):
            await uploading.received(self._incoming.directory(identifier), pieces, running, offset=offset, size=size)
            made = replace(await asyncio.to_thread(self._incoming.one, identifier), uploaded=True)
            await asyncio.to_thread(self._incoming.save, made)
            running.go_on()
            self._start(tools, made, running)
        return running.job

    async def cancel(self, identifier: str, *, by: str) -> MediumJob:
        running = self._jobs.one(identifier)
        if running.job.work is Work.IMPORT and running.job.state is JobState.FAILED:  # what has come is not wanted
            await asyncio.to_thread(self._incoming.end, identifier)
            running.become(JobState.CANCELLED)
            return running.job
        await self._jobs.cancel(running)
        if running.job.work is not Work.IMPORT:
            return running.job
        self.shelf.given_up(identifier)
        await asyncio.to_thread(self._incoming.end, identifier)
        if self._is_there(identifier):
            running.become(JobState.DONE, step="")
            await self._happened(Deed.MEDIUM_ADDED, running.job, running.job.by, source=running.job.source)
            remedy = f"netipl medium remove {running.job.name}"
            raise ConflictError(f"{identifier} was whole already, and is there", remedy=remedy)
        await self._happened(Deed.MEDIUM_CANCELLED, running.job, by)
        return running.job

    async def verify(self, name: str, *, by: str) -> MediumJob:
        medium, tools = self.medium(name), self._working
        identifier = f"verify-{medium.id}"
        if (found := self._jobs.find(identifier)) is not None and not found.job.state.is_over:
            return found.job
        job = MediumJob(
            id=identifier,
            work=Work.VERIFY,
            name=name,
            source=medium.source,
            by=by,
            asked=datetime.now(UTC),
            state=JobState.WAITING,
            medium=medium.id,
        )
        running = self._jobs.add(Running(job, tools.threads))
        self._jobs.start(running, partial(self._verified, medium, running), partial(self._failed, running, None))
        return running.job

    async def remove(self, name: str, *, by: str) -> None:
        medium = self.medium(name)
        if users := self._uses(name):
            few = ", ".join(users[:5]) + (f" and {len(users) - 5} more" if len(users) > 5 else "")
            remedy = "give them another medium, or remove them first"
            raise RefusedError(f"the medium {name} is used by {few}", remedy=remedy)
        await asyncio.to_thread(self._keeper.remove, medium)
        await self._event(Deed.MEDIUM_REMOVED, by, {"name": name, "id": medium.id})

    # how it goes on

    @property
    def _working(self) -> Tools:
        if self._tools is None:
            raise UnavailableError("the daemon begins or ends just now", remedy="try again in a moment")
        return self._tools

    def _as_new(self, name: str) -> None:
        """Raises ConflictError."""
        found = self.shelf.medium(name)
        if isinstance(found, Medium):
            remedy = f"choose another name; or remove it first: netipl medium remove {name}"
            raise ConflictError(f"there is a medium {name} already", remedy=remedy)
        if isinstance(found, Arriving):
            remedy = f"wait for it; or cancel it: netipl medium remove {name}"
            raise ConflictError(f"a medium {name} is arriving already", remedy=remedy)

    def _begun(self, asked: MediumAsked, by: str) -> Import:
        """One that failed, and was of the same, is gone on with. Blocks."""
        try:
            for failed in [each for each in self._incoming.all() if each.failed and each.asked.name == asked.name]:
                if failed.asked == asked and asked.source is not None:
                    again = replace(failed, by=by, failed=None)
                    self._incoming.save(again)
                    return again
                self._incoming.end(failed.id)
            return self._incoming.begin(asked, by, datetime.now(UTC))
        except OSError as error:
            remedy = "make room in the state directory, and see that it is the daemon's"
            raise UnavailableError(f"{error.filename}: {error.strerror}", remedy=remedy) from error

    def _running(self, made: Import, tools: Tools) -> Running:
        source = made.asked.source
        job = MediumJob(
            id=made.id,
            work=Work.IMPORT,
            name=made.asked.name,
            source=made.asked.called if source is None else client.shown(source) if "://" in source else source,
            by=made.by,
            asked=made.at,
            state=JobState.WAITING,
            medium=made.id,
        )
        lane = urlsplit(source).netloc if source is not None else ""
        return self._jobs.add(Running(job, tools.threads, lane=lane))

    async def _look_through(self) -> None:
        """At the start, and now and then: imports that nobody works on are taken up, or cleaned away."""
        async with self._asking:  # one that is just asked for is nobody's else
            for made in await asyncio.to_thread(lambda: list(self._incoming.all())):
                if (running := self._jobs.find(made.id)) is None:
                    await self._take_up(made)
                elif await asyncio.to_thread(uploading.is_given_up, self._incoming.directory(made.id), running):
                    with suppress(ConflictError):  # somebody else was first
                        await self.cancel(made.id, by=made.by)
        self.working.set()

    async def _take_up(self, made: Import) -> None:
        if self._is_there(made.id):  # it was whole, and then the daemon was killed
            await asyncio.to_thread(self._incoming.end, made.id)
            return
        running = self._running(made, self._working)
        if made.failed is not None:
            error, remedy = "it failed before the daemon was started", "add it again: it goes on from what has come"
            running.become(JobState.FAILED, error=error, remedy=remedy, again=True)
            return
        self.shelf.announced(made.id, made.asked.name)
        if made.asked.source is None and not made.uploaded:
            running.become(JobState.UPLOADING)
            uploading.taken_up(self._incoming.directory(made.id), running)
        else:
            self._start(self._working, made, running)

    def _is_there(self, identifier: str) -> bool:
        return any(medium.id == identifier for medium in self.media)

    def _start(self, tools: Tools, made: Import, running: Running) -> None:
        work = partial(self._imported, Importing(tools, made, running), running, made)
        self._jobs.start(running, work, partial(self._failed, running, made))

    async def _imported(self, importing: Importing, running: Running, made: Import) -> None:
        medium = await importing.run()
        await asyncio.to_thread(self._incoming.end, made.id)
        await self._happened(Deed.MEDIUM_ADDED, running.job, made.by, source=medium.source, title=medium.title)
        running.become(JobState.DONE, step="")

    async def _verified(self, medium: Medium, running: Running) -> None:
        running.step("reading it")
        faults = await running.in_thread(lambda: tuple(self._keeper.faults(medium, running.more)))
        running.become(JobState.DONE, step="", faults=faults)

    async def _failed(self, running: Running, made: Import | None, error: NetiplError) -> None:
        if made is not None:
            self.shelf.given_up(made.id)
            await asyncio.to_thread(self._laid_aside, made, error)
            await self._happened(Deed.MEDIUM_FAILED, running.job, made.by, reason=str(error), remedy=error.remedy)
        again = isinstance(error, UnavailableError)
        running.become(JobState.FAILED, error=str(error), remedy=error.remedy, again=again)

    def _laid_aside(self, made: Import, error: NetiplError) -> None:
        """What may work another time and is gone on with then is kept; what was refused, or is copied anew, is not."""
        if isinstance(error, UnavailableError) and _comes_in_parts(made):
            with suppress(OSError):
                self._incoming.save(replace(made, failed=datetime.now(UTC)))
        else:
            self._incoming.end(made.id)

    async def _happened(self, what: Deed, job: MediumJob, by: str, **detail: str) -> None:
        await self._event(what, by, {"name": job.name, "id": job.medium, **detail})

    async def _event(self, what: Deed, by: str, detail: dict[str, str]) -> None:
        """Where it cannot be kept the log says so; what is on disk is there all the same."""
        with suppress(UnavailableError):
            await self._commit((Happened(Event(at=datetime.now(UTC), what=what, network="", by=by, detail=detail)),))


def _comes_in_parts(made: Import) -> bool:
    """Whether what has come of it is of use to another try: all but downloads begin anew."""
    return made.asked.source is not None and "://" in made.asked.source


@contextmanager
def _told_of_an_end(identifier: str) -> Iterator[None]:
    """Who sends what nobody wants any more."""
    try:
        yield
    except StoppedError:
        raise ConflictError(f"{identifier} was cancelled", remedy="add the medium again") from None
