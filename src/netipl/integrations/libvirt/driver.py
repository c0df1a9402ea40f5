"""The daemon's side of its libvirt worker: runs it, starts it again, asks it with time limits, and hears what it tells.

Nothing here calls libvirt. A worker that does not answer in time is ended, and everything that it had is opened again
by the next one.
"""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from time import monotonic
from typing import Final

import structlog

from netipl.errors import UnavailableError, WireError
from netipl.integrations.libvirt.worker import protocol
from netipl.integrations.libvirt.worker.protocol import Call, Failure, Json, Notice, Reply, Request, Told

_log = structlog.get_logger("netipl")

_WORKER: Final = "netipl.integrations.libvirt.worker.process"
LIMIT: Final = 60.0
"""Seconds for a call. A libvirtd that hangs is noticed by the worker in a third of it."""
_PATIENCE: Final = 2.0
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 10.0
_LONG_LIFE: Final = 30.0
"""Seconds; a worker that lived so long starts again without a pause that has grown."""

Hear = Callable[[Notice], None]


class Driver:
    """For the libvirt at `uri`. `hear` is called with each notice, in order, in the event loop."""

    def __init__(self, uri: str, hear: Hear) -> None:
        self.uri = uri
        self._hear = hear
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._process: Process | None = None
        self._why = "its worker is starting"
        self._remedy = ""

    @property
    def why_not(self) -> str:
        """Why libvirt is not there now; empty while it is."""
        return self._why

    @property
    def worker(self) -> int | None:
        """The process identifier of the worker that runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    def demand(self) -> None:
        """Raises UnavailableError while libvirt is not there."""
        if self._why:
            raise UnavailableError(f"libvirt at {self.uri}: {self._why}", remedy=self._remedy)

    async def ask(self, call: Call, /, *, limit: float = LIMIT, **arguments: Json) -> Json:
        """What is answered. Raises NetiplError: UnavailableError where libvirt cannot be asked now."""
        self.demand()
        assert self._writer is not None  # it is connected
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(protocol.encode(Request(number, call, arguments)))
            async with asyncio.timeout(limit):
                return await answer
        except TimeoutError:
            self._signal(signal.SIGKILL)
            raise UnavailableError(f"libvirt at {self.uri} did not answer within {limit:.0f} s") from None
        finally:
            del self._waiting[number]

    async def run(self) -> None:
        """Until cancelled."""
        pause = _FIRST_PAUSE
        while True:
            began = monotonic()
            status = await self._run_one()
            pause = _FIRST_PAUSE if monotonic() - began > _LONG_LIFE else min(2 * pause, _LONGEST_PAUSE)
            _log.error("libvirt worker died", status=status, restart_in=pause)
            await asyncio.sleep(pause)

    async def _run_one(self) -> int:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                _WORKER,
                str(theirs.fileno()),
                self.uri,
                pass_fds=[theirs.fileno()],
                stdin=DEVNULL,
            )
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=protocol.LARGEST)
        try:
            await self._attend(reader)
        finally:
            self._lose("its worker has ended")
            await asyncio.shield(self._end(process))
        return process.returncode or 0

    async def _attend(self, reader: asyncio.StreamReader) -> None:
        """Until it is gone, or says what it cannot."""
        with suppress(ConnectionError, WireError, ValueError):
            while line := await reader.readline():
                self._take(protocol.decode(line))

    def _take(self, message: protocol.Message) -> None:
        match message:
            case Reply(number, result) if (waiting := self._waiting.get(number)) and not waiting.done():
                waiting.set_result(result)
            case Failure(number, error) if (waiting := self._waiting.get(number)) and not waiting.done():
                waiting.set_exception(error)
            case Notice(told, detail):
                if told is Told.CONNECTED:
                    self._why = self._remedy = ""
                    _log.info("libvirt is connected", uri=self.uri)
                elif told is Told.DISCONNECTED:
                    self._why, self._remedy = str(detail.get("reason")), str(detail.get("remedy", ""))
                    _log.warning("libvirt is not there", uri=self.uri, reason=self._why, remedy=self._remedy)
                self._hear(message)

    def _lose(self, why: str) -> None:
        """Whoever waits is told."""
        was_connected, self._why, self._remedy = not self._why, why, ""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(UnavailableError(f"libvirt at {self.uri}: {why}"))
        if was_connected:
            self._hear(Notice(Told.DISCONNECTED, {"reason": why}))

    async def _end(self, process: Process) -> None:
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_PATIENCE):
                await process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await process.wait()

    def _signal(self, number: signal.Signals) -> None:
        """Not by Popen, which looks for the exit status first and so takes it from asyncio."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)
