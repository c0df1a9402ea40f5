"""Where in memory the blocks of a content lie, so that the kernel can send them without a copy in Python.

Most blocks lie within one mapped file. Those at the border of two parts, and those of a file's last page (where a file
cut off would read as zeros), are put together with pread, which knows a file's true end. Raises ContentError when a
file has become shorter, or is not the one it was when its transfer began.
"""

import mmap
import os
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from netipl.errors import ContentError
from netipl.servers.tftp import natives
from netipl.servers.tftp.batches import address_of_bytes
from netipl.servers.tftp.control import Part

_ZEROS: Final = bytes(1 << 16)


class MappedFile:
    """One open regular file, mapped to its size. Shared by all transfers of it and closed with the last of them."""

    def __init__(self, descriptor: int, stamp: tuple[int, ...], size: int) -> None:
        self.descriptor = descriptor
        self.size = size
        self.whole_pages = size - size % mmap.PAGESIZE
        self.users = 0
        self._stamp = stamp
        self.address = self._map()

    def is_changed(self) -> bool:
        """Whether the file was written to, cut off or extended since it was opened."""
        return stamp(self.descriptor) != self._stamp

    def let_go(self) -> None:
        """Lets the pages go that were sent: they stay in the page cache, not in our memory."""
        if self.address:
            natives.let_go(self.address, self.whole_pages)

    def close(self) -> None:
        if self.address:
            natives.unmap(self.address, self.whole_pages)
        os.close(self.descriptor)

    def _map(self) -> int:
        try:
            return natives.map_file(self.descriptor, self.whole_pages) if self.whole_pages else 0
        except OSError:  # not every file system can; reading always works
            self.whole_pages = 0
            return 0


class Files:
    """The files open in this process, each once."""

    def __init__(self) -> None:
        self._files: dict[tuple[int, ...], MappedFile] = {}

    def adopt(self, descriptor: int) -> MappedFile:
        """The file behind `descriptor`, which is ours from here on. Pair with `release`. Raises OSError."""
        key = stamp(descriptor)
        file = self._files.get(key)
        if file is None:
            file = self._files[key] = MappedFile(descriptor, key, os.fstat(descriptor).st_size)
        else:
            os.close(descriptor)
        file.users += 1
        return file

    def let_go(self) -> None:
        """Keeps what is mapped out of this process's memory; to be called now and then."""
        for file in self._files.values():
            file.let_go()

    def release(self, file: MappedFile) -> None:
        file.users -= 1
        if not file.users:
            self._files = {key: other for key, other in self._files.items() if other is not file}
            file.close()


def stamp(descriptor: int) -> tuple[int, ...]:
    """What tells one state of a file from another."""
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


@dataclass(frozen=True, slots=True)
class Span:
    """`length` bytes of `file` from `offset`, or zeros without a file."""

    file: MappedFile | None
    offset: int
    length: int


class Body:
    """The bytes of one transfer, cut into blocks of which `window` are in use at a time.

    For the packet loop: up to block `alone_to`, a block that follows another lies at `base + block * block_size`, is
    whole, and is not the last. Without a window, that is.
    """

    def __init__(self, spans: Sequence[Span], files: list[MappedFile], block_size: int, window: int) -> None:
        self.files = files
        self.spans = [span for span in spans if span.length]
        self._ends = list(accumulate(span.length for span in self.spans))
        self.size = self._ends[-1] if self._ends else 0
        self.block_size = block_size
        self._last = self.size // block_size + 1
        self._window = window
        self._made: deque[bytes] = deque(maxlen=window)
        self._enter(Span(None, 0, 0), 0)

    def at(self, block: int) -> int:
        """The address of the bytes of `block`; good until `window` more were asked for."""
        if self.straight_from <= block <= self.straight_to:
            return self.base + block * self.block_size
        return self._look_up(block)

    def length(self, block: int) -> int:
        """Of `block` in bytes."""
        return self.block_size if block < self._last else self.size % self.block_size

    def check(self) -> None:
        """Raises ContentError if any file is no longer what it was."""
        for file in self.files:
            if file.is_changed():
                raise ContentError("the file changed while it was sent")

    def _enter(self, span: Span, start: int) -> None:
        """Makes `at` give addresses within `span`, which begins at byte `start`, as far as it is mapped."""
        mapped = span.length
        if span.file is not None:
            mapped = min(span.length, span.file.whole_pages - span.offset)
        self.straight_from = -(-start // self.block_size) + 1
        self.straight_to = (start + mapped) // self.block_size if span.file is not None else 0
        address = span.file.address if span.file is not None else 0
        self.base = address + span.offset - start - self.block_size
        self.alone_to = self.straight_to if self._window == 1 else 0

    def _look_up(self, block: int) -> int:
        position = (block - 1) * self.block_size
        index = bisect_right(self._ends, position)
        if index < len(self.spans):
            span = self.spans[index]
            self._enter(span, self._ends[index] - span.length)
            if self.straight_from <= block <= self.straight_to:
                return self.base + block * self.block_size
        self._made.append(self._read(position, self.length(block)))
        return address_of_bytes(self._made[-1])

    def _read(self, position: int, length: int) -> bytes:
        """The bytes of the content, gathered from its spans."""
        gathered = []
        index = bisect_right(self._ends, position)
        while length:
            span = self.spans[index]
            within = position - (self._ends[index] - span.length)
            piece = _read_span(span, within, min(length, span.length - within))
            gathered.append(piece)
            position += len(piece)
            length -= len(piece)
            index += 1
        return b"".join(gathered)


def _read_span(span: Span, within: int, length: int) -> bytes:
    if span.file is None:
        return _ZEROS[:length]
    piece = os.pread(span.file.descriptor, length, span.offset + within)
    if len(piece) < length:
        raise ContentError("the file has become shorter")
    return piece


def spans_of(parts: Sequence[Part], files: Sequence[MappedFile]) -> list[Span]:
    """The spans that `parts` tell of. Raises ContentError when a file is shorter than its range."""
    spans = [Span(None if part.file is None else files[part.file], part.offset, part.length) for part in parts]
    for span in spans:
        if span.file is not None and span.offset + span.length > span.file.size:
            raise ContentError("the file has become shorter")
    return spans
