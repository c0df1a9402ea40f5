"""One piece of work on media while it runs: how far it is, who may stop it, and its threads, which end with it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from netipl.errors import ConflictError
from netipl.provisioning.media_jobs import FileProgress, JobState, MediumJob

_Result = TypeVar("_Result")


class StoppedError(Exception):
    """Raised in a thread whose work is not wanted any more; nobody is told."""


class Running:
    """A job as it goes on. Its counters are written by threads, each file by one."""

    def __init__(self, job: MediumJob, threads: Executor, *, lane: str = "") -> None:
        self.lane = lane
        self._job = job
        self._threads = threads
        self._files: dict[str, tuple[int, int | None]] = {}
        self._stopped = threading.Event()
        self.task: asyncio.Task[None] | None = None
        self.is_being_uploaded = False
        self.is_cancelled = False
        """Whether somebody cancelled it, and not the end of the daemon."""

    @property
    def job(self) -> MediumJob:
        files = tuple(FileProgress(name=name, done=done, size=size) for name, (done, size) in list(self._files.items()))
        return replace(self._job, files=files)

    def become(self, state: JobState, **more: object) -> None:
        """`more` are fields of the job."""
        self._job = replace(self._job, state=state, **more)  # type: ignore[arg-type]

    @contextmanager
    def being_uploaded(self) -> Iterator[None]:
        """One client at a time sends it. Raises ConflictError."""
        if self.is_being_uploaded:
            raise ConflictError(f"{self._job.id} is being sent already", remedy="wait for it, or cancel it")
        self.is_being_uploaded = True
        try:
            yield
        finally:
            self.is_being_uploaded = False

    def step(self, words: str) -> None:
        """What is done now."""
        self._job = replace(self._job, step=words)

    def warn(self, words: str) -> None:
        """For whoever asked; the work goes on."""
        self._job = replace(self._job, warnings=(*self._job.warnings, words))

    def stop(self) -> None:
        """Its threads, and who sends its bytes, are told with the next of them."""
        self._stopped.set()

    def go_on(self) -> None:
        """Raises StoppedError where it is not wanted any more."""
        if self._stopped.is_set():
            raise StoppedError

    def at(self, name: str, done: int, size: int | None) -> None:
        """`done` bytes of the file `name`. Raises StoppedError."""
        self._files[name] = (done, size)
        self.go_on()

    def more(self, name: str, done: int, size: int | None = None) -> None:
        """`done` bytes more of it. Raises StoppedError."""
        before, known = self._files.get(name, (0, None))
        self.at(name, before + done, size if size is not None else known)

    async def in_thread(self, work: Callable[[], _Result]) -> _Result:
        """Where this is cancelled, the thread is told, and waited for: what it works on is cleaned away then."""
        future = self._threads.submit(work)
        waited = asyncio.wrap_future(future)
        try:
            return await asyncio.shield(waited)
        except asyncio.CancelledError:
            self._stopped.set()
            if not future.cancel():  # it has begun
                await asyncio.wait([waited])
            raise
