"""Jobs of a daemon: some at once, the others in turn; what became of each is known for a while.

Each has a lane, that of the server it fetches from: one that hangs keeps nobody waiting but who wants it. A job that
fails by a fault of ours fails alone: the daemon, which serves guests, goes on.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from netipl.control.media.work import Running, StoppedError
from netipl.errors import ConflictError, MissingError, NetiplError, UnavailableError
from netipl.provisioning.media_jobs import JobState, MediumJob

_REMEMBERED: Final = 100
"""Jobs that are over."""

_FAULT: Final = UnavailableError("netipl has a fault", remedy="the daemon's log has more: please report it")
_log = structlog.get_logger("netipl")

Work = Callable[[], Awaitable[None]]
Failed = Callable[[NetiplError], Awaitable[None]]


class Jobs:
    """`run` works until it is cancelled; then jobs are left as they are, and nobody is told.

    `in_lane` jobs of one lane are done at once, and `at_once` in all.
    """

    def __init__(self, *, in_lane: int, at_once: int) -> None:
        self._lanes: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(in_lane))
        self._turns = asyncio.Semaphore(at_once)
        self._known: dict[str, Running] = {}
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self, every: float, work: Work) -> None:
        """With `work` to be done now and then, every so many seconds."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                while True:
                    await work()
                    await asyncio.sleep(every)
            finally:
                self._tasks = None

    def all(self) -> Sequence[MediumJob]:
        """The newest last."""
        return [running.job for running in self._known.values()]

    def find(self, identifier: str) -> Running | None:
        return self._known.get(identifier)

    def one(self, identifier: str) -> Running:
        """Raises MissingError."""
        if (found := self._known.get(identifier)) is None:
            raise MissingError(f"there is no job {identifier}", remedy="`netipl medium list` shows what goes on")
        return found

    def add(self, running: Running) -> Running:
        """In the place of one with its identifier; the oldest that are over are forgotten."""
        self._known.pop(running.job.id, None)
        self._known[running.job.id] = running
        over = [each.job.id for each in self._known.values() if each.job.state.is_over]
        for identifier in over[: max(len(over) - _REMEMBERED, 0)]:
            del self._known[identifier]
        return running

    def start(self, running: Running, work: Work, failed: Failed) -> None:
        """When it is its turn. `work` says itself that it is done; `failed` is told why it is not."""
        if self._tasks is None:
            raise UnavailableError("the daemon begins or ends just now", remedy="try again in a moment")
        running.become(JobState.WAITING)
        running.task = self._tasks.create_task(self._in_turn(running, work, failed))

    async def cancel(self, running: Running) -> None:
        """It is over when this returns. Raises ConflictError where it was before."""
        running.is_cancelled = True
        running.stop()
        if running.task is not None and not running.task.done():
            running.task.cancel()
            await asyncio.wait([running.task])
        if running.job.state.is_over:
            raise ConflictError(f"{running.job.id} is over already", remedy="`netipl medium list` shows what there is")
        running.become(JobState.CANCELLED)

    async def _in_turn(self, running: Running, work: Work, failed: Failed) -> None:
        try:
            async with self._lanes[running.lane], self._turns:
                running.become(JobState.RUNNING)
                await work()
        except asyncio.CancelledError:
            if not running.is_cancelled:
                raise
        except StoppedError:
            pass
        except NetiplError as error:
            await failed(error)
        except ExceptionGroup as group:
            await failed(_first(group))
        except Exception:  # noqa: BLE001 - what a mirror or an image can make of us stops no DHCP
            _log.exception("a job on media failed by a fault of netipl", job=running.job.id)
            await failed(_FAULT)


def _first(group: ExceptionGroup) -> NetiplError:
    """Of the tasks of a job that ended together."""
    first: Exception | None = group.subgroup(NetiplError)
    while isinstance(first, ExceptionGroup):
        first = first.exceptions[0]
    if isinstance(first, NetiplError):
        return first
    _log.error("a job on media failed by a fault of netipl", exc_info=group)
    return _FAULT
