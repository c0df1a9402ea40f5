"""The UDP sockets of the service: one for each address and worker, which share their port by SO_REUSEPORT.

The kernel chooses among them by a hash of client and server, so a client stays with its socket while all stay open. An
address may come later, with its interface. Sources: socket(7), ip(7) (IP_FREEBIND).
"""

import contextlib
import errno
import os
import socket
import time
from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import Final

from netipl.errors import UnavailableError
from netipl.protocols.tftp.codes import DATA_HEADER
from netipl.protocols.tftp.negotiation import LARGEST_BLOCK

_BUFFER: Final = 4 << 20
"""For thousands of clients that answer at once; the kernel grants what its limits allow."""

_IP_FREEBIND: Final = 15  # linux/in.h; in Python's socket module from 3.14 on
_IP_MTU: Final = 14  # ip(7); not in Python's socket module
_HEADERS: Final = 20 + 8 + DATA_HEADER
_ETHERNET: Final = 1500

_PATIENCE: Final = 2.0
"""Seconds: the workers of a daemon that was killed are about to leave the port."""

_REMEDIES: Final = {
    errno.EADDRINUSE: "stop the other TFTP server there (`ss -lunp` shows it), or keep it to other addresses",
    errno.EACCES: "start as root or with CAP_NET_BIND_SERVICE, or choose a port above 1023",
    errno.EPERM: "start as root or with CAP_NET_BIND_SERVICE, or choose a port above 1023",
}


def bound(address: IPv4Address, port: int, count: int, held: Iterable[socket.socket] = ()) -> list[socket.socket]:
    """`count` sockets bound to the same port (0: any free one), with those `held` already. Raises UnavailableError."""
    sockets = list(held)
    try:
        if port and not sockets:
            _wait_until_free(address, port)
        for _ in range(count - len(sockets)):
            sockets.append(_bound(address, port))
            port = sockets[0].getsockname()[1]
    except OSError as error:
        close(sockets)
        remedy = _REMEDIES.get(error.errno or 0, "")
        raise UnavailableError(
            f"TFTP cannot use {address} port {port}: {os.strerror(error.errno or 0)}", remedy=remedy
        ) from error
    return sockets


def by_place(held: Iterable[socket.socket], most: int) -> dict[tuple[str, int], list[socket.socket]]:
    """Sockets by the address and port that they are bound to, `most` of each; all others are closed.

    Others are those beyond it, those that `bound` did not make, and another descriptor of one that is there already.
    """
    places: dict[tuple[str, int], list[socket.socket]] = {}
    seen: set[int] = set()
    for each in held:
        inode = os.fstat(each.fileno()).st_ino
        fits = _is_shared(each) and inode not in seen
        place = places.setdefault(each.getsockname(), []) if fits else []
        if fits and len(place) < most:
            place.append(each)
            seen.add(inode)
        else:
            each.close()
    return places


def largest_block(local: IPv4Address, client: IPv4Address) -> int:
    """What one unfragmented packet from us to the client carries, as far as the kernel knows the path."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(local), 0))
            probe.connect((str(client), 9))  # sends nothing
            return min(probe.getsockopt(socket.IPPROTO_IP, _IP_MTU) - _HEADERS, LARGEST_BLOCK)
        except OSError:
            return _ETHERNET - _HEADERS


def close(sockets: Iterable[socket.socket]) -> None:
    """Each of them."""
    for each in sockets:
        each.close()


def _is_shared(candidate: socket.socket) -> bool:
    """Whether it is of the kind that `bound` makes."""
    kind = (candidate.family, candidate.type)
    return kind == (socket.AF_INET, socket.SOCK_DGRAM) and bool(
        candidate.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT)
    )


def _wait_until_free(address: IPv4Address, port: int) -> None:
    """Binds the port alone for a moment: sharing it with a stranger would take half of his clients."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as alone:
            alone.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
            try:
                alone.bind((str(address), port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                    raise
            else:
                return
        time.sleep(0.02)


def _bound(address: IPv4Address, port: int) -> socket.socket:
    new = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        new.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        new.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
        new.bind((str(address), port))
        for ordinary, forced in ((socket.SO_RCVBUF, _SO_RCVBUFFORCE), (socket.SO_SNDBUF, _SO_SNDBUFFORCE)):
            new.setsockopt(socket.SOL_SOCKET, ordinary, _BUFFER)
            with contextlib.suppress(OSError):  # needs CAP_NET_ADMIN, and only makes it better
                new.setsockopt(socket.SOL_SOCKET, forced, _BUFFER)
    except OSError:
        new.close()
        raise
    return new


_SO_RCVBUFFORCE: Final = 33  # socket(7); not in Python's socket module
_SO_SNDBUFFORCE: Final = 32
