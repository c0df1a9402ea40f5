"""TLS on a connection that was accepted, whose end says why: a client that is refused gets the alert (RFC 8446, 6.2).

asyncio drops the alert with the connection, and the client would know no more than that it has ended.
"""

import asyncio
import socket
import ssl
from asyncio.sslproto import SSLProtocol
from typing import Any, Final

_LINGER: Final = 1.0
"""Seconds for the alert to arrive: to close before what the client still sends was read would take it back (a RST)."""


async def shaken(
    connected: socket.socket, protocol: asyncio.Protocol, context: ssl.SSLContext, *, seconds: float
) -> None:
    """Returns when `protocol` has its connection. Raises OSError, of which ssl.SSLError is one."""
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()
    limit: Any = seconds  # Any: typeshed has int
    made = _Tls(loop, protocol, context, waiter, server_side=True, ssl_handshake_timeout=limit)
    transport, _ = await loop.connect_accepted_socket(lambda: made, connected)
    try:
        await waiter
    except asyncio.CancelledError:
        transport.abort()
        raise


class _Tls(SSLProtocol):
    """Of asyncio, but for the end of a handshake that fails."""

    _has_failed = False

    def buffer_updated(self, nbytes: int) -> None:
        if not self._has_failed:
            super().buffer_updated(nbytes)

    def _fatal_error(self, exc: BaseException, message: str = "TLS failed") -> None:
        if self._has_failed or not isinstance(exc, ssl.SSLError):
            super()._fatal_error(exc, message)
            return
        self._has_failed = True
        self._process_outgoing()  # type: ignore[attr-defined]  # typeshed has a part of them
        asyncio.get_running_loop().call_later(_LINGER, self._fatal_error, exc, message)
