"""The listening sockets, one for each address of ours; an address may come later, with its interface."""

import errno
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address

from netipl.errors import UnavailableError

_IP_FREEBIND = 15
"""From linux/in.h: Python has no name for it before 3.14."""
_BACKLOG = 128


def listeners(addresses: Iterable[IPv4Address], port: int) -> list[socket.socket]:
    """Raises UnavailableError with its remedy; then none stays open."""
    opened: list[socket.socket] = []
    try:
        for address in addresses:
            opened.append(_listener(address, port))  # noqa: PERF401 - those that were opened are closed on an error
    except UnavailableError:
        for each in opened:
            each.close()
        raise
    return opened


def _listener(address: IPv4Address, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
        listening.bind((str(address), port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        reason = error.strerror or str(error)
        raise UnavailableError(f"HTTP on {address}:{port}: {reason}", remedy=_remedy(error, port)) from error
    return listening


def _remedy(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"see who has it with: ss -ltnp 'sport = :{port}'; stop that, or set another port in [http]"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return "start as root, or set a port from 1024 on in [http]"
    return "correct port in [http] and server in [networks.NAME]"
