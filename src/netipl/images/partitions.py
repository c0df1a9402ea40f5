"""A partition added to the table of a disk image, at the end of its disk: MBR and GPT.

Everything else stays as it is: boot code, identifiers, other partitions. Nothing is read or written here; numbers in
tables are little-endian. Sources: UEFI specification 2.10, chapter 5 (GPT, protective MBR), and the PC's MBR.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Final
from uuid import UUID, uuid5

from netipl.errors import RefusedError
from netipl.values import value

ALIGNMENT: Final = 1 << 20
"""Where partitions begin, in bytes, as all tools have it today."""

_ENTRIES: Final = 446
_ENTRY: Final = struct.Struct("<B3sB3sII")  # status, first CHS, type, last CHS, first block, blocks
_SIGNATURE: Final = b"\x55\xaa"
_NO_CHS: Final = b"\xfe\xff\xff"
"""For disks that are addressed by blocks only."""
_PROTECTIVE: Final = 0xEE
_FAT: Final = 0x0E
"""FAT, addressed by blocks."""
_MOST_BLOCKS: Final = 0xFFFFFFFF

_GPT: Final = struct.Struct("<8sIIIIQQQQ16sQIII")
"""Signature, revision, size, sum, 0, this block, the other header's, first and last usable, identifier, entries'
block, their count, their size, their sum."""
_GPT_MAGIC: Final = b"EFI PART"
_GPT_ENTRY: Final = struct.Struct("<16s16sQQQ72s")  # type, identifier, first block, last block, attributes, name
_BASIC_DATA: Final = UUID("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7")
_ROOM: Final = "make the disk a few MiB larger than the image"


@value(kw_only=True)
class Placed:
    """`start` of the partition in bytes; `head` with the new table; `elsewhere` are further writes, by offset."""

    start: int
    head: bytes
    elsewhere: tuple[tuple[int, bytes], ...] = ()


def added(head: bytes, name: str, size: int, *, disk_size: int, sector: int) -> Placed:
    """For a FAT volume of `size` bytes on a disk whose first bytes are `head`. Raises RefusedError without room."""
    if head[510:512] != _SIGNATURE:
        raise RefusedError("the image has no partition table that is known")
    blocks, count = disk_size // sector, -(-size // sector)
    kinds = [entry[2] for entry in _mbr(head)]
    if _PROTECTIVE in kinds:
        return _in_gpt(head, name, count, blocks, sector)
    return _in_mbr(head, count, blocks, sector)


def _mbr(head: bytes) -> list[tuple[int, bytes, int, bytes, int, int]]:
    return [_ENTRY.unpack_from(head, _ENTRIES + number * _ENTRY.size) for number in range(4)]


def _in_mbr(head: bytes, count: int, blocks: int, sector: int) -> Placed:
    entries = _mbr(head)
    free = next((number for number, entry in enumerate(entries) if entry[2] == 0), None)
    if free is None:
        raise RefusedError("all four partitions of the image are taken")
    taken = [(first, first + length) for _, _, kind, _, first, length in entries if kind]
    start = _place(taken, count, min(blocks, _MOST_BLOCKS), sector)
    made = bytearray(head)
    _ENTRY.pack_into(made, _ENTRIES + free * _ENTRY.size, 0, _NO_CHS, _FAT, _NO_CHS, start, count)
    return Placed(start=start * sector, head=bytes(made))


def _place(taken: list[tuple[int, int]], count: int, end: int, sector: int) -> int:
    """As far behind all that is taken as it goes, so that the image's last partition can still grow."""
    aligned = max(1, ALIGNMENT // sector)
    last = max((stop for _, stop in taken), default=0)
    start = (end - count) // aligned * aligned
    if start < max(last, aligned):
        missing = (max(last, aligned) - start) * sector
        raise RefusedError(f"the disk lacks {missing} bytes behind the image's partitions", remedy=_ROOM)
    return start


def _in_gpt(head: bytes, name: str, count: int, blocks: int, sector: int) -> Placed:
    header = _gpt_header(head, sector)
    (_, _, length, _, _, this, _, first, _, disk, at, number, width, _) = header
    table = bytearray(head[at * sector : at * sector + number * width])
    if width != _GPT_ENTRY.size or len(table) < number * width or at * sector + len(table) > len(head):
        raise RefusedError("the partition table of the image has a form that is not known")
    slot = next((slot for slot, entry in _gpt_entries(table) if entry[0] == bytes(16)), None)
    if slot is None:
        raise RefusedError(f"all {number} partitions of the image are taken")
    backup = blocks - 1
    table_blocks = -(-len(table) // sector)
    usable = backup - table_blocks  # the first block that is not
    taken = [(first, first)] + [(e[2], e[3] + 1) for _, e in _gpt_entries(table) if e[0] != bytes(16)]
    start = _place(taken, count, usable, sector)
    identifier = uuid5(UUID(bytes_le=disk), name)  # one disk, one identifier; nothing here is random
    label = name.encode("utf-16-le")
    entry = (_BASIC_DATA.bytes_le, identifier.bytes_le, start, start + count - 1, 0, label)
    _GPT_ENTRY.pack_into(table, slot * width, *entry)

    def made(own: int, other: int, entries: int) -> bytes:
        fields = (_GPT_MAGIC, header[1], length, 0, 0, own, other, first, usable - 1, disk, entries, number, width)
        packed = bytearray(_GPT.pack(*fields, zlib.crc32(table)).ljust(length, b"\0"))
        struct.pack_into("<I", packed, 16, zlib.crc32(packed))
        return bytes(packed).ljust(sector, b"\0")

    written = bytearray(head)
    _cover(written, blocks)
    written[this * sector : (this + 1) * sector] = made(this, backup, at)
    written[at * sector : at * sector + len(table)] = table
    copies = ((usable * sector, bytes(table)), (backup * sector, made(backup, this, usable)))
    return Placed(start=start * sector, head=bytes(written), elsewhere=copies)


def _gpt_header(
    head: bytes, sector: int
) -> tuple[bytes, int, int, int, int, int, int, int, int, bytes, int, int, int, int]:
    raw = head[sector : 2 * sector]
    if raw[:8] != _GPT_MAGIC or len(raw) < sector:
        raise RefusedError(f"the image has no partition table for blocks of {sector} bytes")
    header = _GPT.unpack_from(raw)
    length = header[2]
    summed = bytearray(raw[:length])
    if not _GPT.size <= length <= sector:
        raise RefusedError("the partition table of the image has a form that is not known")
    summed[16:20] = bytes(4)
    if zlib.crc32(summed) != header[3] or header[5] != 1:
        raise RefusedError("the partition table of the image is damaged")
    return header


def _gpt_entries(table: bytearray) -> Iterator[tuple[int, tuple[bytes, bytes, int, int, int, bytes]]]:
    for slot in range(len(table) // _GPT_ENTRY.size):
        yield slot, _GPT_ENTRY.unpack_from(table, slot * _GPT_ENTRY.size)


def _cover(head: bytearray, blocks: int) -> None:
    """The protective partition covers the whole disk (UEFI 5.2.3)."""
    for number in range(4):
        place = _ENTRIES + number * _ENTRY.size
        status, low, kind, high, first, _ = _ENTRY.unpack_from(head, place)
        if kind == _PROTECTIVE:
            _ENTRY.pack_into(head, place, status, low, kind, high, first, min(blocks - 1, _MOST_BLOCKS))
