"""The API server: its Unix socket and, if asked for, a TCP port; how many connections each may have, and their end.

What a request gets is the application's. The framework brings no server of its own: this one takes no signals, and
counts a connection from the moment on at which it is accepted.
"""

import asyncio
import socket
import ssl
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from netipl.servers.api import tcp_socket
from netipl.servers.api.application import application
from netipl.servers.api.authentication import CALLER
from netipl.servers.api.body_limit import BodyLimits
from netipl.servers.api.caller import local
from netipl.servers.api.complaining import log_to
from netipl.servers.api.connection import Connection, Timeouts
from netipl.servers.api.control import Control
from netipl.servers.api.listen import Listen
from netipl.servers.api.peer import user_of
from netipl.servers.api.unix_socket import UnixSocket
from netipl.servers.complaints import Complaints, told
from netipl.wire import printable

_AGAIN = 1.0  # seconds until a connection is accepted again, where there was no descriptor left


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many connections there may be, on each socket, and of one address; the bytes of a request's head; bodies."""

    connections: int = 64
    connections_per_address: int = 16
    header: int = 16 * 1024
    body: BodyLimits = field(default_factory=BodyLimits)


_LIMITS, _TIMEOUTS = Limits(), Timeouts()


@dataclass(slots=True, eq=False)
class _Door:
    """One listening socket, and who is inside: by address, or all as one on the Unix socket."""

    listening: socket.socket
    is_local: bool
    tls: ssl.SSLContext | None = None
    inside: Counter[str] = field(default_factory=Counter)


class ApiServer:
    """`open` binds, while there is the privilege; `run` serves until it is cancelled."""

    def __init__(
        self, control: Control, listen: Listen, *, limits: Limits = _LIMITS, timeouts: Timeouts = _TIMEOUTS
    ) -> None:
        self._listen = listen
        self._limits = limits
        self._timeouts = timeouts
        self._unix: UnixSocket | None = None
        self._doors: list[_Door] = []
        self._complaints = Complaints("netipl.api")
        self._log = log_to(self._complaints)
        self._closing = asyncio.Event()
        self._state = ServerState()
        self._config = Config(
            application(control, closing=self._closing, limits=limits.body),
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
    def port(self) -> int | None:
        """The TCP port that is listened on."""
        return next((int(door.listening.getsockname()[1]) for door in self._doors if not door.is_local), None)

    @property
    def connected(self) -> int:
        """The number of connections now."""
        return sum(door.inside.total() for door in self._doors)

    def open(self) -> None:
        """Raises UnavailableError and UsageError; then nothing stays open."""
        try:
            self._unix = UnixSocket(self._listen.socket, group=self._listen.group, user=self._listen.user)
            self._doors.append(_Door(self._unix.socket, is_local=True))
            if self._listen.endpoint is not None:
                context = tcp_socket.tls(*self._listen.tls) if self._listen.tls is not None else None
                self._doors.append(_Door(tcp_socket.listener(self._listen.endpoint), is_local=False, tls=context))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """What `open` opened."""
        for door in self._doors:
            door.listening.close()
        if self._unix is not None:
            self._unix.close()
        self._doors, self._unix = [], None

    async def run(self) -> None:
        """Serve until cancelled; then streams end, and what is on its way has a moment to leave."""
        if not self._doors:
            self.open()
        self._config.load()
        try:
            async with asyncio.TaskGroup() as tasks:
                for door in self._doors:
                    tasks.create_task(self._accept(door, tasks))
        finally:
            await self._end()

    async def _accept(self, door: _Door, tasks: asyncio.TaskGroup) -> None:
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

    def _is_full(self, door: _Door, peer: str) -> bool:
        limits = self._limits
        is_crowd = not door.is_local and door.inside[peer] >= limits.connections_per_address
        return is_crowd or door.inside.total() >= limits.connections

    async def _admit(self, door: _Door, peer: str, connected: socket.socket) -> None:
        """From here on the connection lives by itself, until `_leave`; or it does not come about."""
        made: Connection | None = None
        try:
            made = await self._connection(door, peer, connected)
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: made,
                connected,
                ssl=door.tls,
                ssl_handshake_timeout=self._timeouts.handshake if door.tls is not None else None,
            )
        except OSError:  # also of TLS
            self.counts["client gone"] += 1
        except Exception as error:  # noqa: BLE001 - a fault of ours with one client must not end those of others
            self._complaints.add("a connection failed", reason=told(error))
        finally:
            if made is None:
                connected.close()
            if made is None or made.transport is None:
                self._leave(door, peer)

    async def _connection(self, door: _Door, peer: str, connected: socket.socket) -> Connection:
        known: dict[str, Any] = {}  # Any: as ASGI has it
        if door.is_local:
            known[CALLER] = local(await asyncio.to_thread(user_of, connected))
        leave = partial(self._leave, door, peer)
        return Connection(self._config, self._state, known=known, lost=leave, timeouts=self._timeouts, log=self._log)

    @staticmethod
    def _leave(door: _Door, peer: str) -> None:
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
