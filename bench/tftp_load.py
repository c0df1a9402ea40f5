"""Many firmware-like TFTP clients in one light process: lock-step, `blksize 1428`, port 2001, re-ACK after 4 s.

One socket plays them all, as addresses 127.1.0.0 and up of the loopback (IP_PKTINFO chooses the source), so that
batches of datagrams need one system call. Prints a line of JSON: seconds, bytes, failed, unfinished, repeated.
Usage: `tftp_load.py SERVER PORT NAME SIZE CLIENTS SECONDS`; it ends after SECONDS at the latest.
"""

import array
import ctypes
import json
import socket
import struct
import sys
import time
from ipaddress import IPv4Address
from typing import Final

from netipl.servers.tftp import natives
from netipl.servers.tftp.natives import IoVector, Message

BATCH: Final = 64
ROOM: Final = 2048
CONTROL: Final = 32  # one cmsg of struct in_pktinfo, padded
BLOCK: Final = 1428
SILENCE: Final = 4.0
_IP_PKTINFO: Final = 8
_SO_RCVBUFFORCE: Final = 33
_WAIT_FOR_ONE: Final = 0x10000


class Batch:
    """Messages laid out once for recvmmsg or sendmmsg; views of their numbers, native and as they lie."""

    def __init__(self, room: int) -> None:
        self.names, self.data = bytearray(16 * BATCH), bytearray(room * BATCH)
        self.control = bytearray(CONTROL * BATCH)
        self._vectors, self.messages = (IoVector * BATCH)(), (Message * BATCH)()
        for index, message in enumerate(self.messages):
            self._vectors[index].base = _at(self.data) + room * index
            self._vectors[index].length = room
            struct.pack_into("=QiiiII", self.control, CONTROL * index, 28, socket.IPPROTO_IP, _IP_PKTINFO, 0, 0, 0)
            message.header.name, message.header.name_length = _at(self.names) + 16 * index, 16
            message.header.vectors = ctypes.addressof(self._vectors[index])
            message.header.vector_count = 1
            message.header.control, message.header.control_length = _at(self.control) + CONTROL * index, CONTROL
        self.peers = memoryview(self.names).cast("Q")
        self.controls = memoryview(self.control).cast("I")
        self.halves = memoryview(self.data).cast("H")
        self.words = memoryview(self.messages).cast("B").cast("I")


class Load:
    """`clients` that each fetch `name`; a client is the native number of its address."""

    def __init__(self, server: str, port: int, name: str, size: int, clients: int) -> None:
        self._server = (server, port)
        self._request = b"\0\1" + name.encode() + b"\0octet\0blksize\x001428\0"
        self._last = size // BLOCK + 1
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 64 << 20)
        self._socket.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 500_000))
        self._socket.bind(("0.0.0.0", 2001))
        first = int(IPv4Address("127.1.0.0"))
        self._octets = [IPv4Address(first + index).packed for index in range(clients)]
        numbers = [int.from_bytes(octets, sys.byteorder) for octets in self._octets]
        self.block = dict.fromkeys(numbers, 0)
        self._answered = dict.fromkeys(numbers, False)
        self._heard = dict.fromkeys(numbers, 0.0)
        self._peer: dict[int, int] = {}
        self.failed = self.unfinished = self.repeated = self.packets = 0
        self._inbox, self._outbox = Batch(ROOM), Batch(4)
        for index in range(BATCH):
            self._outbox.halves[2 * index] = socket.htons(4)

    def run(self, seconds: float) -> float:
        """The seconds until the last client was served, at most `seconds`."""
        started = checked = time.monotonic()
        for octets in self._octets:
            self._ask(octets)
        running, now = len(self.block), started
        while running > 0 and now - started < seconds:
            count = natives.recvmmsg(
                self._socket.fileno(), ctypes.addressof(self._inbox.messages), BATCH, _WAIT_FOR_ONE, None
            )
            now = time.monotonic()
            if count > 0:
                running -= self._take(count, now)
            if now - checked > 0.5:
                checked = now
                self._repeat(now)
        self.unfinished = running
        return now - started

    def _take(self, count: int, now: float) -> int:
        inbox, outbox, block, htons = self._inbox, self._outbox, self.block, _SWAPPED
        done = acks = 0
        for operation, number, length, client, peer in zip(
            inbox.halves[: count * 1024 : 1024].tolist(),
            inbox.halves[1 : count * 1024 : 1024].tolist(),
            inbox.words[14 : count * 16 : 16].tolist(),
            inbox.controls[6 : count * 8 : 8].tolist(),
            inbox.peers[: count * 2 : 2].tolist(),
            strict=True,
        ):
            if operation == _DATA:
                expected = block[client] + 1
                if expected <= 0 or number != htons[expected & 0xFFFF]:
                    continue
                block[client] = expected
            elif operation == _OACK and not block[client]:
                number = 0  # noqa: PLW2901 - what is acknowledged
            else:
                if operation == _ERROR and block[client] >= 0:
                    self.failed += 1
                    block[client] = -2
                    done += 1
                continue
            self._answered[client] = True
            self._heard[client] = now
            self._peer[client] = peer
            if operation == _DATA and length - 4 < BLOCK:
                self.failed += block[client] != self._last
                block[client] = -2
                done += 1
            self.packets += 1
            outbox.peers[2 * acks] = peer
            outbox.halves[2 * acks + 1] = number
            outbox.controls[8 * acks + 5] = client
            acks += 1
        natives.sendmmsg(self._socket.fileno(), ctypes.addressof(outbox.messages), acks, 0)
        return done

    def _ask(self, octets: bytes) -> None:
        self._heard[int.from_bytes(octets, sys.byteorder)] = time.monotonic()
        control = struct.pack("i4s4s", 0, octets, b"")
        self._socket.sendmsg([self._request], [(socket.IPPROTO_IP, _IP_PKTINFO, control)], 0, self._server)

    def _repeat(self, now: float) -> None:
        for octets in self._octets:
            client = int.from_bytes(octets, sys.byteorder)
            if self.block[client] < 0 or now - self._heard[client] < SILENCE:
                continue
            self.repeated += 1
            if not self._answered[client]:
                self._ask(octets)
                continue
            self._heard[client] = now
            peer = self._peer[client].to_bytes(8, sys.byteorder)
            self._socket.sendmsg(
                [struct.pack(">HH", 4, self.block[client] & 0xFFFF)],
                [(socket.IPPROTO_IP, _IP_PKTINFO, struct.pack("i4s4s", 0, octets, b""))],
                0,
                (socket.inet_ntoa(peer[4:]), int.from_bytes(peer[2:4], "big")),
            )


_DATA, _ERROR, _OACK = socket.htons(3), socket.htons(5), socket.htons(6)
_SWAPPED: Final = array.array("H", map(socket.htons, range(1 << 16)))


def _at(octets: bytearray) -> int:
    return ctypes.addressof((ctypes.c_char * len(octets)).from_buffer(octets))


def main() -> None:
    """Runs the load told on the command line."""
    server, port, name, size, clients, seconds = sys.argv[1:]
    load = Load(server, int(port), name, int(size), int(clients))
    elapsed = load.run(float(seconds))
    print(
        json.dumps(
            {
                "seconds": elapsed,
                "bytes": load.packets * BLOCK,
                "failed": load.failed,
                "unfinished": load.unfinished,
                "repeated": load.repeated,
            }
        )
    )


if __name__ == "__main__":
    main()
