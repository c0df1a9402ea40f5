"""The Smart Proxy: listeners of its own for Foreman, by HTTPS with certificates of clients and, if wanted, by HTTP."""

import asyncio
import ssl
from collections import Counter
from typing import Final

from netipl.certificates import common_name
from netipl.servers.smartproxy.application import CLIENT, Application
from netipl.servers.smartproxy.control import Control, Offer
from netipl.servers.smartproxy.listen import Listen
from netipl.servers.smartproxy.logbook import Level
from netipl.servers.smartproxy.reply import TEXT
from netipl.servers.smartproxy.request import Client
from netipl.servers.web import tcp_socket
from netipl.servers.web.connection import Connection, Malformed, Timeouts
from netipl.servers.web.server import Door, Limits, WebServer

_MALFORMED: Final = Malformed(TEXT, b"Bad Request")
LIMITS: Final = Limits(connections=1024, connections_per_address=512)
"""Foreman is one address, and deploys hundreds of hosts at once."""
_TIMEOUTS: Final = Timeouts()


class SmartProxyServer:
    """`open` binds, while there is the privilege; `run` serves until it is cancelled."""

    def __init__(
        self,
        control: Control,
        offer: Offer,
        listen: Listen,
        *,
        limits: Limits = LIMITS,
        timeouts: Timeouts = _TIMEOUTS,
    ) -> None:
        self._listen = listen
        self._upstream = control.upstream
        self._web = WebServer(
            Application(control, offer, listen.trust),
            "netipl.foreman",
            limits=limits,
            timeouts=timeouts,
            malformed=_MALFORMED,
            connection=_Connection,
            unshaken=lambda peer, why: control.logbook.refused(Level.WARN, f"TLS handshake of {peer} failed: {why}"),
        )

    @property
    def counts(self) -> Counter[str]:
        """How often clients did what wrong, since the start."""
        return self._web.counts

    @property
    def ports(self) -> list[int]:
        """HTTPS before HTTP."""
        return self._web.ports

    def open(self) -> None:
        """Raises UnavailableError; then nothing stays open."""
        if self._upstream is not None:
            self._upstream.open()
        try:
            if self._listen.https is not None and (tls := self._listen.tls) is not None:
                context = tcp_socket.tls_with_clients(tls.certificate, tls.key, tls.authority)
                named = tcp_socket.Named(server="the Smart Proxy", key="https of [foreman]")
                self._web.open([Door(tcp_socket.listener(self._listen.https, named), tls=context)])
            if self._listen.http is not None:
                named = tcp_socket.Named(server="the Smart Proxy", key="http of [foreman]")
                self._web.open([Door(tcp_socket.listener(self._listen.http, named))])
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """What `open` opened."""
        self._web.close()

    async def run(self) -> None:
        """Serve until cancelled."""
        if not self._web.doors:
            self.open()
        await self._web.run()


class _Connection(Connection):
    """Knows what the certificate of its client says, once the handshake is over."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        made: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        certificate = made.getpeercert() if made is not None else None
        self.app_state[CLIENT] = Client(
            address=str(peer[0]) if peer else "",
            is_tls=made is not None,
            has_certificate=bool(certificate),
            common_name=common_name(certificate),
        )
