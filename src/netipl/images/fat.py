"""A small FAT volume with files in its root, as Linux and cloud-init read one; FAT12, with long names.

The same every time: no dates, and a serial number from its contents. Numbers are little-endian.
Source: Microsoft, "FAT: General Overview of On-Disk Format", version 1.03.
"""

import struct
import zlib
from typing import Final

_BOOT: Final = struct.Struct("<3s8sHBHBHHBHHHIIBBBI11s8s")
"""Jump, maker, bytes in a sector, sectors in a cluster, reserved sectors, tables, entries of the root, sectors (if
16 bits do), medium, sectors of a table, geometry, hidden sectors, sectors, drive, 0, form, serial, label, kind."""
_ENTRY: Final = struct.Struct("<11sBBBHHHHHHHI")
_LONG: Final = struct.Struct("<B10sBBB12sH4s")
_CLUSTER: Final = 4096
_ROOT: Final = 128  # entries
_MOST_CLUSTERS: Final = 4084
_LEAST_CLUSTERS: Final = 240
_FIXED: Final = 0xF8
_LABEL_ATTRIBUTE, _LONG_ATTRIBUTE, _ARCHIVE = 0x08, 0x0F, 0x20
_END: Final = 0xFFF
_OF_A_LONG_ENTRY: Final = 13
_FIRST_OF_1980: Final = 0x21


def volume(label: str, files: tuple[tuple[str, bytes], ...], *, sector: int = 512) -> bytes:
    """Of somewhat less than 1 MiB, or more if need be. Raises ValueError for what does not fit."""
    per_cluster = max(1, _CLUSTER // sector)
    width = per_cluster * sector
    clusters = max(_LEAST_CLUSTERS, sum(-(-len(data) // width) for _, data in files))
    if clusters > _MOST_CLUSTERS:
        raise ValueError("too much for a small FAT volume")
    table_sectors = -(-((clusters + 2) * 3 // 2 + 1) // sector)
    root_sectors = -(-_ROOT * 32 // sector)
    chain, data, root = [_FIXED | 0xF00, _END], bytearray(), bytearray(_entry(_padded(label, 11), _LABEL_ATTRIBUTE))
    for number, (name, content) in enumerate(files, 1):
        count = -(-len(content) // width)
        first = len(chain) if count else 0
        chain += [*range(first + 1, first + count), _END][:count] if count else []
        data += content.ljust(count * width, b"\0")
        root += _named(name, number, first, len(content))
    if len(root) > _ROOT * 32:
        raise ValueError("too many files for a small FAT volume")
    table = _packed(chain + [0] * (clusters + 2 - len(chain))).ljust(table_sectors * sector, b"\0")
    total = 1 + 2 * table_sectors + root_sectors + clusters * per_cluster
    serial = zlib.crc32(bytes(root + data))
    boot = _boot((sector, per_cluster, table_sectors), total, serial, _padded(label, 11))
    body = boot + 2 * table + root.ljust(root_sectors * sector, b"\0") + data
    return body.ljust(total * sector, b"\0")


def _boot(shape: tuple[int, int, int], total: int, serial: int, label: bytes) -> bytes:
    sector, per_cluster, table_sectors = shape
    short, long = (total, 0) if total < 0x10000 else (0, total)
    packed = _BOOT.pack(
        *(b"\xeb\x3c\x90", b"netipl  ", sector, per_cluster, 1, 2, _ROOT, short, _FIXED, table_sectors),
        *(32, 2, 0, long, 0x80, 0, 0x29, serial, label, b"FAT12   "),
    )
    return (packed.ljust(510, b"\0") + b"\x55\xaa").ljust(sector, b"\0")


def _named(name: str, number: int, cluster: int, size: int) -> bytes:
    """The entries of a file: its long name in pieces, the last one first, and a short name that nobody needs."""
    short = f"FILE{number:04d}".encode() + b"   "
    total = 0
    for octet in short:
        total = ((total >> 1 | (total & 1) << 7) + octet) & 0xFF
    text = name.encode("utf-16-le")
    room = -(-(len(text) // 2) // _OF_A_LONG_ENTRY) * _OF_A_LONG_ENTRY * 2
    if len(text) < room:
        text = (text + b"\0\0").ljust(room, b"\xff")
    pieces = [text[start : start + 26] for start in range(0, room, 26)]
    long = [
        _LONG.pack(
            order | (0x40 if order == len(pieces) else 0),
            piece[:10],
            _LONG_ATTRIBUTE,
            0,
            total,
            piece[10:22],
            0,
            piece[22:],
        )
        for order, piece in enumerate(pieces, 1)
    ]
    return b"".join(reversed(long)) + _entry(short, _ARCHIVE, cluster, size)


def _entry(name: bytes, attribute: int, cluster: int = 0, size: int = 0) -> bytes:
    day = _FIRST_OF_1980
    return _ENTRY.pack(name, attribute, 0, 0, 0, day, day, 0, 0, day, cluster, size)


def _padded(text: str, width: int) -> bytes:
    data = text.encode("ascii")
    if len(data) > width:
        raise ValueError(f"{text} is too long")
    return data.ljust(width)


def _packed(chain: list[int]) -> bytes:
    """Two numbers of 12 bits in three bytes."""
    even = chain + [0] * (len(chain) % 2)
    pairs = zip(even[::2], even[1::2], strict=True)
    return b"".join((low | high << 12).to_bytes(3, "little") for low, high in pairs)
