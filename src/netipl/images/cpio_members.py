"""Reads a cpio archive of the "newc" form as it comes, as Linux does: what is in it, not the data of its files.

Memory is bounded by one header, name and symlink target. Sources: Linux init/initramfs.c and
Documentation/driver-api/early-userspace/buffer-format.rst.
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from netipl.errors import WireError
from netipl.wire import printable

MAGICS = (b"070701", b"070702")
"""Without and with a check sum; the layout is the same."""
MAGIC_SIZE = 6

OTHER_FORMS = (
    (b"070707", "the old portable form"),
    (b"\xc7\x71", "the binary form"),
    (b"\x71\xc7", "the binary form"),
)
_HEADER = 110
_MODE, _SIZE, _NAME_SIZE = 14, 54, 94  # places in the header
_TRAILER = b"TRAILER!!!"
_LONGEST = 4096
"""PATH_MAX: Linux passes over longer names and targets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file system object of an archive, as Linux makes it; `target` of a symbolic link. `size` in bytes."""

    name: bytes
    mode: int
    size: int
    target: bytes = b""


class _Reading(Enum):
    HEADER = auto()
    NAME = auto()
    TARGET = auto()


class MemberReader:
    """One archive, fed in pieces. `finished` behind its trailer; what was fed and lies behind that is `unused`."""

    def __init__(self) -> None:
        self.finished = False
        self.unused = b""
        self._reading = _Reading.HEADER
        self._wanted = _HEADER
        self._pending = bytearray()
        self._skip = 0
        self._name, self._mode, self._size, self._skip_after_name = b"", 0, 0, 0

    def feed(self, data: bytes) -> Iterator[Member]:
        """The members that are known now. Raises WireError for what Linux would stop at."""
        view = memoryview(data)
        while view and not self.finished:
            skipped = min(self._skip, len(view))
            self._skip -= skipped
            missing = self._wanted - len(self._pending)
            self._pending += view[skipped : skipped + missing]
            view = view[skipped + missing :]
            if len(self._pending) == self._wanted:
                taken = bytes(self._pending)
                self._pending.clear()
                yield from self._take(taken)
        self.unused = bytes(view)

    def end(self) -> None:
        """There are no more data. Raises WireError if the archive is not whole."""
        if not self.finished:
            raise WireError("the cpio archive ends too early")

    def _take(self, taken: bytes) -> Iterator[Member]:
        match self._reading:
            case _Reading.HEADER:
                self._header(taken)
            case _Reading.NAME:
                self._name = taken.partition(b"\0")[0]
                yield from self._named()
            case _Reading.TARGET:
                self._next_header(-self._size % 4)
                yield Member(name=self._name, mode=self._mode, size=self._size, target=taken)

    def _header(self, header: bytes) -> None:
        _check_magic(header)
        try:
            self._mode, self._size, name_size = (
                int(header[place : place + 8].decode("ascii"), 16) for place in (_MODE, _SIZE, _NAME_SIZE)
            )
        except ValueError:
            raise WireError("a cpio header whose numbers are not hexadecimal") from None
        self._skip_after_name = -(_HEADER + name_size) % 4
        if 0 < name_size <= _LONGEST:
            self._reading, self._wanted = _Reading.NAME, name_size
        else:
            self._next_header(name_size + self._skip_after_name + self._size + -self._size % 4)

    def _named(self) -> Iterator[Member]:
        if self._name == _TRAILER:
            self.finished = True
        elif stat.S_ISLNK(self._mode) and 0 < self._size <= _LONGEST:
            self._reading, self._wanted, self._skip = _Reading.TARGET, self._size, self._skip_after_name
        else:
            self._next_header(self._skip_after_name + self._size + -self._size % 4)
            yield Member(name=self._name, mode=self._mode, size=self._size)

    def _next_header(self, distance: int) -> None:
        """It comes after `distance` bytes that tell nothing."""
        self._reading, self._wanted, self._skip = _Reading.HEADER, _HEADER, distance


def _check_magic(header: bytes) -> None:
    if not header.startswith(MAGICS):
        other = next((name for magic, name in OTHER_FORMS if header.startswith(magic)), "")
        raise WireError(f"a cpio archive in {other}" if other else f"no cpio header, but {printable(header[:12])}")
