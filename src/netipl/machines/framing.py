"""Ethernet frames in a stream of bytes, each behind its length in four bytes, as QEMU's `-netdev stream` has them."""

from collections.abc import Iterator

from netipl.errors import WireError

HEADER = 4
LONGEST_FRAME = 4096 + 65536  # bytes; QEMU sends none that is longer
_SPACE = 4 * LONGEST_FRAME


def framed(frame: memoryview | bytes) -> bytes:
    """`frame` as it goes into the stream."""
    return len(frame).to_bytes(HEADER, "big") + frame


class Unframer:
    """Takes frames out of a stream that arrives in pieces of any size, without copying whole ones."""

    def __init__(self) -> None:
        self._buffer = bytearray(_SPACE)
        self._view = memoryview(self._buffer)
        self._filled = 0

    @property
    def space(self) -> memoryview:
        """Where the next bytes of the stream are to be written; never empty."""
        return self._view[self._filled :]

    def filled(self, count: int) -> Iterator[memoryview]:
        """The frames completed by `count` bytes written to `space`; each is valid until the next is asked for.

        Raises WireError at a length that no frame has: the stream is lost.
        """
        view, start, end = self._view, 0, self._filled + count
        while end - start >= HEADER:
            size = int.from_bytes(view[start : start + HEADER], "big")
            if size > LONGEST_FRAME:
                raise WireError(f"a frame of {size} bytes")
            if end - start < HEADER + size:
                break
            yield view[start + HEADER : start + HEADER + size]
            start += HEADER + size
        view[: end - start] = bytes(view[start:end])
        self._filled = end - start
