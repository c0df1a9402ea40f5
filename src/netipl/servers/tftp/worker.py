"""A TFTP worker: sends the data. Started by `exec` with the number of its control socket.

It ends with the daemon; when that was killed, it first holds its sockets for the next one.

It knows no paths, plans or rules: it asks the daemon what a name is and is handed descriptors. It imports neither
asyncio nor pydantic nor SQL, and logs nothing: what happens is reported.
"""

import itertools
import select
import signal
import socket
import sys
import time
from collections import deque
from typing import Final

from netipl.protocols.tftp.retransmission import MILLISECOND, SECOND, granularity
from netipl.servers.tftp import control, handover
from netipl.servers.tftp.batches import Inbox
from netipl.servers.tftp.bodies import Files
from netipl.servers.tftp.endpoint import Endpoint

SWEEP: Final = 50 * MILLISECOND
"""Reports are made so often at most."""

_RESIDENT: Final = 16 << 20
"""Bytes sent after which mapped pages are let go."""

_MOST_UNSENT: Final = 10_000


class Worker:
    """The loop around the endpoints, one for each served address."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        channel.settimeout(0)  # flags of recv_fds are ignored before Python 3.12
        self._poll = select.epoll()
        self._poll.register(channel, select.EPOLLIN)
        self._unsent: deque[bytes] = deque()
        self._files = Files()
        self._endpoints: dict[int, Endpoint] = {}
        self._handover: socket.socket | None = None
        self._tokens = itertools.count(1)
        self._next_tick = 0
        self._tick_length = granularity(0)
        self._next_sweep = 0
        self._is_over = False

    def run(self) -> None:
        """Returns when the daemon is gone, and its sockets are in other hands or needed no more."""
        channel, wait = self._channel.fileno(), 1.0
        while not self._is_over:
            events = self._poll.poll(wait)
            now = time.monotonic_ns()
            for descriptor, _ in events:
                if descriptor == channel:
                    self._listen(now)
                else:
                    self._endpoints[descriptor].serve(now)
                    self._next_tick = min(self._next_tick, now + self._tick_length)
            if now >= self._next_tick:
                self._tick(now)
            wait = min((self._next_tick - now) / SECOND, 1.0)
        if self._handover is not None:
            handover.give(self._handover, list(self._endpoints))

    def tell(self, message: control.Message) -> None:
        """Sends to the daemon, later if it is busy: data never waits for it."""
        self._unsent.append(control.encode(message))
        self._flush()

    def _flush(self) -> None:
        try:
            while self._unsent:
                self._channel.send(self._unsent[0])
                self._unsent.popleft()
        except BlockingIOError:
            while len(self._unsent) > _MOST_UNSENT:
                self._unsent.popleft()
        except OSError:
            self._is_over = True

    def _tick(self, now: int) -> None:
        due = [endpoint.tick(now) for endpoint in self._endpoints.values()]
        self._tick_length = granularity(sum(endpoint.running for endpoint in self._endpoints.values()))
        self._next_tick = max(min(due, default=now + SECOND), now + self._tick_length)
        if now >= self._next_sweep:
            self._next_sweep = now + SWEEP
            self._sweep(now)
        if self._unsent:
            self._flush()

    def _sweep(self, now: int) -> None:
        sent = 0
        for endpoint in self._endpoints.values():
            endpoint.report(now)
            sent += endpoint.outbox.octets
        if sent >= _RESIDENT:
            self._files.let_go()
            for endpoint in self._endpoints.values():
                endpoint.outbox.octets = 0

    def _listen(self, now: int) -> None:
        try:
            while True:
                data, descriptors, _, _ = socket.recv_fds(self._channel, control.LARGEST, control.MOST_DESCRIPTORS)
                if not data:
                    self._is_over = True
                    return
                self._heard(control.decode(data), descriptors, now)
        except BlockingIOError:
            return
        except ConnectionError:
            self._is_over = True

    def _heard(self, message: control.Message, descriptors: list[int], now: int) -> None:
        match message:
            case control.Listen():
                self._add_endpoints(message.addresses, descriptors)
            case control.Serve():
                self._asker(message.token).begin(message, descriptors, now)
            case control.Refuse():
                self._asker(message.token).refuse(message, now)
            case control.Drop():
                for endpoint in self._endpoints.values():
                    endpoint.drop(message)
            case control.Move():
                for endpoint in self._endpoints.values():
                    endpoint.move(message)
        self._next_tick = min(self._next_tick, now + self._tick_length)

    def _add_endpoints(self, addresses: list[int], descriptors: list[int]) -> None:
        inbox = Inbox()
        self._handover = socket.socket(fileno=descriptors.pop())
        for index, (local, descriptor) in enumerate(zip(addresses, descriptors, strict=True)):
            self._endpoints[descriptor] = Endpoint(
                socket.socket(fileno=descriptor),
                local=local,
                tokens=itertools.count(index, len(addresses)),
                inbox=inbox,
                files=self._files,
                tell=self.tell,
                listen=self._listen,
            )
            self._poll.register(descriptor, select.EPOLLIN)

    def _asker(self, token: int) -> Endpoint:
        """The endpoint that made `token`: they count in steps of their number."""
        return list(self._endpoints.values())[token % len(self._endpoints)]


def main() -> None:
    """Takes the number of the control socket as its only argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the daemon ends us
    Worker(socket.socket(fileno=int(sys.argv[1]))).run()


if __name__ == "__main__":
    main()
