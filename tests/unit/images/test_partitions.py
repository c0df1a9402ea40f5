"""Partitions added to tables, MBR and GPT, and the images that have no room for one."""

import struct
import zlib
from uuid import UUID

import pytest

from netipl.errors import RefusedError
from netipl.images.partitions import Placed, added

HEAD = 1 << 20
LINUX = UUID("0fc63daf-8483-4772-8e79-3d69d8477de4").bytes_le
DISK = UUID(int=7).bytes_le


def mbr(*partitions: tuple[int, int, int]) -> bytes:
    """With partitions of a kind, a first block and so many blocks, and boot code that must stay."""
    head = bytearray(HEAD)
    head[:4] = b"zIPL"
    for number, (kind, start, count) in enumerate(partitions):
        struct.pack_into("<B3sB3sII", head, 446 + 16 * number, 0x80, b"\0\1\2", kind, b"\3\4\5", start, count)
    head[510:512] = b"\x55\xaa"
    return bytes(head)


def entries(head: bytes) -> list[tuple[int, int, int]]:
    found = [struct.unpack_from("<B3sB3sII", head, 446 + 16 * number) for number in range(4)]
    return [(kind, start, count) for _, _, kind, _, start, count in found]


def put(head: bytes, size: int = 1 << 20, *, disk: int = 64 << 20, sector: int = 512) -> Placed:
    return added(head, "cidata", size, disk_size=disk, sector=sector)


def test_it_stands_at_the_end_of_the_disk_and_all_else_stays() -> None:
    head = mbr((0x83, 2048, 4096), (0, 0, 0), (0x82, 8192, 1001))
    placed = put(head)
    assert placed.start == 63 << 20
    assert entries(placed.head) == [(0x83, 2048, 4096), (0x0E, 129024, 2048), (0x82, 8192, 1001), (0, 0, 0)]
    assert placed.head[:462] == head[:462]
    assert placed.head[478:] == head[478:]
    assert placed.elsewhere == ()


def test_blocks_of_4096_are_counted_as_such() -> None:
    placed = put(mbr((0x83, 256, 1000)), sector=4096)
    assert (placed.start, entries(placed.head)[1]) == (63 << 20, (0x0E, 16128, 256))


def test_a_disk_that_is_as_long_as_it_must_be() -> None:
    placed = put(mbr((0x83, 2048, 2048)), disk=3 << 20)
    assert placed.start == 2 << 20
    with pytest.raises(RefusedError, match="lacks 1048576 bytes") as raised:
        put(mbr((0x83, 2048, 2048)), disk=(3 << 20) - 512)
    assert "larger" in raised.value.remedy


def gpt(*partitions: tuple[int, int], blocks: int = 65536, sector: int = 512, number: int = 128) -> bytes:
    head = bytearray(mbr((0xEE, 1, blocks - 1)))
    table = bytearray(number * 128)
    for slot, (start, stop) in enumerate(partitions):
        struct.pack_into("<16s16sQQQ72s", table, slot * 128, LINUX, bytes([slot] * 16), start, stop, 5, b"n\0")
    at = 2
    values = (b"EFI PART", 0x10000, 92, 0, 0, 1, blocks - 1, 34, blocks - 34, DISK, at, number, 128, zlib.crc32(table))
    header = bytearray(struct.pack("<8sIIIIQQQQ16sQIII", *values))
    struct.pack_into("<I", header, 16, zlib.crc32(header))
    head[sector : sector + 92] = header
    head[at * sector : at * sector + len(table)] = table
    return bytes(head[:HEAD])


def header_of(block: bytes, table: bytes) -> dict[str, int]:
    """Of a header whose sums are right."""
    raw = bytearray(block[:92])
    (found,) = struct.unpack_from("<I", raw, 16)
    raw[16:20] = bytes(4)
    assert zlib.crc32(raw) == found
    _, _, _, _, _, own, other, first, last, disk, at, number, width, total = struct.unpack("<8sIIIIQQQQ16sQIII", raw)
    assert zlib.crc32(table) == total
    assert (disk, number, width) == (DISK, 128, 128)
    return {"own": own, "other": other, "first": first, "last": last, "at": at}


def test_in_a_gpt_both_tables_have_it_and_reach_to_the_end_of_the_disk() -> None:
    head = gpt((2048, 4095), (4096, 10000))
    blocks = 131072
    placed = put(head, disk=blocks * 512)
    table = placed.head[1024 : 1024 + 128 * 128]
    assert header_of(placed.head[512:1024], table) == {
        "own": 1, "other": blocks - 1, "first": 34, "last": blocks - 34, "at": 2,
    }  # fmt: skip
    (at, copy), (place, backup) = placed.elsewhere
    assert (at, copy, place) == ((blocks - 33) * 512, table, (blocks - 1) * 512)
    assert header_of(backup, copy) == {
        "own": blocks - 1, "other": 1, "first": 34, "last": blocks - 34, "at": blocks - 33,
    }  # fmt: skip
    kind, _, start, stop, _, name = struct.unpack_from("<16s16sQQQ72s", table, 256)
    assert UUID(bytes_le=kind) == UUID("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7")
    assert (start, stop, name.decode("utf-16-le").rstrip("\0")) == (126976, 129023, "cidata")
    assert placed.start == 126976 * 512
    assert table[:256] == head[1024 : 1024 + 256]
    assert entries(placed.head)[0] == (0xEE, 1, blocks - 1)


def damaged(offset: int) -> bytes:
    head = bytearray(gpt((2048, 4095)))
    head[offset] ^= 0xFF
    return bytes(head)


@pytest.mark.parametrize(
    ("head", "message"),
    [
        pytest.param(bytes(HEAD), "no partition table", id="none at all"),
        pytest.param(b"short", "no partition table", id="a very short image"),
        pytest.param(mbr(*[(0x83, 2048 * n, 2048) for n in range(1, 5)]), "all four", id="an MBR that is full"),
        pytest.param(mbr((0x83, 2048, 0xFFFFFFFF)), "lacks", id="a partition beyond the end"),
        pytest.param(gpt(*[(2048, 2048)] * 128), "all 128", id="a GPT that is full"),
        pytest.param(mbr((0xEE, 1, 1000)), "for blocks of 512", id="a protective MBR without GPT"),
        pytest.param(damaged(512 + 40), "damaged", id="a GPT whose sum is wrong"),
        pytest.param(gpt((2048, 131000)), "lacks", id="a GPT that is too long for the disk"),
        pytest.param(gpt((2048, 4095), number=10000), "form that is not known", id="a GPT of another form"),
    ],
)
def test_without_room_or_table_it_is_refused(head: bytes, message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        put(head)


def test_a_gpt_for_other_blocks_is_refused() -> None:
    with pytest.raises(RefusedError, match="for blocks of 4096"):
        put(gpt((2048, 4095)), sector=4096)
