"""An initrd as Linux unpacks it: archives one behind the other, each plain or compressed, zeros between them.

So early microcode, a distribution's initrd and overlays stand in one file. Read as it comes, with bounded memory,
and no further than `MOST_UNPACKED`. Source: Linux init/initramfs.c.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from netipl.errors import WireError
from netipl.images import cpio_members
from netipl.images.compression import LONGEST_MAGIC, Decompressor, Method, decompressor, method_of
from netipl.images.cpio_members import Member, MemberReader
from netipl.wire import printable

MOST_UNPACKED = 8 << 30
"""In bytes; no guest that s390-ccw boots over the network could hold more."""
ALIGNMENT = 4
"""A plain archive begins on a multiple of it."""

_BEGINNING = max(LONGEST_MAGIC, cpio_members.MAGIC_SIZE)

Note = Callable[[Member], None]


@dataclass(slots=True, kw_only=True)
class Archive:
    """One plain archive, or one compressed stream with archives in it. `unpacked` in bytes."""

    offset: int
    compression: Method | None
    members: int = 0
    unpacked: int = 0


@dataclass(slots=True, kw_only=True)
class Initrd:
    """What was found, up to `fault`: where Linux would stop, or empty."""

    archives: list[Archive] = field(default_factory=list)
    fault: str = ""

    @property
    def members(self) -> int:
        """In all archives together."""
        return sum(archive.members for archive in self.archives)

    @property
    def unpacked(self) -> int:
        """In bytes, of all archives together."""
        return sum(archive.unpacked for archive in self.archives)


class InitrdReader:
    """Fed with a file from its beginning; every member goes to `note` as it is read.

    Once `found` has a fault nothing more is looked at, and the rest need not be read.
    """

    def __init__(self, note: Note) -> None:
        self.found = Initrd()
        self._sequence = _Sequence(self.found, note)

    def feed(self, data: bytes) -> None:
        """The next bytes of the file."""
        self._guarded(lambda: self._sequence.feed(data))

    def end(self) -> Initrd:
        """The file is over: all that was found."""
        self._guarded(self._sequence.end)
        return self.found

    def _guarded(self, step: Callable[[], None]) -> None:
        if self.found.fault:
            return
        try:
            step()
        except WireError as error:
            self.found.fault = f"at {self._sequence.begun:#x}: {error}"


class _Sequence:
    """Archives and zeros, at the top or in a compressed stream: `within` that one. Raises WireError."""

    def __init__(self, found: Initrd, note: Note, within: Archive | None = None) -> None:
        self.begun = 0
        """Where that begins which is being read."""
        self._found = found
        self._note = note
        self._within = within
        self._position = 0
        self._pending = b""
        self._part: _Plain | _Compressed | None = None

    def feed(self, data: bytes) -> None:
        while data:
            if self._part is None:
                data = self._begin(self._pending + data)
            if self._part is not None:
                self._part.feed(data)
                rest = self._part.unused
                self._position += len(data) - len(rest)
                data = rest
                self._part = None if self._part.finished else self._part

    def end(self) -> None:
        if self._part is not None:
            self._part.end()
        elif self._pending:
            raise WireError(_neither(self._pending))

    def _begin(self, data: bytes) -> bytes:
        """Pass over zeros and see what begins. Gives back what is left, or keeps it when it is too little to tell."""
        rest = data.lstrip(b"\0")
        self._position += len(data) - len(rest)
        self.begun, self._pending = self._position, rest
        if len(rest) < _BEGINNING:
            return b""
        self._pending = b""
        self._part = self._opened(rest)
        return rest

    def _opened(self, head: bytes) -> "_Plain | _Compressed":
        if head.startswith(cpio_members.MAGICS):
            if self._position % ALIGNMENT:
                raise WireError(f"an archive that does not begin on a multiple of {ALIGNMENT}")
            return _Plain(self._within or self._archive(None), self._note, counts=self._within is None)
        method = method_of(head) if self._within is None else None
        if method is None:
            raise WireError(_neither(head))
        archive = self._archive(method)
        return _Compressed(archive, decompressor(method), self._found, self._note)

    def _archive(self, method: Method | None) -> Archive:
        archive = Archive(offset=self._position, compression=method)
        self._found.archives.append(archive)
        return archive


class _Plain:
    def __init__(self, archive: Archive, note: Note, *, counts: bool) -> None:
        self._archive = archive
        self._note = note
        self._counts = counts
        self._reader = MemberReader()

    @property
    def finished(self) -> bool:
        return self._reader.finished

    @property
    def unused(self) -> bytes:
        return self._reader.unused

    def feed(self, data: bytes) -> None:
        for member in self._reader.feed(data):
            self._archive.members += 1
            self._note(member)
        if self._counts:
            self._archive.unpacked += len(data) - len(self.unused)

    def end(self) -> None:
        self._reader.end()


class _Compressed:
    def __init__(self, archive: Archive, stream: Decompressor, found: Initrd, note: Note) -> None:
        self._archive = archive
        self._stream = stream
        self._found = found
        self._inside = _Sequence(found, note, within=archive)

    @property
    def finished(self) -> bool:
        return self._stream.finished

    @property
    def unused(self) -> bytes:
        return self._stream.unused

    def feed(self, data: bytes) -> None:
        for piece in self._stream.feed(data):
            self._archive.unpacked += len(piece)
            if self._found.unpacked > MOST_UNPACKED:
                raise WireError(f"unpacks to more than {MOST_UNPACKED >> 30} GiB")
            self._inside.feed(piece)
        if self._stream.finished:
            self._inside.end()

    def end(self) -> None:
        self._stream.end()
        self._inside.end()


def _neither(head: bytes) -> str:
    return f"neither a cpio archive nor compressed, but {printable(head[:12])}"
