"""The process that has all libvirt connections of the daemon; its arguments are a file descriptor and a URI.

Here a libvirtd that hangs, its C library and its threads can do the daemon no harm. It answers on that socket, and
ends with the daemon's end of it, at once, whatever still waits for libvirt.
"""

import asyncio
import os
import signal
import socket
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from netipl.errors import NetiplError, UnavailableError
from netipl.integrations.libvirt import binding
from netipl.integrations.libvirt.worker import protocol
from netipl.integrations.libvirt.worker.calls import HANDLERS
from netipl.integrations.libvirt.worker.connection import Connection, run_event_loop
from netipl.integrations.libvirt.worker.consoles import Consoles
from netipl.integrations.libvirt.worker.failures import failure
from netipl.integrations.libvirt.worker.host import Host
from netipl.integrations.libvirt.worker.lifecycle import Lifecycle
from netipl.integrations.libvirt.worker.protocol import Failure, Message, Notice, Reply, Request, Told

_AT_ONCE: Final = 8
"""Calls; others wait for their turn."""


class Worker:
    """Between the daemon, at the other end of `reader` and `writer`, and the libvirt at `uri`."""

    def __init__(self, uri: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._loop = asyncio.get_running_loop()
        self._calls = ThreadPoolExecutor(_AT_ONCE, "libvirt call")
        self._host = Host(binding.libvirt(), uri, self.tell, unsent=writer.transport.get_write_buffer_size)
        self._handlers = {**HANDLERS, **Consoles(self._host).handlers}
        self._connection = Connection(self._host, opened=Lifecycle(self._host).watch, lost=self._lost)
        run_event_loop(self._host.binding)

    async def run(self) -> None:
        """Until the daemon is gone: then this process ends at once. What goes wrong in it ends it too."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._connection.keep())
            while line := await self._reader.readline():
                request = protocol.decode(line)
                if isinstance(request, Request):
                    tasks.create_task(self._answer(request))
            os._exit(0)  # threads that wait for libvirt are not waited for

    def tell(self, message: Message) -> None:
        """The daemon; from any thread, and in the order of the calls."""
        self._loop.call_soon_threadsafe(self._writer.write, protocol.encode(message))

    async def _answer(self, request: Request) -> None:
        try:
            self.tell(Reply(request.number, await self._loop.run_in_executor(self._calls, self._done, request)))
        except NetiplError as error:
            self.tell(Failure(request.number, error))

    def _done(self, request: Request) -> Any:  # Any: JSON
        try:
            return self._handlers[request.call](self._host, request.arguments)
        except self._host.binding.libvirtError as error:
            raise failure(self._host.binding, error) from error
        except (ValueError, KeyError, SyntaxError) as error:  # libvirt has said what is not expected of it
            raise NetiplError(f"libvirt's answer is not understood: {error!r}") from error

    def _lost(self, reason: str, remedy: str) -> None:
        self.tell(Notice(Told.DISCONNECTED, {"reason": reason, "remedy": remedy}))


async def _serve(descriptor: int, uri: str) -> None:
    channel = socket.socket(fileno=descriptor)
    reader, writer = await asyncio.open_connection(sock=channel, limit=protocol.LARGEST)
    try:
        await Worker(uri, reader, writer).run()
    except UnavailableError as error:  # without the binding nothing comes of any try
        writer.write(protocol.encode(Notice(Told.DISCONNECTED, {"reason": str(error), "remedy": error.remedy})))
        await writer.drain()
        await reader.read()


def main() -> None:
    """The command line is a file descriptor and a URI of libvirt."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells the daemon too, which ends this
    try:
        asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))
    except BaseException:  # noqa: BLE001 - told here, since what follows lets nobody else tell it
        traceback.print_exc()
    os._exit(1)


if __name__ == "__main__":
    main()
