"""The firmware's TFTP client for one file: lock-step, one option, and its own way of counting seconds and packets.

`receive` and `expired` return the packet to send, or None; when `finished` is True, `error` says what failed. It
works on integers and bytes: thousands of these run in one simulator. Sources: SLOF lib/libnet/tftp.c (C), checked
packet by packet against QEMU 7.2.22 and 10.0 (M).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from netipl.firmware.console import Console, Progress
from netipl.firmware.limits import BLOCK_SIZE, SURVIVED_FILE_NAME
from netipl.firmware.rules import RULES, RuleId
from netipl.protocols.tftp.codes import ErrorCode, OpCode

CLIENT_PORT: Final = 2001
SERVER_PORT: Final = 69
PATIENCE: Final = 20
"""Seconds of silence over the whole file, and unexpected packets in a row; one more is the end."""
_SECOND: Final = 1.0
_BLOCK_SIZE_WITHOUT_OPTION: Final = 512
_LAST_BLOCK: Final = 0xFFFF
_DATA: Final = OpCode.DATA.to_bytes(2, "big")
_ACK: Final = OpCode.ACK.to_bytes(2, "big")
_OPTION_ACK: Final = OpCode.OPTION_ACK.to_bytes(2, "big")
_ERROR: Final = OpCode.ERROR.to_bytes(1, "big")

_BLKSIZE: Final = b"blksize\0"
_REFUSAL: Final = b"\x00\x05\x00\x08\x00"  # ERROR 8 and no text

_REASONS: Final = {  # ICMP destination unreachable, RFC 792
    0: "net unreachable",
    1: "host unreachable",
    2: "protocol unreachable",
    3: "port unreachable",
    4: "fragmentation needed and DF set",
    5: "source route failed",
}

_RULE_OF_CODE: Final[Mapping[int, RuleId]] = {
    ErrorCode.FILE_NOT_FOUND: RuleId.FILE_MISSING,
    ErrorCode.ACCESS_VIOLATION: RuleId.ACCESS_DENIED,
    ErrorCode.ILLEGAL_OPERATION: RuleId.ILLEGAL_OPERATION,
    ErrorCode.UNKNOWN_TRANSFER: RuleId.UNKNOWN_TRANSFER,
    ErrorCode.NO_SUCH_USER: RuleId.NO_SUCH_USER,
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file did not arrive, in the firmware's words. The words are bytes, since names are."""

    rule: RuleId
    words: bytes


