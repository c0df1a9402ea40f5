"""The UDP sockets of the DHCP server: how they are bound, and what they receive.

One on every served interface (broadcasts, and unicasts that come in there) and one on every served address (relays
and clients behind them). All share their port, so a dnsmasq for another bridge may hold it too, in either order.
Sources: Linux ip(7) (IP_PKTINFO, IP_FREEBIND), socket(7) (SO_BINDTODEVICE, SO_REUSEADDR).
"""

import errno
import socket
import struct
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Final, NamedTuple

from netipl.errors import UnavailableError

IP_PKTINFO: Final = 8
IP_FREEBIND: Final = 15
PKTINFO: Final = struct.Struct("=i4s4s")  # interface index, our address for it, the destination; in host order

_LARGEST: Final = 2048  # bytes; a DHCP message fits in one Ethernet frame
_QUEUE: Final = 1 << 20  # bytes asked for, so that a storm of starting guests fits
_CONTROL: Final = socket.CMSG_SPACE(PKTINFO.size)
_ANY: Final = "0.0.0.0"  # noqa: S104 - SO_BINDTODEVICE narrows it, and broadcasts come to no other

_REMEDIES: Final = {
    errno.EADDRINUSE: "`ss -ulpn 'sport = :{port}'` shows who has it; a dnsmasq shares it if it has bind-dynamic",
    errno.EACCES: "start as root, or with the capabilities NET_BIND_SERVICE and NET_RAW",
    errno.EPERM: "start as root, or with the capabilities NET_BIND_SERVICE and NET_RAW",
    errno.ENODEV: "`ip link` shows the interfaces that exist",
}


class Packet(NamedTuple):
    """One datagram as received; addresses are four bytes, `interface` is an index."""

    data: bytes
    interface: int
    ours: bytes
    destination: bytes
    source: str
    source_port: int


def on_interface(name: str, port: int) -> socket.socket:
    """Takes what comes in by that interface, broadcasts too. Raises UnavailableError."""
    return _bound(_ANY, port, f"interface {name}", (socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode()))


def on_address(address: IPv4Address, port: int) -> socket.socket:
    """Takes what is sent to that address of ours, which need not be there yet. Raises UnavailableError."""
    return _bound(str(address), port, str(address), (socket.IPPROTO_IP, IP_FREEBIND, 1))


def for_frames() -> socket.socket:
    """Sends IPv4 packets to a MAC, out of any interface, and receives nothing. Raises UnavailableError."""
    try:
        return socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, 0)
    except OSError as error:
        raise _unavailable(error, "a packet socket", 0) from error


def receive(sock: socket.socket, limit: int) -> Iterator[Packet]:
    """At most `limit` datagrams that are there now; one that is too long or tells no interface is left out."""
    for _ in range(limit):
        try:
            data, control, flags, (source, source_port) = sock.recvmsg(_LARGEST, _CONTROL)
        except BlockingIOError:
            return
        except OSError:  # an error that the network reported for something sent before, or the interface is gone
            continue
        if flags & socket.MSG_TRUNC:
            continue
        for level, kind, value in control:
            if kind == IP_PKTINFO and level == socket.IPPROTO_IP:
                interface, ours, destination = PKTINFO.unpack(value)
                yield Packet(data, interface, ours, destination, source, source_port)


def _bound(address: str, port: int, place: str, option: tuple[int, int, int | bytes]) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _QUEUE)
        sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        sock.setsockopt(*option)
        sock.bind((address, port))
    except OSError as error:
        sock.close()
        raise _unavailable(error, f"UDP port {port} on {place}", port) from error
    return sock


def _unavailable(error: OSError, what: str, port: int) -> UnavailableError:
    remedy = _REMEDIES.get(error.errno or 0, "").format(port=port)
    return UnavailableError(f"{what} cannot be opened: {error.strerror}", remedy=remedy)
