"""The files in an ISO 9660 image, as ranges of it: with names of Rock Ridge, of Joliet, or plain ones.

Sources: ECMA-119, the Joliet specification, IEEE P1282 (rock_ridge.py). Plain names are shown in small
letters, as Linux does.
Whatever the image says, no directory is read twice, and memory is bounded by `MOST_RECORDS`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from netipl.errors import WireError
from netipl.images import rock_ridge

SECTOR: Final = 2048
MAGIC, MAGIC_AT = b"CD001", 0x8001
MOST_RECORDS: Final = 1_000_000
MOST_DIRECTORY: Final = 64 << 20
"""Bytes of one directory."""

_FIRST_DESCRIPTOR, _MOST_DESCRIPTORS = 16, 64
_PRIMARY, _SUPPLEMENTARY, _TERMINATOR = 1, 2, 255
_JOLIET: Final = (b"%/@", b"%/C", b"%/E")
_DIRECTORY, _ASSOCIATED, _MORE_EXTENTS = 0x02, 0x04, 0x80
_ROOT_AT, _RECORD = 156, 33
_DEEPEST: Final = 64

Pread = Callable[[int, int], bytes]
"""`pread(offset, length)`: fewer bytes only at the end of the image."""


@dataclass(frozen=True, slots=True)
class Range:
    """`length` bytes of the image, from `offset` on."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """`files` by path; a large one has several ranges, an empty one none. `links` are symbolic, as they are written."""

    files: dict[str, tuple[Range, ...]]
    directories: frozenset[str]
    links: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """One entry of a directory."""

    place: Range
    flags: int
    name: bytes
    system_use: bytes


@dataclass(frozen=True, slots=True)
class _Names:
    """How names are read: `skip` bytes come before the entries of Rock Ridge, if it is used."""

    joliet: bool
    skip: int | None


def is_image(head: bytes) -> bool:
    """By its first 0x8006 bytes."""
    return head.startswith(MAGIC, MAGIC_AT)


def decode(pread: Pread, size: int) -> Contents:
    """Of an image that has `size` bytes. Raises WireError for one that is damaged or cut short."""
    root, names = _root(pread, size)
    return _Walk(pread, size, names).all(root)


def _root(pread: Pread, size: int) -> tuple[Range, _Names]:
    primary, joliet = None, None
    for number in range(_FIRST_DESCRIPTOR, _FIRST_DESCRIPTOR + _MOST_DESCRIPTORS):
        descriptor = pread(number * SECTOR, SECTOR)
        if len(descriptor) < SECTOR or descriptor[1:6] != MAGIC or descriptor[0] == _TERMINATOR:
            break
        if descriptor[0] == _PRIMARY and primary is None:
            primary = descriptor
        elif descriptor[0] == _SUPPLEMENTARY and descriptor[88:91] in _JOLIET:
            joliet = descriptor
    if primary is None:
        raise WireError("no ISO 9660 image: it has no primary volume descriptor")
    if int.from_bytes(primary[128:130], "little") != SECTOR:
        raise WireError("an ISO image with blocks that are not 2048 bytes")
    if int.from_bytes(primary[80:84], "little") * SECTOR > size:
        raise WireError(f"the ISO image is cut short: it says that it is larger than its {size} bytes")
    root = _record(primary[_ROOT_AT : _ROOT_AT + _RECORD + 1])
    first = _record(_first(exactly(pread, root.place.offset, SECTOR)))
    skip = rock_ridge.skipped(first.system_use)
    if skip is None and joliet is not None:
        return _record(joliet[_ROOT_AT : _ROOT_AT + _RECORD + 1]).place, _Names(joliet=True, skip=None)
    return root.place, _Names(joliet=False, skip=skip)


def exactly(pread: Pread, place: int, length: int) -> bytes:
    """Raises WireError where the image ends before."""
    data = pread(place, length)
    if len(data) != length:
        raise WireError(f"the ISO image ends early: {length} bytes at {place} are not all there")
    return data


def _first(directory: bytes) -> bytes:
    return directory[: directory[0]]


def _record(data: bytes) -> _Record:
    if len(data) < _RECORD + 1 or _RECORD + data[32] > len(data):
        raise WireError("a record of a directory in the ISO image is cut short")
    if data[26] or data[27]:
        raise WireError("a file of the ISO image is interleaved")
    end = _RECORD + data[32]
    place = (int.from_bytes(data[2:6], "little") + data[1]) * SECTOR
    return _Record(
        place=Range(place, int.from_bytes(data[10:14], "little")),
        flags=data[25],
        name=data[_RECORD:end],
        system_use=data[end + (end % 2) :],
    )


def _records(directory: bytes) -> Iterator[_Record]:
    """None crosses a sector; a zero where the next would begin ends one."""
    for sector in range(0, len(directory), SECTOR):
        position, end = sector, min(sector + SECTOR, len(directory))
        while position < end and (length := directory[position]):
            if position + length > end:
                raise WireError("a record of a directory in the ISO image crosses its sector")
            yield _record(directory[position : position + length])
            position += length


class _Walk:
    """Through all directories of one image."""

    def __init__(self, pread: Pread, size: int, names: _Names) -> None:
        self._pread = pread
        self._size = size
        self._names = names
        self._count = 0
        self._seen: set[int] = set()
        self._found = Contents(files={}, directories=frozenset(), links={})
        self._directories: set[str] = set()

    def all(self, root: Range) -> Contents:
        waiting = [("", root)]
        while waiting:
            path, place = waiting.pop()
            if place.offset in self._seen or path.count("/") > _DEEPEST:
                raise WireError("the directories of the ISO image go round in a circle, or too deep")
            self._seen.add(place.offset)
            waiting.extend(self._directory(path, place))
        return Contents(files=self._found.files, directories=frozenset(self._directories), links=self._found.links)

    def _directory(self, path: str, place: Range) -> Iterator[tuple[str, Range]]:
        """Takes its files, and gives its directories."""
        if place.length > MOST_DIRECTORY:
            raise WireError(f"a directory of the ISO image says that it has {place.length} bytes")
        extents: list[Range] = []
        for record in _records(exactly(self._pread, place.offset, place.length)):
            self._count += 1
            if self._count > MOST_RECORDS:
                raise WireError(f"the ISO image has more than {MOST_RECORDS} entries")
            if record.name in {b"\0", b"\1"} or record.flags & _ASSOCIATED:
                continue
            extra = self._extra(record)
            name = self._name(record, extra)
            if name in {"", ".", ".."} or "/" in name or "\0" in name or extra.relocated:
                continue
            whole = f"{path}/{name}" if path else name
            if record.flags & _DIRECTORY or extra.child is not None:
                self._directories.add(whole)
                yield whole, record.place if extra.child is None else self._moved(extra.child)
            elif extra.link is not None:
                self._found.links[whole] = extra.link
            else:
                extents.append(self._whole(record.place))
                if not record.flags & _MORE_EXTENTS:
                    self._found.files[whole] = tuple(each for each in extents if each.length)
                    extents = []

    def _extra(self, record: _Record) -> rock_ridge.Extra:
        if self._names.skip is None:
            return rock_ridge.NOTHING
        return rock_ridge.decode(record.system_use[self._names.skip :], self._continued)

    def _continued(self, block: int, offset: int, length: int) -> bytes:
        return exactly(self._pread, block * SECTOR + offset, length)

    def _moved(self, block: int) -> Range:
        """A directory that was too deep, and lies elsewhere: its size is in its own first record."""
        first = _record(_first(exactly(self._pread, block * SECTOR, SECTOR)))
        return Range(block * SECTOR, first.place.length)

    def _whole(self, place: Range) -> Range:
        if place.length and place.offset + place.length > self._size:
            raise WireError("the ISO image is cut short: a file of it lies behind its end")
        return place

    def _name(self, record: _Record, extra: rock_ridge.Extra) -> str:
        if extra.name:
            return extra.name.decode("utf-8", "surrogateescape")
        if self._names.joliet:
            return record.name.decode("utf-16-be", "replace").partition(";")[0]
        return record.name.decode("latin-1").partition(";")[0].rstrip(".").lower()
