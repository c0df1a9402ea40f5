"""The boot record and the boot map by which s390-ccw starts an image from a block device, as zipl writes them.

On the device lie, in blocks: the program table, whose first entry is what boots; its components, here one to load and
the PSW to start with; and the list of the blocks to load. All numbers are big-endian.
Sources: QEMU pc-bios/s390-ccw/bootmap.{h,c}; s390-tools include/boot/boot_defs.h; booted with QEMU 7.2 and 10.0.
"""

import struct
from typing import Final

from netipl.content import Content, inline
from netipl.images import kernel as facts
from netipl.values import value

_MAGIC: Final = b"zIPL"
_POINTER: Final = struct.Struct(">QHH4x")
"""To blocks: the first, the size of one in bytes, and how many follow the first."""
_NOWHERE: Final = bytes(_POINTER.size)
_RECORD: Final = struct.Struct(">4sI8x16s")
_VERSION: Final = 1
_HEADER: Final = struct.Struct(">4sB27x")
"""Of a list of components: the magic, and its type: 0 for IPL."""
_COMPONENT: Final = struct.Struct(">16s7xBQ")
"""A pointer, the kind, and the address to load to or the PSW."""
_LOAD, _EXECUTE = 2, 1
_PSW: Final = 0x0008000080000000 | facts.ENTRY
"""Short: 31-bit addressing, as zipl has it; Linux goes on to 64 bits by itself."""
_MOST_BLOCKS: Final = 1 << 16
"""That one pointer reaches."""
_TABLE, _SIGNATURE = 446, b"\x55\xaa"
_ENTRY: Final = struct.Struct("<B3sB3sII")
"""Of the partition table (see `partitions`), which is little-endian."""
_NO_CHS: Final = b"\xfe\xff\xff"
_OTHER, _LINUX = 0xDA, 0x83
_ALIGNMENT: Final = 1 << 20
_TABLES: Final = 3
"""Blocks: programs, components, list."""


@value(kw_only=True)
class BootMap:
    """`record` stands at the very beginning of the device, before its partition table; `blocks` at the block chosen."""

    record: bytes
    blocks: Content


def boot_map(image: Content, *, first: int, sector: int = 512) -> BootMap:
    """That boots `image`, which is of the form of a combined one, from block `first` on.

    Raises ValueError for an image that is too large for one list.
    """
    loaded = image.part(facts.ENTRY).padded(sector)
    count, start = loaded.size // sector, first + _TABLES
    pointers = [
        _pointer(start + done, min(_MOST_BLOCKS, count - done), sector) for done in range(0, count, _MOST_BLOCKS)
    ]
    room = sector // _POINTER.size - 1
    if len(pointers) > room:
        raise ValueError(f"an image of {image.size} bytes does not fit into one list of {room} pieces")
    programs = _MAGIC.ljust(_POINTER.size, b"\0") + _pointer(first + 1, 1, sector)
    components = (
        _HEADER.pack(_MAGIC, 0)
        + _COMPONENT.pack(_pointer(first + 2, 1, sector), _LOAD, facts.ENTRY)
        + _COMPONENT.pack(_NOWHERE, _EXECUTE, _PSW)
    )
    tables = [table.ljust(sector, b"\0") for table in (programs, components, b"".join(pointers))]
    return BootMap(
        record=_RECORD.pack(_MAGIC, _VERSION, _pointer(first, 1, sector)),
        blocks=inline(b"".join(tables)) + loaded,
    )


def disk(image: Content, root: Content, *, sector: int = 512) -> Content:
    """A disk that boots `image`, with two partitions: the boot map and what it loads, and `root`."""
    aligned = _ALIGNMENT // sector
    made = boot_map(image, first=aligned, sector=sector)
    begin = aligned + -(-(made.blocks.size // sector) // aligned) * aligned
    sizes = ((aligned, begin - aligned, _OTHER), (begin, -(-root.size // sector), _LINUX))
    table = b"".join(_ENTRY.pack(0, _NO_CHS, kind, _NO_CHS, start, length) for start, length, kind in sizes)
    boot = made.record.ljust(_TABLE, b"\0") + table.ljust(64, b"\0") + _SIGNATURE
    before = (inline(boot).padded(aligned * sector) + made.blocks).padded(aligned * sector)
    return before + root.padded(sector)


def _pointer(block: int, count: int, sector: int) -> bytes:
    return _POINTER.pack(block, sector, count - 1)
