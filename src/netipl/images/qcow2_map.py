"""The two levels of tables of a qcow2 image: what stands at each place of the disk, as few extents as there can be.

Memory is bounded by one table of each level, whatever the image says. Source: QEMU docs/interop/qcow2.txt.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from netipl.errors import WireError

Pread = Callable[[int, int], bytes]
"""`pread(offset, length)`: fewer bytes only at the end of the file."""

_PLACE: Final = 0x00FF_FFFF_FFFF_FE00
_COMPRESSED, _ZERO = 1 << 62, 1
_SECTOR: Final = 512
_END: Final = 1 << 63
"""Of any file: offsets are signed."""
_SUBCLUSTERS: Final = 32
_MOST_L1: Final = 32 << 20
"""Bytes; that of QEMU."""


class Kind(Enum):
    """What an extent is."""

    DATA = auto()
    ZEROS = auto()
    COMPRESSED = auto()


@dataclass(frozen=True, slots=True)
class Extent:
    """`length` bytes of the disk from `offset`. They are at `place` of the file, which holds `stored` bytes of them.

    A compressed one is one cluster, or as much of it as the disk has.
    """

    offset: int
    length: int
    kind: Kind
    place: int = 0
    stored: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """Of the tables. `extended`: each entry has a second half, about the 32 parts of its cluster."""

    cluster_bits: int
    size: int
    l1_place: int
    l1_entries: int
    extended: bool = False
    zero_flag: bool = True

    @property
    def cluster(self) -> int:
        """Bytes of a cluster."""
        return 1 << self.cluster_bits

    @property
    def entry(self) -> int:
        """Bytes of an entry of the second level."""
        return 16 if self.extended else 8

    @property
    def covered(self) -> int:
        """Bytes of the disk that one table of the second level tells of."""
        return self.cluster // self.entry * self.cluster


def extents(pread: Pread, geometry: Geometry) -> Iterator[Extent]:
    """In the disk's order, without gaps, those that go on put together. Raises WireError."""
    last: Extent | None = None
    for extent in _cut(_single(pread, geometry), geometry.size):
        merged = None if last is None else _merged(last, extent)
        if last is not None and merged is None:
            yield last
        last = merged or extent
    if last is not None:
        yield last


def exactly(pread: Pread, place: int, length: int) -> bytes:
    """Raises WireError where the file ends before."""
    data = pread(place, length) if place < _END else b""
    if len(data) != length:
        raise WireError(f"the image ends early: {length} bytes at {place} are not all there")
    return data


def _single(pread: Pread, geometry: Geometry) -> Iterator[Extent]:
    tables = -(-geometry.size // geometry.covered)
    if geometry.l1_entries < tables or tables * 8 > _MOST_L1:
        raise WireError(f"{geometry.l1_entries} tables are too few or too many for a disk of {geometry.size} bytes")
    level1 = exactly(pread, geometry.l1_place, tables * 8)
    for number in range(tables):
        place = int.from_bytes(level1[number * 8 : number * 8 + 8], "big") & _PLACE
        offset = number * geometry.covered
        if not place:
            yield Extent(offset, geometry.covered, Kind.ZEROS)
            continue
        if place % geometry.cluster:
            raise WireError(f"a table of the second level lies at {place:#x}, which is no beginning of a cluster")
        yield from _table(exactly(pread, place, geometry.cluster), offset, geometry)


def _table(table: bytes, offset: int, geometry: Geometry) -> Iterator[Extent]:
    for start in range(0, len(table), geometry.entry):
        if offset >= geometry.size:
            return
        entry = int.from_bytes(table[start : start + 8], "big")
        if entry & _COMPRESSED:
            yield _compressed(entry, offset, geometry)
        elif geometry.extended:
            yield from _parts(entry, int.from_bytes(table[start + 8 : start + 16], "big"), offset, geometry)
        else:
            yield _plain(entry, offset, geometry)
        offset += geometry.cluster


def _compressed(entry: int, offset: int, geometry: Geometry) -> Extent:
    bits = 62 - (geometry.cluster_bits - 8)
    place = entry & ((1 << bits) - 1)
    sectors = ((entry & (_COMPRESSED - 1)) >> bits) + 1
    return Extent(offset, geometry.cluster, Kind.COMPRESSED, place, sectors * _SECTOR - place % _SECTOR)


def _plain(entry: int, offset: int, geometry: Geometry) -> Extent:
    place = entry & _PLACE
    if not place or (entry & _ZERO and geometry.zero_flag):
        return Extent(offset, geometry.cluster, Kind.ZEROS)
    return Extent(offset, geometry.cluster, Kind.DATA, _aligned(place, geometry), geometry.cluster)


def _parts(entry: int, bitmap: int, offset: int, geometry: Geometry) -> Iterator[Extent]:
    """The low half of `bitmap` says which parts have data, the high half which read as zeros."""
    place, length = _aligned(entry & _PLACE, geometry), geometry.cluster // _SUBCLUSTERS
    for part in range(_SUBCLUSTERS):
        start = part * length
        allocated, zeros = bitmap >> part & 1, bitmap >> (part + _SUBCLUSTERS) & 1
        if allocated and (zeros or not place):
            raise WireError(f"a part of the cluster at {offset} of the disk is data and is not")
        if allocated:
            yield Extent(offset + start, length, Kind.DATA, place + start, length)
        else:
            yield Extent(offset + start, length, Kind.ZEROS)


def _aligned(place: int, geometry: Geometry) -> int:
    if place % geometry.cluster:
        raise WireError(f"data lie at {place:#x}, which is no beginning of a cluster")
    return place


def _cut(found: Iterator[Extent], size: int) -> Iterator[Extent]:
    """Without what lies behind the disk's end."""
    for extent in found:
        if extent.offset + extent.length <= size:
            yield extent
        elif extent.offset < size:
            length = size - extent.offset
            stored = extent.stored if extent.kind is Kind.COMPRESSED else min(extent.stored, length)
            yield Extent(extent.offset, length, extent.kind, extent.place, stored)


def _merged(first: Extent, second: Extent) -> Extent | None:
    if first.kind is not second.kind or first.kind is Kind.COMPRESSED:
        return None
    if first.kind is Kind.DATA and first.place + first.stored != second.place:
        return None
    return Extent(first.offset, first.length + second.length, first.kind, first.place, first.stored + second.stored)
