"""Simulated guests on an interface: one packet socket for all of them, in one loop without asyncio.

A thousand guests are a few hundred thousand frames a second at best, so the path of a frame is short. What the kernel
drops because its buffer is full is lost, as in the ring of a real guest. Sources: packet(7), epoll(7).
"""

import select
import socket
import struct
import time
from collections.abc import Iterable, Sequence
from typing import Final

from netipl.errors import UnavailableError
from netipl.machines.simulated.attempt import Attempt
from netipl.machines.simulated.crowd import Crowd
from netipl.machines.simulated.loss import Loss
from netipl.machines.simulated.pace import Pace, Watch
from netipl.machines.simulated.port import plugged

_ETH_P_ALL: Final = 0x0003
_SOL_PACKET: Final = 263
_ADD_MEMBERSHIP: Final = 1  # linux/if_packet.h; these are absent from the socket module
_IGNORE_OUTGOING: Final = 23
_PROMISCUOUS: Final = 1
_MEMBERSHIP: Final = struct.Struct(
    "=iHH8x"
)  # struct packet_mreq: interface, kind, length of an address that is not used
_SO_RCVBUFFORCE: Final = 33
_BUFFER: Final = 64 << 20
_LONGEST_FRAME: Final = 2048
_IN_A_ROW: Final = 64
"""Frames that are read before the clock and the timers are looked at."""


def run(attempts: Sequence[Attempt], interface: str, *, loss: Loss, limit: float | None, watch: Watch) -> None:
    """Boot all of `attempts` at once on `interface`; return when the last has ended, or after `limit` seconds.

    On a bridge they get a port of their own for the time. Raises UnavailableError.
    """
    with _packet_socket() as wire, plugged(interface) as port:
        _attach(wire, port)
        _Loop(wire, Crowd(attempts), loss, Pace(limit, watch)).run(len(attempts))
    for attempt in attempts:
        attempt.give_up(time.monotonic())


class _Loop:
    def __init__(self, wire: socket.socket, crowd: Crowd, loss: Loss, pace: Pace) -> None:
        self._wire = wire
        self._crowd = crowd
        self._loss = loss
        self._pace = pace

    def run(self, guests: int) -> None:
        crowd, pace = self._crowd, self._pace
        with select.epoll() as poll:
            poll.register(self._wire, select.EPOLLIN)
            for number in range(guests):
                self._send(crowd.start(number, time.monotonic()))
            while not crowd.finished and not pace.over:
                if poll.poll(pace.patience(crowd.next_due)):
                    self._read()
                self._send(crowd.expired(time.monotonic()))
                pace.glance()

    def _read(self) -> None:
        receive, clock, react, loss = self._wire.recv, time.monotonic, self._crowd.receive, self._loss
        for _ in range(_IN_A_ROW):
            try:
                frame = receive(_LONGEST_FRAME)
            except BlockingIOError:
                return
            except OSError:  # the interface is down for now, and what is in the air is lost
                return
            if loss.strikes():
                continue
            answers = react(frame, clock())
            if answers:
                self._send(answers)

    def _send(self, frames: Iterable[bytes]) -> None:
        for frame in frames:
            if self._loss.strikes():
                continue
            try:
                self._wire.send(frame)
            except OSError:  # no room, or the interface is down for now
                continue


def _packet_socket() -> socket.socket:
    """One that hears nothing yet. Raises UnavailableError."""
    try:
        return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    except PermissionError as error:
        raise UnavailableError(
            "guests on an interface need a packet socket, which this user may not open",
            remedy="run it as root; or ask a TFTP server alone, with --server and --boot-file",
        ) from error


def _attach(wire: socket.socket, interface: str) -> None:
    """Hear every frame that arrives at `interface`, whoever it is for; none that leaves. Raises UnavailableError."""
    wire.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
    try:
        wire.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
    except PermissionError:  # without CAP_NET_ADMIN: as much as the system allows
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    wire.settimeout(0)
    try:
        wire.bind((interface, _ETH_P_ALL))
        everything = _MEMBERSHIP.pack(socket.if_nametoindex(interface), _PROMISCUOUS, 0)
        wire.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, everything)
    except OSError as error:
        raise UnavailableError(f"{interface} cannot be used: {error.strerror}") from error
