"""Writes transcripts in a thread of their own, in the order of what is printed; a slow disk holds nobody up."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, TypeVar

from netipl.errors import NetiplError
from netipl.servers.complaints import Complaints
from netipl.store.transcripts import Transcripts, identifier

_MOST_WAITING: Final = 16 << 20
"""Characters; what the disk does not take is not recorded."""

_Result = TypeVar("_Result")


class Recording:
    """To `transcripts`, which nobody else uses."""

    def __init__(self, transcripts: Transcripts) -> None:
        self._transcripts = transcripts
        self._thread = ThreadPoolExecutor(1, "transcripts")
        self._waiting = 0
        self._complaints = Complaints("netipl")

    def begin(self, guest: str, at: datetime) -> str:
        """The identifier of a new transcript of `guest`."""
        self._soon(0, lambda: self._transcripts.begin(guest, at))
        return identifier(at)

    def add(self, guest: str, transcript: str, text: str) -> None:
        """What was printed next."""
        if self._waiting + len(text) > _MOST_WAITING:
            self._complaints.add("a console is not recorded: the disk is too slow", guest=guest)
            return
        self._soon(len(text), lambda: self._transcripts.add(guest, transcript, text))

    def ask(self, read: Callable[[Transcripts], _Result]) -> "asyncio.Future[_Result]":
        """Of what was added until this call, and no more. Raises NetiplError where it is awaited."""
        return asyncio.get_running_loop().run_in_executor(self._thread, read, self._transcripts)

    def close(self) -> None:
        """All that was added is written."""
        self._thread.shutdown()

    def _soon(self, size: int, write: Callable[[], object]) -> None:
        self._waiting += size
        done = asyncio.get_running_loop().run_in_executor(self._thread, write)
        done.add_done_callback(lambda done: self._written(size, done.exception() if not done.cancelled() else None))

    def _written(self, size: int, error: BaseException | None) -> None:
        self._waiting -= size
        if isinstance(error, NetiplError):
            self._complaints.add("a console is not recorded", reason=str(error), remedy=error.remedy)
        elif error is not None:
            raise error
