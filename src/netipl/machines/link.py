"""A link: Ethernet frames between QEMU's stream socket and a network interface, in a process of its own.

`python -m netipl.machines.link --interface IF --socket PATH [--to-guest ...] [--from-guest ...] [--seed N]` prints
`ready` when it forwards, and at its end what it counted as JSON. Every TFTP block is a round trip through here, so
latency counts: epoll, no asyncio, few imports. A stream, since a datagram socket queues ten frames and loses the rest.
Sources: packet(7), epoll(7), qemu(1) `-netdev stream`.
"""

import argparse
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterable, Iterator

from netipl.errors import WireError
from netipl.machines.framing import LONGEST_FRAME, Unframer, framed
from netipl.machines.impairment import PERFECT, Impairment, Line
from netipl.machines.tether import tether

_ETH_P_ALL = 0x0003
_SOL_PACKET = 263
_PACKET_IGNORE_OUTGOING = 23  # linux/if_packet.h; absent from the socket module
_BUFFER = 4 << 20  # bytes that may wait in each socket, if the kernel allows so many


class Wire:
    """The interface's side: a packet socket that sees every frame that arrives there, and none that leaves."""

    def __init__(self, interface: str, poll: select.epoll) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._socket.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._socket.bind((interface, _ETH_P_ALL))
        self._socket.settimeout(0)
        self._buffer = bytearray(LONGEST_FRAME)
        self._view = memoryview(self._buffer)
        self.descriptor = self._socket.fileno()
        poll.register(self.descriptor, select.EPOLLIN)

    def receive(self) -> Iterable[memoryview]:
        """The next frame, valid until the one after it is asked for: in lock-step a look for more finds nothing."""
        try:
            length = self._socket.recv_into(self._buffer)
        except OSError:  # the interface is down for now
            return ()
        return (self._view[:length],)

    def send(self, frame: memoryview | bytes) -> bool:
        """Whether the interface took it."""
        try:
            self._socket.send(frame)
        except OSError:
            return False
        return True


