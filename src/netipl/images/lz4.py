"""LZ4 in its legacy form, the one that Linux takes for an initrd: blocks of up to 8 MiB, each behind its length.

Decompresses only, a block at a time. Sources: the LZ4 block and frame format descriptions, Linux
lib/decompress_unlz4.c. No library with builds for s390x has this form.
"""

from collections.abc import Iterator

from netipl.errors import WireError

MAGIC = b"\x02\x21\x4c\x18"
BLOCK = 8 << 20
"""The most that a block unpacks to, in bytes."""

_LARGEST_COMPRESSED = BLOCK + BLOCK // 255 + 16
_SHORTEST_MATCH = 4


class Decompressor:
    """One stream; there is no mark at its end but zeros, another magic or the end of the file.

    `feed` gives what becomes known; `finished` once something stands behind the stream, which is `unused` then.
    """

    def __init__(self) -> None:
        self.finished = False
        self.unused = b""
        self._pending = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The blocks that are whole now. Raises WireError."""
        self._pending += data
        while len(self._pending) >= 4 and not self.finished:
            if self._pending.startswith(MAGIC):
                del self._pending[:4]
                continue
            length = int.from_bytes(self._pending[:4], "little")
            if not length or length > _LARGEST_COMPRESSED:
                self.finished, self.unused = True, bytes(self._pending)
                return
            if len(self._pending) < 4 + length:
                return
            block = bytes(self._pending[4 : 4 + length])
            del self._pending[: 4 + length]
            yield unpacked(block)

    def end(self) -> None:
        """The file is over. Raises WireError in the middle of a block."""
        if any(self._pending) and not self.finished:
            raise WireError("the lz4 data end in the middle of a block")


def unpacked(block: bytes) -> bytes:
    """The bytes of one block. Raises WireError."""
    out, position, end = bytearray(), 0, len(block)
    try:
        while position < end:
            token = block[position]
            literals, position = _length(block, position + 1, token >> 4)
            if position + literals > end:
                raise WireError("lz4 literals end behind their block")
            out += block[position : position + literals]
            position += literals
            if position == end:
                break
            distance = block[position] | block[position + 1] << 8
            match, position = _length(block, position + 2, token & 15)
            _repeat(out, distance, match + _SHORTEST_MATCH)
    except IndexError:
        raise WireError("an lz4 block ends in the middle of a sequence") from None
    return bytes(out)


def _length(block: bytes, position: int, length: int) -> tuple[int, int]:
    """A length of which `length` are the four bits in the token, and where what follows begins."""
    if length == 15:
        while (more := block[position]) == 255:
            length += 255
            position += 1
        length += more
        position += 1
    return length, position


def _repeat(out: bytearray, distance: int, length: int) -> None:
    """Copy `length` bytes from `distance` before the end, which may reach into the copy itself. Raises WireError."""
    start = len(out) - distance
    if not distance or start < 0:
        raise WireError("an lz4 match begins before its block")
    if len(out) + length > BLOCK:
        raise WireError("an lz4 block unpacks to more than 8 MiB")
    if distance >= length:
        out += out[start : start + length]
    else:
        pattern = bytes(out[start:])
        out += (pattern * (length // distance + 1))[:length]
