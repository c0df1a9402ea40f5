"""The API server: its Unix socket and, if asked for, a TCP port, each with what is known of who comes in there."""

import asyncio
import socket
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from netipl.servers.api.application import application
from netipl.servers.api.authentication import CALLER
from netipl.servers.api.body_limit import BodyLimits
from netipl.servers.api.caller import local
from netipl.servers.api.control import Control
from netipl.servers.api.listen import Listen
from netipl.servers.api.peer import user_of
from netipl.servers.api.problems import MEDIA_TYPE, problem
from netipl.servers.api.unix_socket import UnixSocket
from netipl.servers.web import server, tcp_socket
from netipl.servers.web.connection import Malformed, Timeouts
from netipl.servers.web.server import Door, Known, WebServer

_NAMED: Final = tcp_socket.Named(server="the API", key="listen of [api]")
_MALFORMED: Final = Malformed(MEDIA_TYPE, bytes(problem(400, "the request does not follow HTTP/1.1").body))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(server.Limits):
    """Those of bodies too."""

    body: BodyLimits = field(default_factory=BodyLimits)


_LIMITS, _TIMEOUTS = Limits(), Timeouts()


class ApiServer:
    """`open` binds, while there is the privilege; `run` serves until it is cancelled."""

    def __init__(
        self, control: Control, listen: Listen, *, limits: Limits = _LIMITS, timeouts: Timeouts = _TIMEOUTS
    ) -> None:
        self._listen = listen
        self._unix: UnixSocket | None = None
        closing = asyncio.Event()
        made = application(control, closing=closing, limits=limits.body)
        self._web = WebServer(
            made, "netipl.api", limits=limits, timeouts=timeouts, malformed=_MALFORMED, closing=closing
        )

    @property
    def counts(self) -> Counter[str]:
        """How often clients did what wrong, since the start."""
        return self._web.counts

    @property
    def port(self) -> int | None:
        """The TCP port that is listened on."""
        return next(iter(self._web.ports), None)

    @property
    def connected(self) -> int:
        """The number of connections now."""
        return self._web.connected

    def open(self) -> None:
        """Raises UnavailableError and UsageError; then nothing stays open."""
        try:
            self._unix = UnixSocket(self._listen.socket, group=self._listen.group, user=self._listen.user)
            self._web.open([Door(self._unix.socket, is_local=True, known=_local)])
            if self._listen.endpoint is not None:
                tls = self._listen.tls
                context = tcp_socket.tls(*tls) if tls is not None else None
                self._web.open([Door(tcp_socket.listener(self._listen.endpoint, _NAMED), tls=context)])
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """What `open` opened."""
        self._web.close()
        if self._unix is not None:
            self._unix.close()
        self._unix = None

    async def run(self) -> None:
        """Serve until cancelled; then streams end, and what is on its way has a moment to leave."""
        if self._unix is None:
            self.open()
        try:
            await self._web.run()
        finally:
            self.close()


async def _local(connected: socket.socket) -> Known:
    return {CALLER: local(await asyncio.to_thread(user_of, connected))}
