"""HTTP behind listening sockets: how many connections each may have, and their end.

What a request gets is the ASGI application's. uvicorn's own server is not used: this one takes no signals, and counts
a connection from the moment on at which it is accepted.
"""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from netipl.servers.complaints import Complaints, told
from netipl.servers.web import handshakes
from netipl.servers.web.complaining import log_to
from netipl.servers.web.connection import Connection, Malformed, Timeouts
from netipl.servers.web.tls import shaken
from netipl.wire import printable

_AGAIN = 1.0  # seconds until a connection is accepted again, where there was no descriptor left


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many connections there may be, on each socket, and of one address; the bytes of a request's head."""

    connections: int = 64
    connections_per_address: int = 16
    header: int = 16 * 1024


Unshaken = Callable[[str, str], None]
"""Told the address of a client and why its TLS handshake failed."""

Known = dict[str, Any]  # Any: as ASGI has it
"""What the state of each request of a connection has."""


def _complain_of_handshake(complaints: Complaints, peer: str, reason: str) -> None:
    complaints.add("a TLS handshake failed", peer=peer, reason=reason)


async def _nothing_known(_connected: socket.socket) -> Known:
    return {}


@dataclass(slots=True, eq=False)
class Door:
    """One listening socket, and who is inside: by address, or all as one on a Unix socket.

    `known` says what the state of each request is to have, once the client is connected; it may raise OSError.
    """

    listening: socket.socket
    is_local: bool = False
    tls: ssl.SSLContext | None = None
    known: Callable[[socket.socket], Awaitable[Known]] = _nothing_known
    inside: Counter[str] = field(default_factory=Counter)


class WebServer:
    """`open` is given what was bound, while there was the privilege; `run` serves until it is cancelled."""

    def __init__(
        self,
        application: Any,  # Any: uvicorn's types of an application are those of no framework
        name: str,
        *,
        limits: Limits,
        timeouts: Timeouts,
        malformed: Malformed,
        closing: asyncio.Event | None = None,
        connection: type[Connection] = Connection,
        unshaken: Unshaken | None = None,
    ) -> None:
        """`name` is that of the logger. `closing` is set when answers that go on and on are to end; `unshaken` is told
        of handshakes that failed, which are logged without it.
        """
        self._closing = closing or asyncio.Event()
        self._limits = limits
        self._timeouts = timeouts
        self._malformed = malformed
        self._connection_type = connection
        self.doors: list[Door] = []
        self._complaints = Complaints(name)
        self._unshaken = unshaken or partial(_complain_of_handshake, self._complaints)
        self._log = log_to(self._complaints)
        self._state = ServerState()
        self._config = Config(
            application,
            http=H11Protocol,
            interface="asgi3",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=limits.header,
            timeout_keep_alive=int(timeouts.idle),
        )

    @property
    def counts(self) -> Counter[str]:
        """How often clients did what wrong, since the start."""
        return self._complaints.counts

    @property
    def ports(self) -> list[int]:
        """The TCP ports that are listened on."""
        return [int(door.listening.getsockname()[1]) for door in self.doors if not door.is_local]

    @property
    def connected(self) -> int:
        """The number of connections now."""
        return sum(door.inside.total() for door in self.doors)

    def open(self, doors: Iterable[Door]) -> None:
        self.doors.extend(doors)

    def close(self) -> None:
        """No more connections come in."""
        for door in self.doors:
            door.listening.close()
        self.doors = []

    async def run(self) -> None:
        """Serve until cancelled; then answers that go on end, and what is on its way has a moment to leave."""
        self._config.load()
        try:
            async with asyncio.TaskGroup() as tasks:
                for door in self.doors:
                    tasks.create_task(self._accept(door, tasks))
        finally:
            await self._end()

    async def _accept(self, door: Door, tasks: asyncio.TaskGroup) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connected, address = await loop.sock_accept(door.listening)
            except OSError as error:
                self._complaints.add("no connection can be accepted", reason=printable(str(error)))
                await asyncio.sleep(_AGAIN)
                continue
            peer = "" if door.is_local else str(address[0])
            if self._is_full(door, peer):
                self._complaints.add("too many connections", peer=peer or "local")
                connected.close()
            else:
                door.inside[peer] += 1
                tasks.create_task(self._admit(door, peer, connected))

    def _is_full(self, door: Door, peer: str) -> bool:
        limits = self._limits
        is_crowd = not door.is_local and door.inside[peer] >= limits.connections_per_address
        return is_crowd or door.inside.total() >= limits.connections

    async def _admit(self, door: Door, peer: str, connected: socket.socket) -> None:
        """From here on the connection lives by itself, until `_leave`; or it does not come about."""
        made: Connection | None = None
        try:
            made = await self._connection(door, peer, connected)
            if door.tls is None:
                await asyncio.get_running_loop().connect_accepted_socket(lambda: made, connected)
            else:
                await shaken(connected, made, door.tls, seconds=self._timeouts.handshake)
        except OSError as error:
            if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
                self._unshaken(peer, handshakes.told(error))
            self.counts["client gone"] += 1
        except Exception as error:  # noqa: BLE001 - a fault of ours with one client must not end those of others
            self._complaints.add("a connection failed", reason=told(error))
        finally:
            if made is None:
                connected.close()
            if made is None or made.transport is None:
                self._leave(door, peer)

    async def _connection(self, door: Door, peer: str, connected: socket.socket) -> Connection:
        return self._connection_type(
            self._config,
            self._state,
            known=await door.known(connected),
            lost=partial(self._leave, door, peer),
            timeouts=self._timeouts,
            log=self._log,
            malformed=self._malformed,
        )

    @staticmethod
    def _leave(door: Door, peer: str) -> None:
        door.inside[peer] -= 1
        if door.inside[peer] <= 0:
            del door.inside[peer]

    async def _end(self) -> None:
        self._closing.set()
        self.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        if answering := set(self._state.tasks):
            _, late = await asyncio.wait(answering, timeout=self._timeouts.end)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for connection in list(self._state.connections):
            connection.transport.abort()
