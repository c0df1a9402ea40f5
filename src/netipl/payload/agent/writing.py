"""An image on its way to a disk: sums, zeros, and the order in which the blocks are written.

The first blocks of the disk are cleared at once and written last, when all sums are right: what is left of an image
that broke off has no boot record and no partition table. Blocks of zeros are zeroed on the disk, never skipped.
"""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from netipl.answers.orders import Form, Image
from netipl.errors import RefusedError, WireError
from netipl.payload.agent.disk import Disk
from netipl.payload.agent.seeding import Seed

HEAD: Final = 1 << 20
"""Bytes that are written last: the boot record of every kind of disk, the partition table, and El Torito's."""
_FIRST: Final = 4 << 10
"""Of them, those that the firmware and every partition table begin with: the very last."""
_BLOCK: Final = 64 << 10
"""What of zeros is told apart, in bytes."""
_ZEROED_AT_ONCE: Final = 256 << 20


class Sums:
    """Of a stream: `size` and the sum so far."""

    def __init__(self) -> None:
        self.size = 0
        self._sha256 = hashlib.sha256()

    def of(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """`pieces`, which are counted as they go by."""
        for piece in pieces:
            self.size += len(piece)
            self._sha256.update(piece)
            yield piece

    def require(self, what: str, sha256: str | None, size: int | None) -> None:
        """Raises WireError for another size or another sum; None is any."""
        if size is not None and size != self.size:
            raise WireError(f"{what} has {self.size} bytes and not {size}")
        found = self._sha256.hexdigest()
        if sha256 is not None and sha256 != found:
            raise WireError(f"{what} has the sum {found} and not {sha256}")


def require_room(image: Image, disk: Disk) -> None:
    """Raises RefusedError for a disk that is too small, before it is touched; as far as the size is known."""
    size = image.raw_size if image.raw_size is not None or image.form is not Form.RAW else image.size
    if size is not None and size > disk.size:
        raise RefusedError(f"{disk.path} has {disk.size} bytes, the image {size}: too small")


class Writer:
    """Takes the bytes of an image in order. After `finish` the disk is the image; before, it does not boot."""

    def __init__(self, disk: Disk, seed: Seed | None = None) -> None:
        self.position = 0
        """How many bytes have come."""
        self._disk = disk
        self._seed = seed
        self._head = bytearray()
        self._pending = bytearray()
        self._reached = HEAD  # on the disk, up to here all is said
        self._zeros = 0  # of which so many at the end are zeros that are not written yet

    def feed(self, piece: bytes) -> None:
        """Raises RefusedError where the disk ends, and where there is no room for the seed."""
        self.position += len(piece)
        if self.position > self._disk.size:
            raise RefusedError(f"{self._disk.path} has {self._disk.size} bytes, the image has more: too small")
        if len(self._head) < HEAD:
            missing = HEAD - len(self._head)
            self._head += piece[:missing]
            piece = piece[missing:]
            if len(self._head) == HEAD:
                self._clear()
        self._pending += piece
        if len(self._pending) >= HEAD:
            whole = len(self._pending) - len(self._pending) % _BLOCK
            self._write(bytes(self._pending[:whole]))
            del self._pending[:whole]

    def finish(self) -> None:
        """All bytes have come and the sums are right: write what was held back, the head last."""
        if len(self._head) < HEAD:
            self._clear()
        self._write(bytes(self._pending))
        self._write_zeros()
        head = bytes(self._head)
        if self._seed is not None:
            head = self._seed.planted(head, self._disk)
        for start, data in ((_FIRST, head[_FIRST:]), (0, head[:_FIRST])):
            self._disk.flush()
            self._disk.write(start, data)
        self._disk.flush()
        self._disk.read_partitions()

    def _clear(self) -> None:
        """What was on the disk boots no more, and its second partition table at the end is gone."""
        if self._seed is not None:
            self._seed.require_room(bytes(self._head), self._disk)
        self._disk.zero(0, HEAD)
        end = self._disk.size - self._disk.size % self._disk.sector
        self._disk.zero(max(0, end - HEAD), min(end, HEAD))
        self._disk.flush()

    def _write(self, data: bytes) -> None:
        blocks = (data[start : start + _BLOCK] for start in range(0, len(data), _BLOCK))
        for nothing, run in groupby(blocks, key=_is_nothing):
            part = b"".join(run)
            if nothing:
                self._zeros += len(part)
                self._reached += len(part)
                if self._zeros >= _ZEROED_AT_ONCE:
                    self._write_zeros()
            else:
                self._write_zeros()
                self._disk.write(self._reached, part)
                self._reached += len(part)

    def _write_zeros(self) -> None:
        self._disk.zero(self._reached - self._zeros, self._zeros)
        self._zeros = 0


def _is_nothing(block: bytes) -> bool:
    return block.count(0) == len(block)
