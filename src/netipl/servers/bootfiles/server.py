"""HTTP/1.1 for boot files (RFC 9110 and 9112): listens, and serves each connection within its limits.

What a request gets is in `answers.py`; which name stands for which bytes is the resolver's.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address

from netipl.errors import ContentError
from netipl.servers.bootfiles.answers import Answers, Callback, Observe, Resolve, takes_body
from netipl.servers.bootfiles.connection import RECEIVED_AT_ONCE, Connection, MalformedRequest, Timeouts
from netipl.servers.bootfiles.listeners import listeners
from netipl.servers.bootfiles.replies import Reply
from netipl.servers.complaints import Complaints, told
from netipl.wire import printable

_TIMEOUTS = Timeouts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many connections there may be, and the bytes of a request line with all header fields.

    `body` are those that a callback may send, of which the last `kept` are taken.
    """

    connections: int = 256
    connections_per_address: int = 16
    header: int = 16 * 1024
    body: int = 1024 * 1024
    kept: int = 64 * 1024


class BootFilesServer:
    """`open` binds the ports, while there is the privilege; `run` serves until it is cancelled."""

    def __init__(
        self,
        *,
        addresses: Sequence[IPv4Address],
        port: int,
        resolve: Resolve,
        observe: Observe,
        callback: Callback,
        limits: Limits = Limits(),
        timeouts: Timeouts = _TIMEOUTS,
    ) -> None:
        self._addresses = tuple(addresses)
        self._port = port
        self._limits = limits
        self._timeouts = timeouts
        self._sockets: list[socket.socket] = []
        self._connected: Counter[IPv4Address] = Counter()
        self._complaints = Complaints("netipl.http")
        self._answers = Answers(resolve=resolve, callback=callback, observe=observe, complaints=self._complaints)

    @property
    def counts(self) -> Counter[str]:
        """How often clients did what wrong, since the start."""
        return self._complaints.counts

    @property
    def bound(self) -> tuple[tuple[str, int], ...]:
        """Addresses and ports that are listened on."""
        return tuple(each.getsockname() for each in self._sockets)

    @property
    def connected(self) -> int:
        """The number of connections now."""
        return self._connected.total()

    def open(self) -> None:
        """Raises UnavailableError with its remedy; then nothing stays open."""
        self._sockets = listeners(self._addresses, self._port)

    def close(self) -> None:
        """What `open` opened, where `run` is not to follow."""
        for each in self._sockets:
            each.close()
        self._sockets = []

    async def run(self) -> None:
        """Serve until cancelled; then connections are cut."""
        if not self._sockets:
            self.open()
        async with asyncio.TaskGroup() as group:
            accept = partial(self._accept, group)
            limit = RECEIVED_AT_ONCE
            servers = [await asyncio.start_server(accept, sock=each, limit=limit) for each in self._sockets]
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                for server in servers:
                    server.close()
                self._sockets = []

    def _accept(self, group: asyncio.TaskGroup, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = _ends(writer)
        if ends is None:
            writer.transport.abort()
        elif self._is_full(ends[0]):
            self._complaints.add("too many connections", peer=str(ends[0]))
            writer.transport.abort()
        else:
            self._connected[ends[0]] += 1
            connection = Connection(reader, writer, timeouts=self._timeouts, maximum_header=self._limits.header)
            group.create_task(self._served(connection, *ends))

    def _is_full(self, peer: IPv4Address) -> bool:
        limits = self._limits
        return self._connected.total() >= limits.connections or self._connected[peer] >= limits.connections_per_address

    async def _served(self, connection: Connection, peer: IPv4Address, local: IPv4Address) -> None:
        """One connection, whatever becomes of it."""
        try:
            await self._exchanges(connection, peer, local)
        except MalformedRequest as malformed:
            self._complaints.add(f"malformed request: {malformed.reply.status.phrase}", peer=str(peer))
            await _refused(connection, malformed.reply)
        except TimeoutError:
            self._complaints.add("a client takes too long to read", peer=str(peer))
        except ContentError as error:
            self._complaints.add("a file was lost while it was sent", peer=str(peer), reason=printable(str(error)))
        except OSError:
            self._complaints.counts["client gone"] += 1
        except Exception as error:  # noqa: BLE001 - a fault of ours in one request must not end the boots of others
            self._complaints.add("a request failed", peer=str(peer), reason=told(error))
        finally:
            connection.abort()
            self._connected[peer] -= 1
            if not self._connected[peer]:
                del self._connected[peer]

    async def _exchanges(self, connection: Connection, peer: IPv4Address, local: IPv4Address) -> None:
        while (request := await connection.request()) is not None:
            body = await connection.body(self._limits.body, self._limits.kept) if takes_body(request) else b""
            with self._answers.answer(request, peer, local, body) as reply:
                await connection.reply(reply)
            if reply.last:
                return await connection.linger()
            if not connection.goes_on():
                break
        return await connection.close()


async def _refused(connection: Connection, reply: Reply) -> None:
    with suppress(OSError):
        await connection.reply(reply)
        await connection.linger()


def _ends(writer: asyncio.StreamWriter) -> tuple[IPv4Address, IPv4Address] | None:
    """Peer and our own address; None where the peer has gone before it was looked at."""
    peer, local = writer.get_extra_info("peername"), writer.get_extra_info("sockname")
    return (IPv4Address(peer[0]), IPv4Address(local[0])) if peer and local else None