class Transfer:
    """One file. `room` is how many bytes it may have; the first `keep` of them are kept in `head`."""

    __slots__ = (
        "_block",
        "_block_size",
        "_console",
        "_deaf",
        "_heads",
        "_keep",
        "_progress",
        "_repeats",
        "_room",
        "_seconds",
        "_sum",
        "_unexpected",
        "deadline",
        "error",
        "finished",
        "name",
        "port",
        "received",
        "request",
    )

    def __init__(self, name: bytes, *, room: int, keep: int, console: Console, progress: Progress) -> None:
        self.name = name
        self.request = _request(name)
        self.finished = False
        self.error: Failure | None = None
        self.received = 0
        self.port: int | None = None
        """The server's port: that of its last packet, from whatever address it came."""
        self.deadline = 0.0
        self._deaf = len(name) > SURVIVED_FILE_NAME
        """The request has overwritten what follows its buffer: no block is taken any more (M: 7.2; 10.0 hangs)."""
        self._room = room
        self._keep = keep
        self._console = console
        self._progress = progress
        self._block = 0
        self._block_size = _BLOCK_SIZE_WITHOUT_OPTION
        self._seconds = 0
        self._unexpected = 0
        self._repeats = 0
        self._heads: list[bytes] = []
        self._sum = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of what has been received, in hexadecimal."""
        return self._sum.hexdigest()

    @property
    def head(self) -> bytes:
        """The first bytes of the file, at least `keep` of them if there are so many."""
        return b"".join(self._heads)

    def start(self, now: float) -> bytes:
        self._progress.start()
        self.deadline = now + _SECOND
        return self.request

    def receive(self, packet: bytes, port: int, now: float) -> bytes | None:
        """A datagram to port 2001, from any address and port."""
        self._progress.packet(self.received)
        self.deadline = now + _SECOND
        self.port = port
        operation = packet[:2]
        if operation == _DATA:
            return self._data(packet)
        if operation == _OPTION_ACK:
            return self._option_ack(packet)
        if operation == _ACK:
            self._block_size = _BLOCK_SIZE_WITHOUT_OPTION
            return _ack(0)
        if packet[1:2] == _ERROR:
            code = packet[3] if len(packet) > 3 else ErrorCode.UNDEFINED
            self._fail(_RULE_OF_CODE.get(code, RuleId.UNKNOWN_ERROR))
            return None
        return self._surprised(None)

    def expired(self, now: float) -> bytes | None:
        """A second has passed without a packet."""
        reply = None
        if self._seconds > 4 and self.port is not None and self._block > 1:
            reply = _ack(self._block)
        elif self.port is None and self._block == 0 and self._seconds % 4 == 3:
            self._console.printf("\nRepeating TFTP read request...\n")
            reply = self.request
        self._seconds += 1
        self.deadline = now + _SECOND
        if self._seconds > PATIENCE:
            self._fail(RuleId.SILENCE, count=self._seconds)
        return reply

    def unreachable(self, code: int) -> None:
        """An ICMP destination unreachable with `code` came back."""
        self._fail(RuleId.UNREACHABLE, reason=_REASONS.get(code, " UNKNOWN"))

    def _data(self, packet: bytes) -> bytes | None:
        if len(packet) < 4 or self._deaf:
            return self._surprised(None)
        block = packet[2] << 8 | packet[3]
        ours = self._block
        if block != ours + 1 and not (ours == _LAST_BLOCK and block < 2):
            return self._out_of_order(block)
        self._unexpected = 0
        self._block = block
        size = len(packet) - 4
        if self.received + size > self._room:
            self._fail(RuleId.FILE_TOO_LARGE, room=self._room)
            return None
        if self.received < self._keep:
            self._heads.append(packet[4:])
        self._sum.update(packet[4:])
        self.received += size
        if size < self._block_size:
            self._succeed()
        return _ACK + packet[2:4]

    def _out_of_order(self, block: int) -> bytes | None:
        if block == self._block:
            self._repeats += 1
            return self._surprised(_ack(block))
        if block < self._block:
            return self._surprised(None)
        self._fail(RuleId.BLOCK_AHEAD, expected=self._block + 1, received=block)
        return None

    def _option_ack(self, packet: bytes) -> bytes:
        size = _block_size(packet)
        if not 0 < size <= BLOCK_SIZE:
            self._fail(RuleId.BLOCK_SIZE_REFUSED)
            return _REFUSAL
        self._block_size = size
        return _ack(0)

    def _surprised(self, reply: bytes | None) -> bytes | None:
        self._unexpected += 1
        if self._unexpected > PATIENCE:
            self._fail(RuleId.UNEXPECTED_PACKETS, count=self._unexpected)
        return reply

    def _succeed(self) -> None:
        self.finished = True
        self._progress.show(self.received)
        self._console.printf("\n")
        if self._repeats:
            self._console.printf(f"Lost ACK packets: {self._repeats}\n")

    def _fail(self, rule: RuleId, **fields: str | int) -> None:
        before, named, after = RULES[rule].words.partition("{name}")
        words = before.format(**fields).encode() + (self.name if named else b"") + after.encode()
        self.error = Failure(rule, words)
        self.finished = True


def _request(name: bytes) -> bytes:
    """RRQ in octet mode with `blksize 1428` alone. The name is not checked: the firmware may send anything."""
    return b"\x00\x01" + name + b"\0octet\0" + _BLKSIZE + b"%d\0" % BLOCK_SIZE


def _ack(block: int) -> bytes:
    return _ACK + block.to_bytes(2, "big")


def _block_size(packet: bytes) -> int:
    """The value of the lower-case option `blksize`, as strtoul reads it, or 0."""
    texts = packet[2:].split(b"\0")
    for name, value in zip(texts[::2], texts[1::2], strict=False):
        if name == _BLKSIZE[:-1]:
            digits = value[: len(value) - len(value.lstrip(b"0123456789"))]
            return int(digits or b"0") & 0xFFFF
    return 0
