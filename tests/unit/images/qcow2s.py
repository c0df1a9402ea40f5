"""Small qcow2 images put together by hand, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field

BITS = 16
CLUSTER = 1 << BITS


@dataclass(frozen=True, kw_only=True)
class Header:
    """With the offsets of docs/interop/qcow2.txt; `l1` lies in cluster 1."""

    version: int = 3
    backing: int = 0
    bits: int = BITS
    size: int = 3 * CLUSTER
    encryption: int = 0
    l1_entries: int = 1
    l1_place: int = CLUSTER
    snapshots: int = 0
    incompatible: int = 0
    compression: int = 0

    def __bytes__(self) -> bytes:
        fields = (
            (4, 0x514649FB),
            (4, self.version),
            (8, self.backing),
            (4, 0),
            (4, self.bits),
            (8, self.size),
            (4, self.encryption),
            (4, self.l1_entries),
            (8, self.l1_place),
            (8, 0),
            (4, 0),
            (4, self.snapshots),
            (8, 0),
            *(((8, self.incompatible), (8, 0), (8, 0), (4, 4), (4, 112)) if self.version == 3 else ()),
        )
        return b"".join(number.to_bytes(size, "big") for size, number in fields) + bytes((self.compression,)) + bytes(7)


@dataclass(frozen=True, kw_only=True)
class Made:
    """`l2` are the entries of the only table, in cluster 2; `clusters` is what lies in others, by number."""

    header: Header = field(default_factory=Header)
    l1: tuple[int, ...] = (2 * CLUSTER,)
    l2: tuple[int, ...] = ()
    clusters: Mapping[int, bytes] = field(default_factory=dict)

    def __bytes__(self) -> bytes:
        parts = {0: bytes(self.header), 1: _table(self.l1), 2: _table(self.l2).ljust(CLUSTER, b"\0"), **self.clusters}
        made = bytearray()
        for number, data in sorted(parts.items()):
            made += bytes(number * CLUSTER - len(made)) + data
        return bytes(made)


def _table(entries: tuple[int, ...]) -> bytes:
    return b"".join(entry.to_bytes(8, "big") for entry in entries)


def compressed(place: int, length: int) -> int:
    """The entry of `length` bytes at `place`."""
    sectors = (place + length - 1) // 512 - place // 512
    return 1 << 62 | sectors << (62 - (BITS - 8)) | place
