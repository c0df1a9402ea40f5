"""One worker process: started, spoken with, and ended together with its channel."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from netipl.servers.tftp import control

_PATIENCE: Final = 2.0
"""Seconds in which a worker leaves once it is told to."""

_MOST_UNSENT: Final = 10_000


class WorkerProcess:
    """The daemon's end of a running worker."""

    def __init__(self, channel: socket.socket, process: Process) -> None:
        self._channel = channel
        self._process = process
        self._unsent: deque[tuple[bytes, list[int]]] = deque()

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: control.Message, descriptors: Sequence[int] = ()) -> None:
        """Sends, or queues while the worker is busy. The descriptors stay the caller's."""
        self._unsent.append((control.encode(message), [os.dup(descriptor) for descriptor in descriptors]))
        if len(self._unsent) == 1:
            self._flush()
        elif len(self._unsent) > _MOST_UNSENT:
            self._signal(signal.SIGKILL)  # it hangs; what it did is taken up by the next

    async def receive(self) -> control.Message | None:
        """The next message, or None when the worker is gone."""
        try:
            data = await asyncio.get_running_loop().sock_recv(self._channel, control.LARGEST)
        except ConnectionError:
            return None
        return control.decode(data) if data else None

    async def wait(self) -> int:
        """The exit status."""
        return await self._process.wait()

    def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._unsent:
            data, descriptors = self._unsent[0]
            try:
                socket.send_fds(self._channel, [data], descriptors)
            except BlockingIOError:
                loop.add_writer(self._channel, self._flush)
                return
            except OSError:  # it is gone; `receive` says so
                self._forget()
                return
            _close(descriptors)
            self._unsent.popleft()
        loop.remove_writer(self._channel)

    def _forget(self) -> None:
        asyncio.get_running_loop().remove_writer(self._channel)
        for _, descriptors in self._unsent:
            _close(descriptors)
        self._unsent.clear()

    async def end(self) -> None:
        """Has the process leave at once, and waits until it has."""
        self._forget()
        self._signal(signal.SIGTERM)
        self._channel.close()
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        """Not by Popen, which looks for the exit status first and so takes it from asyncio."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, number)


@asynccontextmanager
async def running() -> AsyncIterator[WorkerProcess]:
    """A new worker, which ends with the context."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(0)
    with theirs:
        descriptor = theirs.fileno()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "netipl.servers.tftp.worker",
            str(descriptor),
            pass_fds=[descriptor],
            stdin=DEVNULL,
        )
    worker = WorkerProcess(ours, process)
    try:
        yield worker
    finally:
        await asyncio.shield(worker.end())


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
