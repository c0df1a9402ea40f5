"""One connection of an HTTP server: uvicorn's HTTP/1.1 (h11), with the caller that the socket knows and with deadlines.

uvicorn itself waits for ever for a request that never ends, and for a client that never reads.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState


@dataclass(frozen=True, slots=True)
class Malformed:
    """What is answered to what is no HTTP."""

    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """In seconds. `header`: for a request to come, but for its body; `idle`: between two; `write`: for a client to read
    what was written; `handshake`: for that of TLS; `end`: for answers that are on their way when the daemon stops.
    """

    header: float = 10
    idle: float = 30
    write: float = 30
    handshake: float = 10
    end: float = 3


class Connection(H11Protocol):
    """`known` is what the application finds in the state of each request; `lost` is called at the end."""

    def __init__(
        self,
        config: Config,
        server: ServerState,
        *,
        known: dict[str, Any],  # Any: as ASGI has it
        lost: Callable[[], None],
        timeouts: Timeouts,
        log: logging.Logger,
        malformed: Malformed,
    ) -> None:
        super().__init__(config, server, known)
        self._malformed = malformed
        self.logger = log
        self.access_log = False
        self._lost = lost
        self._timeouts = timeouts
        self._reading, self._writing = _Patience(), _Patience()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        super().connection_made(transport)
        self._reading.start(transport, self._timeouts.header)

    def data_received(self, data: bytes) -> None:
        self.server_state.default_headers = [(b"date", formatdate(usegmt=True).encode()), (b"server", b"netipl")]
        try:
            super().data_received(data)
        except h11.LocalProtocolError:  # it was refused while it was being answered
            self.transport.abort()
        if self._is_answering:
            self._reading.stop()
        else:
            self._reading.start(self.transport, self._timeouts.header)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._writing.start(self.transport, self._timeouts.write)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._writing.stop()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the signature is uvicorn's
        """In the words of this server."""
        fields = [
            (b"content-type", self._malformed.media_type.encode()),
            (b"connection", b"close"),
            *self.server_state.default_headers,
        ]
        for event in (
            h11.Response(status_code=400, headers=fields, reason=b"Bad Request"),
            h11.Data(data=self._malformed.body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def shutdown(self) -> None:
        """After the answer that is on its way, if there is one."""
        with suppress(h11.LocalProtocolError):
            super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        self._reading.stop()
        self._writing.stop()
        with suppress(h11.LocalProtocolError):
            super().connection_lost(exc)
        self._lost()

    @property
    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request, whatever uvicorn's types say
        return cycle is not None and not cycle.response_complete


class _Patience:
    """Cuts a connection when it is over, unless it is stopped before. To start it twice does not make it longer."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def start(self, transport: asyncio.Transport, seconds: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(seconds, transport.abort)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
