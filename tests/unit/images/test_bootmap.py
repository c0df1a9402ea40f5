"""The boot map, read back as the firmware reads it."""

import struct

import pytest

from netipl.content import Content, Inline, Zeros, inline
from netipl.images.bootmap import boot_map, disk

IMAGE = inline(bytes(0x10000) + bytes(range(256)) * 5)


def data(content: Content) -> bytes:
    return b"".join(each.data if isinstance(each, Inline) else bytes(each.length) for each in content.segments)


def pointer(raw: bytes) -> tuple[int, int, int]:
    found: tuple[int, int, int] = struct.unpack_from(">QHH", raw)
    return found


def test_the_firmware_finds_what_to_load_from_the_record_on() -> None:
    made = boot_map(IMAGE, first=2048)
    assert made.record[:8] == b"zIPL" + (1).to_bytes(4, "big")
    assert pointer(made.record[16:]) == (2048, 512, 0)
    blocks = data(made.blocks)
    programs, components, pieces = blocks[:512], blocks[512:1024], blocks[1024:1536]
    assert programs[:4] == components[:4] == b"zIPL"
    assert pointer(programs[16:]) == (2049, 512, 0)
    load, start = components[32:64], components[64:96]
    assert (pointer(load), load[23], load[24:]) == ((2050, 512, 0), 2, (0x10000).to_bytes(8, "big"))
    assert (start[23], start[24:].hex()) == (1, "0008000080010000")
    assert pointer(pieces) == (2051, 512, 2)  # 1280 bytes are three blocks
    assert pieces[16:] == bytes(512 - 16)
    assert blocks[1536:] == data(IMAGE)[0x10000:] + bytes(256)


def test_a_long_image_is_loaded_in_pieces() -> None:
    made = boot_map(Content((Zeros(length=(1 << 16) + (80 << 20)),)), first=8)
    pieces = data(made.blocks.part(1024, 1536))
    assert [pointer(pieces[16 * number :]) for number in range(4)] == [
        (11, 512, 0xFFFF),
        (11 + 0x10000, 512, 0xFFFF),
        (11 + 0x20000, 512, 0x7FFF),
        (0, 0, 0),
    ]


def test_an_image_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        boot_map(Content((Zeros(length=1 << 30),)), first=8)


def test_a_disk_has_its_record_and_two_partitions_of_whole_mebibytes() -> None:
    root = inline(b"root" * 256)
    made = data(disk(IMAGE, root))
    assert made[:4] == b"zIPL"
    assert made[510:512] == b"\x55\xaa"
    entries = [struct.unpack_from("<B3sB3sII", made, 446 + 16 * number) for number in range(4)]
    assert [(kind, start, count) for _, _, kind, _, start, count in entries] == [
        (0xDA, 2048, 2048),
        (0x83, 4096, 2),
        (0, 0, 0),
        (0, 0, 0),
    ]
    assert made[1 << 20 :][:4] == b"zIPL"
    assert made[2 << 20 :] == b"root" * 256
