"""Simulated guests that ask a TFTP server over ordinary UDP sockets: no root needed, and no DHCP spoken.

Each has a socket of its own, the first with the firmware's port 2001 if that is free. Sources: ip(7) for IP_RECVERR,
which tells an unconnected socket of ICMP errors; linux/errqueue.h.
"""

import select
import socket
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from ipaddress import IPv4Address
from typing import Final

from netipl.errors import UnavailableError
from netipl.firmware.tftp_client import CLIENT_PORT, SERVER_PORT
from netipl.machines.simulated.attempt import Attempt
from netipl.machines.simulated.loss import Loss
from netipl.machines.simulated.pace import Pace, Watch
from netipl.machines.simulated.timers import Timers
from netipl.protocols.udp4 import Datagram

_IP_RECVERR: Final = 11  # absent from the socket module
_ORIGIN_AT, _KIND_AT, _CODE_AT = 4, 5, 6  # in struct sock_extended_err
_FROM_ICMP: Final = 2
_DESTINATION_UNREACHABLE: Final = 3
_LONGEST_DATAGRAM: Final = 2048


def run(attempts: Sequence[Attempt], *, loss: Loss, limit: float | None, watch: Watch) -> None:
    """Boot all of `attempts` at once; return when the last has ended, or after `limit` seconds.

    Raises UnavailableError.
    """
    with ExitStack() as stack:
        sockets = [stack.enter_context(_socket(attempt)) for attempt in attempts]
        poll = stack.enter_context(select.epoll())
        _Loop(attempts, sockets, loss, Pace(limit, watch)).run(poll)
    for attempt in attempts:
        attempt.give_up(time.monotonic())


def own_address(server: IPv4Address) -> IPv4Address:
    """The address that this machine has for `server`. Raises UnavailableError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(server), SERVER_PORT))
        except OSError as error:
            raise UnavailableError(f"there is no way to {server}: {error.strerror}") from error
        return IPv4Address(probe.getsockname()[0])


class _Loop:
    def __init__(self, attempts: Sequence[Attempt], sockets: Sequence[socket.socket], loss: Loss, pace: Pace) -> None:
        self._attempts = attempts
        self._sockets = sockets
        self._numbers = {each.fileno(): number for number, each in enumerate(sockets)}
        self._timers = Timers(attempts)
        self._loss = loss
        self._pace = pace
        self._left = len(attempts)

    def run(self, poll: select.epoll) -> None:
        for number, (attempt, each) in enumerate(zip(self._attempts, self._sockets, strict=True)):
            poll.register(each, select.EPOLLIN)
            now = time.monotonic()
            self._act(number, attempt.start(now))
            self._timers.start(number, now)
        while self._left and not self._pace.over:
            for descriptor, events in poll.poll(self._pace.patience(self._timers.next_due)):
                if events & select.EPOLLERR:
                    self._read_error(self._numbers[descriptor])
                if events & select.EPOLLIN:
                    self._read(self._numbers[descriptor])
            for number in self._timers.due(time.monotonic()):
                self._act(number, self._attempts[number].expired(time.monotonic()))
            self._pace.glance()

    def _read(self, number: int) -> None:
        attempt, ours = self._attempts[number], self._sockets[number]
        try:
            payload, (host, port) = ours.recvfrom(_LONGEST_DATAGRAM)
        except OSError:  # nothing there, or an error that `_read_error` reads
            return
        if attempt.ended is not None or self._loss.strikes():
            return
        datagram = Datagram(
            source=IPv4Address(host),
            source_port=port,
            destination=attempt.address,
            destination_port=CLIENT_PORT,
            payload=payload,
        )
        self._act(number, attempt.receive(datagram, time.monotonic()))

    def _read_error(self, number: int) -> None:
        """What ICMP said of a datagram of ours."""
        try:
            _, ancillary, _, _ = self._sockets[number].recvmsg(1, 256, socket.MSG_ERRQUEUE)
        except BlockingIOError:
            return
        for _, _, told in ancillary:
            if told[_ORIGIN_AT] == _FROM_ICMP and told[_KIND_AT] == _DESTINATION_UNREACHABLE:
                attempt = self._attempts[number]
                if attempt.ended is None:
                    self._act(number, attempt.unreachable(told[_CODE_AT], time.monotonic()))

    def _act(self, number: int, datagrams: Iterable[Datagram]) -> None:
        for datagram in datagrams:
            if self._loss.strikes():
                continue
            try:
                self._sockets[number].sendto(datagram.payload, (str(datagram.destination), datagram.destination_port))
            except OSError:  # an error that waits, or no way there: the datagram is lost
                continue
        if self._attempts[number].ended is not None:
            self._left -= 1


def _socket(attempt: Attempt) -> socket.socket:
    """Bound to port 2001, or to any if that is taken. Raises UnavailableError."""
    try:
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    except OSError as error:
        remedy = "allow more open files: ulimit -n"
        raise UnavailableError(f"no socket for {attempt.machine.mac}: {error.strerror}", remedy=remedy) from error
    bound.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
    bound.settimeout(0)
    try:
        bound.bind(("", CLIENT_PORT))
    except OSError:
        bound.bind(("", 0))
    return bound