class Guest:
    """QEMU's side: one connection at a time, the newest; a guest that is started again connects again."""

    def __init__(self, path: str, poll: select.epoll) -> None:
        self._poll = poll
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(path)
        self._listener.listen()
        self._connection: socket.socket | None = None
        self._unframer = Unframer()
        self._unsent = b""
        self.listening = self._listener.fileno()
        poll.register(self.listening, select.EPOLLIN)

    def accept(self) -> None:
        """Take the new connection in place of the old one."""
        self._hang_up()
        connection, _ = self._listener.accept()
        connection.settimeout(0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        self._poll.register(connection, select.EPOLLIN)
        self._connection = connection

    def receive(self) -> Iterator[memoryview]:
        """The whole frames that have arrived; each is valid until the next is asked for."""
        if self._connection is None:
            return
        try:
            length = self._connection.recv_into(self._unframer.space)
            if length:
                yield from self._unframer.filled(length)
                return
        except BlockingIOError:
            return
        except (OSError, WireError):
            pass
        self._hang_up()

    def send(self, frame: memoryview | bytes) -> bool:
        """Whether a guest was there with room for it."""
        if self._connection is None or self._unsent:
            return False
        whole = framed(frame)
        sent = self._send_some(self._connection, whole)
        if 0 < sent < len(whole):
            self._unsent = whole[sent:]
            self._poll.modify(self._connection, select.EPOLLIN | select.EPOLLOUT)
        return sent > 0

    def finish_sending(self) -> None:
        """Send the rest of a frame that had no room before."""
        if self._connection is None or not self._unsent:
            return
        self._unsent = self._unsent[self._send_some(self._connection, self._unsent) :]
        if not self._unsent:
            self._poll.modify(self._connection, select.EPOLLIN)

    @staticmethod
    def _send_some(connection: socket.socket, data: bytes) -> int:
        try:
            return connection.send(data)
        except OSError:  # no room; or no guest any more, which `receive` finds out
            return 0

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._unframer, self._unsent = None, Unframer(), b""


class Direction:
    """Frames on their way from one side to the other, by a perfect line or an impaired one."""

    def __init__(self, source: Wire | Guest, sink: Wire | Guest, impairment: Impairment, seed: int) -> None:
        self._source = source
        self._sink = sink
        self._line = Line(impairment, seed) if impairment != PERFECT else None
        self._frames = 0
        self._dropped = 0

    @property
    def impaired(self) -> bool:
        return self._line is not None

    @property
    def next_due(self) -> float | None:
        """When a waiting frame is due, if one waits."""
        return self._line.next_due if self._line is not None else None

    def forward(self) -> None:
        """Pass on what has arrived."""
        send, line = self._sink.send, self._line
        for frame in self._source.receive():
            self._frames += 1
            if line is not None:
                self._send_all(line.push(bytes(frame), time.monotonic()))
            elif not send(frame):
                self._dropped += 1

    def flush(self) -> None:
        """Pass on what has waited long enough."""
        if self._line is not None:
            self._send_all(self._line.due(time.monotonic()))

    def counts(self) -> dict[str, int]:
        """Frames taken in, not deliverable, lost, doubled and reordered."""
        counted = {"frames": self._frames, "dropped": self._dropped}
        if self._line is not None:
            line = self._line
            counted |= {"lost": line.lost, "duplicated": line.duplicated, "reordered": line.reordered}
        return counted

    def _send_all(self, frames: list[bytes]) -> None:
        for frame in frames:
            if not self._sink.send(frame):
                self._dropped += 1


class Link:
    """Both directions, and the loop that serves them."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self._poll = select.epoll()
        self._wire = Wire(chosen.interface, self._poll)
        self._guest = Guest(chosen.socket, self._poll)
        self._to_guest = Direction(self._wire, self._guest, chosen.to_guest, chosen.seed)
        self._from_guest = Direction(self._guest, self._wire, chosen.from_guest, chosen.seed + 1)
        self._impaired = [each for each in (self._to_guest, self._from_guest) if each.impaired]

    def run(self, stop: int) -> None:
        """Forward until the descriptor `stop` is readable."""
        self._poll.register(stop, select.EPOLLIN)
        while True:
            for descriptor, events in self._poll.poll(self._timeout()):
                if descriptor == self._wire.descriptor:
                    self._to_guest.forward()
                elif descriptor == self._guest.listening:
                    self._guest.accept()
                elif descriptor == stop:
                    return
                else:
                    self._serve_guest(events)
            for direction in self._impaired:
                direction.flush()

    def counts(self) -> dict[str, dict[str, int]]:
        """What was counted, by direction."""
        return {"to_guest": self._to_guest.counts(), "from_guest": self._from_guest.counts()}

    def _serve_guest(self, events: int) -> None:
        if events & select.EPOLLOUT:
            self._guest.finish_sending()
        if events & ~select.EPOLLOUT:
            self._from_guest.forward()

    def _timeout(self) -> float:
        """Seconds until the next waiting frame is due; -1 for ever."""
        times = [due for direction in self._impaired if (due := direction.next_due) is not None]
        return max(0.0, min(times) - time.monotonic()) if times else -1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="netipl.machines.link")
    parser.add_argument("--interface", required=True)
    parser.add_argument("--socket", required=True)
    parser.add_argument("--to-guest", type=Impairment.parse, default=PERFECT)
    parser.add_argument("--from-guest", type=Impairment.parse, default=PERFECT)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--parent", type=int)
    return parser.parse_args()


def main() -> None:
    """Forward until SIGTERM or until the parent ends."""
    chosen = _arguments()
    if chosen.parent is not None:
        tether(chosen.parent)
    stop, wake = os.pipe()
    signal.signal(signal.SIGTERM, lambda *_: os.write(wake, b"."))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the parent ends us
    link = Link(chosen)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    link.run(stop)
    sys.stdout.write(json.dumps(link.counts()) + "\n")


if __name__ == "__main__":
    main()
