"""Disk images of QEMU, versions 2 and 3: the header, what of it is refused, and the raw bytes that it stands for.

Source: QEMU docs/interop/qcow2.txt. Snapshots are passed over: the active state is read. Of a dirty image only the
counts of references are in doubt, which reading does not need.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from netipl.errors import RefusedError, WireError
from netipl.images import qcow2_map
from netipl.images.compression import Method, decompressor
from netipl.images.qcow2_map import Extent, Geometry, Kind, Pread
from netipl.wire import Reader

MAGIC: Final = b"QFI\xfb"
LARGEST: Final = 1 << 46
"""Bytes of a disk; 64 TiB."""
PIECE: Final = 1 << 20

_V2_SIZE, _V3_SIZE, _COMPRESSION_AT = 72, 104, 104
_CLUSTER_BITS: Final = range(9, 22)
_CONVERT: Final = "make a whole image of it: qemu-img convert -O qcow2 OLD NEW"


class Incompatible(IntFlag):
    """Features that a reader has to know."""

    DIRTY = 1
    CORRUPT = 2
    EXTERNAL_DATA = 4
    COMPRESSION = 8
    EXTENDED_L2 = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """`size` is that of the disk, in bytes; `compression` that of compressed clusters."""

    version: int
    size: int
    snapshots: int
    compression: Method
    geometry: Geometry

    def extents(self, pread: Pread) -> Iterator[Extent]:
        """What stands where on the disk, from its beginning to its end. Raises WireError."""
        return qcow2_map.extents(pread, self.geometry)

    def raw(self, pread: Pread) -> Iterator[bytes]:
        """The whole disk, in pieces of at most `PIECE` or a cluster. Raises WireError."""
        for extent in self.extents(pread):
            match extent.kind:
                case Kind.ZEROS:
                    zeros = bytes(min(PIECE, extent.length))
                    for start in range(0, extent.length, PIECE):
                        yield zeros[: extent.length - start]
                case Kind.DATA:
                    for start in range(0, extent.length, PIECE):
                        yield exactly(pread, extent.place + start, min(PIECE, extent.length - start))
                case Kind.COMPRESSED:
                    yield self._unpacked(pread(extent.place, extent.stored))[: extent.length]

    def _unpacked(self, data: bytes) -> bytes:
        size = self.geometry.cluster
        try:
            unpacked = _UNPACK[self.compression](data, size)
        except zlib.error as error:
            raise WireError(f"a compressed cluster is damaged: {error}") from error
        if len(unpacked) != size:
            raise WireError(f"a compressed cluster has {len(unpacked)} bytes and not {size}")
        return unpacked


def is_image(head: bytes) -> bool:
    """By its first bytes."""
    return head.startswith(MAGIC)


def decode(pread: Pread) -> Image:
    """Reads the header. Raises WireError, and RefusedError for what cannot be read without something else."""
    head = pread(0, _COMPRESSION_AT + 8)
    reader = Reader(head)
    if reader.take(4) != MAGIC:
        raise WireError("no qcow2 image")
    version = reader.u32()
    if version not in {2, 3}:
        raise RefusedError(f"this is version {version} of qcow2", remedy=_CONVERT)
    backing, _, cluster_bits, size = reader.u64(), reader.u32(), reader.u32(), reader.u64()
    encryption, l1_entries, l1_place = reader.u32(), reader.u32(), reader.u64()
    reader.take(12)
    snapshots = reader.u32()
    reader.take(8)
    features = 0 if version == 2 else reader.u64()
    _refuse(features, encrypted=bool(encryption), backed=bool(backing))
    if cluster_bits not in _CLUSTER_BITS or size > LARGEST:
        raise WireError(f"an image with clusters of 2^{cluster_bits} bytes, and {size} bytes, is none that QEMU makes")
    geometry = Geometry(
        cluster_bits=cluster_bits,
        size=size,
        l1_place=l1_place,
        l1_entries=l1_entries,
        extended=bool(features & Incompatible.EXTENDED_L2),
        zero_flag=version >= 3,
    )
    method = _compression(head) if features & Incompatible.COMPRESSION else Method.GZIP
    return Image(version=version, size=size, snapshots=snapshots, compression=method, geometry=geometry)


def exactly(pread: Pread, place: int, length: int) -> bytes:
    """Raises WireError where the file ends before."""
    return qcow2_map.exactly(pread, place, length)


def _refuse(features: int, *, encrypted: bool, backed: bool) -> None:
    unknown = features & ~sum(Incompatible)
    reasons = (
        (encrypted, "it is encrypted"),
        (backed, "it is only what changed since another image, its backing file"),
        (features & Incompatible.EXTERNAL_DATA, "its data are in another file"),
        (unknown, f"it has features that are not known here (incompatible bits {unknown:#x})"),
    )
    for holds, reason in reasons:
        if holds:
            raise RefusedError(f"this qcow2 image cannot be read alone: {reason}", remedy=_CONVERT)
    if features & Incompatible.CORRUPT:
        raise RefusedError("this qcow2 image is marked as corrupt", remedy="see `qemu-img check`, or take another copy")


def _compression(head: bytes) -> Method:
    kinds = {0: Method.GZIP, 1: Method.ZSTD}
    kind = head[_COMPRESSION_AT] if len(head) > _COMPRESSION_AT else 0
    if kind not in kinds:
        raise RefusedError(f"this qcow2 image is compressed in a way not known here ({kind})", remedy=_CONVERT)
    return kinds[kind]


def _deflated(data: bytes, size: int) -> bytes:
    """Without any header."""
    return zlib.decompressobj(wbits=-zlib.MAX_WBITS).decompress(data, size)


def _zstd(data: bytes, size: int) -> bytes:
    unpacked = bytearray()
    for piece in decompressor(Method.ZSTD).feed(data):
        unpacked += piece
        if len(unpacked) >= size:
            break
    return bytes(unpacked[:size])


_UNPACK: Final[dict[Method, Callable[[bytes, int], bytes]]] = {Method.GZIP: _deflated, Method.ZSTD: _zstd}
