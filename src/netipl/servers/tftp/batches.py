"""Datagrams received and sent many at a time, without an object for each.

An `Inbox` or `Outbox` is laid out once for recvmmsg or sendmmsg; afterwards only numbers in it change. A peer is the
first 8 bytes of its sockaddr_in read as one native integer.
"""

import ctypes
import struct
import sys
from collections.abc import Iterator
from errno import EFAULT, EINTR
from functools import cache
from typing import Final

from netipl.protocols.tftp.codes import BLOCK_NUMBERS, DATA_HEADER, OpCode
from netipl.servers.tftp import natives
from netipl.servers.tftp.natives import SOCKET_ADDRESS_SIZE, IoVector, Message, MessageHeader

BATCH: Final = 64
"""Datagrams of one system call."""

ROOM: Final = 1024
"""Bytes for one datagram received; a request has at most 512 (RFC 2347)."""

_ROOM_OUT: Final = 2 * BATCH
_MSG_DONTWAIT: Final = 0x40
_MSG_TRUNC: Final = 0x20
_WORDS_OF_ROOM: Final = ROOM // 4
_FIRSTS: Final = tuple(struct.Struct(f">{count}I") for count in range(BATCH + 1))
_SIZE_OF_MESSAGE: Final = ctypes.sizeof(Message)
_WORDS_OF_MESSAGE: Final = _SIZE_OF_MESSAGE // 4
_LENGTH_WORD: Final = Message.length.offset // 4
_FLAGS_WORD: Final = (Message.header.offset + MessageHeader.flags.offset) // 4
_WORDS_OF_VECTOR: Final = ctypes.sizeof(IoVector) // ctypes.sizeof(ctypes.c_size_t)


class Inbox:
    """Room for one batch of datagrams."""

    def __init__(self) -> None:
        self._room = bytearray(BATCH * ROOM)
        self._view = memoryview(self._room)
        self._firsts = self._view.cast("I")
        names, self._peers = _words(BATCH * SOCKET_ADDRESS_SIZE, "Q")
        vectors, sizes = _words(BATCH * ctypes.sizeof(IoVector), "N")
        self._messages, self._words = _words(BATCH * ctypes.sizeof(Message), "I")
        room = _address(self._room)
        for index in range(BATCH):
            sizes[_WORDS_OF_VECTOR * index] = room + ROOM * index
            sizes[_WORDS_OF_VECTOR * index + 1] = ROOM
        _lay_out(self._messages, _address(names), _address(vectors), vectors_each=1)
        self._keep = (names, vectors)
        self._headers = _address(self._messages)

    def receive(self, socket: int) -> int:
        """The number of datagrams taken from `socket` without waiting."""
        count: int = natives.recvmmsg(socket, self._headers, BATCH, _MSG_DONTWAIT, None)
        return max(count, 0)

    def heads(self, count: int) -> Iterator[tuple[int, int, int]]:
        """Of each of the `count` datagrams: its first 32 bits as a number, its peer, and its length.

        The number means nothing where the datagram is shorter.
        """
        if count == 1:  # one client alone waits for every instruction
            return iter(((_FIRSTS[1].unpack_from(self._room)[0], self._peers[0], self._words[_LENGTH_WORD]),))
        return zip(
            _FIRSTS[count].unpack(self._firsts[: count * _WORDS_OF_ROOM : _WORDS_OF_ROOM].tobytes()),
            self._peers[: 2 * count : 2].tolist(),
            self._words[_LENGTH_WORD : count * _WORDS_OF_MESSAGE : _WORDS_OF_MESSAGE].tolist(),
            strict=True,
        )

    def datagram(self, index: int, length: int) -> bytes:
        """The whole datagram; empty if it was longer than any request may be."""
        if self._words[_WORDS_OF_MESSAGE * index + _FLAGS_WORD] & _MSG_TRUNC:
            return b""
        return bytes(self._view[ROOM * index : ROOM * index + length])


