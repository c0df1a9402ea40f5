"""Connections to where somebody else has said, and not to where nobody from outside should come by us.

Loopback, link-local (with the metadata services of clouds), and what is no host's address are refused. What is looked
at is the address that is connected to, for each connection, so that neither a redirect nor a name that changes leads
around it; for the same reason no proxy is used. Sources: RFC 6890; httpcore2, network backends.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

import httpcore2
import httpx2

from netipl.errors import RefusedError

Address = IPv4Address | IPv6Address
_IS_NO_HOST: Final = ("is_loopback", "is_link_local", "is_multicast", "is_unspecified", "is_reserved")


class Guard:
    """`allowed` are networks that are reached all the same."""

    def __init__(self, allowed: Sequence[IPv4Network | IPv6Network] = ()) -> None:
        self._allowed = tuple(allowed)

    def check(self, host: str, found: str) -> str:
        """The address `found` of `host`. Raises RefusedError."""
        address = _plain(ip_address(found.partition("%")[0]))
        if any(address in network for network in self._allowed if network.version == address.version):
            return found
        if any(getattr(address, each) for each in _IS_NO_HOST):
            remedy = "if it is meant, list its network in fetch_from of [foreman]"
            where = host if host == str(address) else f"{host} is {address}"
            raise RefusedError(f"{where}, from which nothing is fetched", remedy=remedy)
        return found

    def resolved(self, host: str, port: int) -> list[str]:
        """All addresses of `host`. Blocks. Raises RefusedError, also where only one may not be, and OSError."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError as error:  # a part of it is empty or too long
            raise RefusedError(f"{host[:80]} is no name of a host", remedy="correct the URL") from error
        return [self.check(host, str(each[4][0])) for each in found]


def transport(guard: Guard, *, verify: bool, connections: int) -> httpx2.AsyncHTTPTransport:
    """For a client. Without `verify` certificates are not looked at."""
    return _Transport(guard, verify=verify, connections=connections)


class _Transport(httpx2.AsyncHTTPTransport):
    def __init__(self, guard: Guard, *, verify: bool, connections: int) -> None:
        super().__init__(verify=verify, trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=httpx2.create_ssl_context(verify=verify, trust_env=False),
            max_connections=connections,
            network_backend=_Backend(guard),
        )


class _Backend(httpcore2.AsyncNetworkBackend):
    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,  # Any: as httpcore has it
    ) -> httpcore2.AsyncNetworkStream:
        try:
            found = await asyncio.to_thread(self._guard.resolved, host, port)
        except OSError as error:
            raise httpcore2.ConnectError(f"{host}: {error}") from error
        failed: Exception | None = None
        for address in dict.fromkeys(found):
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout=timeout, local_address=local_address, socket_options=socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore2.ConnectError(f"{host} has no address")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 address is another way to write of (RFC 4291, 2.5.5.2; RFC 6052; RFC 3056)."""
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or address.sixtofour or address