class Outbox:
    """Collects DATA packets for one socket and sends them together.

    `put` tells how a packet is laid down; the packet loop does the same in place, once for each datagram of a batch:
    there is room for so many more.
    """

    def __init__(self, socket: int) -> None:
        self._socket = socket
        names, self.peers = _words(_ROOM_OUT * SOCKET_ADDRESS_SIZE, "Q")
        vectors, self.vectors = _words(2 * _ROOM_OUT * ctypes.sizeof(IoVector), "N")
        self._messages, _ = _words(_ROOM_OUT * ctypes.sizeof(Message), "I")
        for index in range(_ROOM_OUT):
            self.vectors[2 * _WORDS_OF_VECTOR * index + 1] = DATA_HEADER
        _lay_out(self._messages, _address(names), _address(vectors), vectors_each=2)
        self._keep = (names, vectors)
        self._headers = _address(self._messages)
        self._data_headers = _data_headers()
        self.first_header = address_of_bytes(self._data_headers)
        self.count = 0
        self.octets = 0
        """Of data sent so far, about; the caller may set it back."""
        self.unreadable: list[int] = []
        """Peers whose data was gone when it was to be sent; emptied by the caller."""
        self.refused = 0
        """Packets that the kernel did not take; set back by the caller."""
        self.last_error = 0
        """Why not the last of them (errno)."""

    def put(self, peer: int, block: int, address: int, length: int) -> None:
        """Adds DATA number `block` (modulo 65536) with the `length` bytes at `address`, which stay until `flush`."""
        index = self.count
        self.peers[2 * index] = peer
        slot = 4 * index
        vectors = self.vectors
        vectors[slot] = self.first_header + DATA_HEADER * (block & 0xFFFF)
        vectors[slot + 2] = address
        vectors[slot + 3] = length
        self.count = index + 1
        if index + 1 >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Sends what was put. What the network refuses is lost like any packet, and sent again in time."""
        position, count = 0, self.count
        self.count = 0
        self.octets += count * self.vectors[3]
        while position < count:
            sent = natives.sendmmsg(
                self._socket, self._headers + position * _SIZE_OF_MESSAGE, count - position, _MSG_DONTWAIT
            )
            if sent > 0:
                position += sent
                continue
            error = natives.errno()
            if error == EINTR:
                continue
            if error == EFAULT:
                self.unreadable.append(self.peers[2 * position])
            else:
                self.refuse(error)
            position += 1

    def refuse(self, error: int) -> None:
        """Counts a packet that the kernel did not take."""
        self.refused += 1
        self.last_error = error


def peer_of(address: int, port: int) -> int:
    """The key of a peer: `address` as a number, `port`."""
    octets = struct.pack("=H", _AF_INET) + struct.pack(">HI", port, address)
    return int.from_bytes(octets, sys.byteorder)


def address_of(peer: int) -> int:
    """The IPv4 address, as a number."""
    return int.from_bytes(peer.to_bytes(8, sys.byteorder)[4:], "big")


def port_of(peer: int) -> int:
    return int.from_bytes(peer.to_bytes(8, sys.byteorder)[2:4], "big")


_AF_INET: Final = 2


@cache
def _data_headers() -> bytes:
    return b"".join(struct.pack(">HH", OpCode.DATA, number) for number in range(BLOCK_NUMBERS))


def _words(size: int, form: str) -> tuple[bytearray, "memoryview[int]"]:
    octets = bytearray(size)
    view: memoryview[int] = memoryview(octets).cast(form)  # type: ignore[call-overload]  # typeshed lacks "N"
    return octets, view


def _lay_out(messages: bytearray, names: int, vectors: int, *, vectors_each: int) -> None:
    step = vectors_each * ctypes.sizeof(IoVector)
    for index, message in enumerate((Message * (len(messages) // ctypes.sizeof(Message))).from_buffer(messages)):
        message.header.name = names + SOCKET_ADDRESS_SIZE * index
        message.header.name_length = SOCKET_ADDRESS_SIZE
        message.header.vectors = vectors + step * index
        message.header.vector_count = vectors_each


def _address(octets: bytearray) -> int:
    return ctypes.addressof((ctypes.c_char * len(octets)).from_buffer(octets))


def address_of_bytes(octets: bytes) -> int:
    """Good for as long as `octets` is referred to."""
    return ctypes.cast(ctypes.c_char_p(octets), ctypes.c_void_p).value or 0
