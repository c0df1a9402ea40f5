"""FAT volumes, read back by the rules of the format."""

import struct

import pytest

from netipl.images.fat import volume

FILES = (("meta-data", b"instance-id: one\n"), ("user-data", b"#" * 5000), ("network-config", b""))


def read(made: bytes) -> tuple[str, dict[str, bytes]]:
    """The label, and the files of the root by their long names."""
    sector, per_cluster, reserved, tables, entries = struct.unpack_from("<HBHBH", made, 11)
    (table_sectors,) = struct.unpack_from("<H", made, 22)
    table = made[reserved * sector :][: table_sectors * sector]
    assert table == made[(reserved + table_sectors) * sector :][: len(table)]
    root = (reserved + tables * table_sectors) * sector
    body = root + -(-entries * 32 // sector) * sector
    width = per_cluster * sector
    label, long, files = "", "", {}
    for place in range(root, root + entries * 32, 32):
        entry = made[place : place + 32]
        if entry[11] == 0x0F:
            piece = (entry[1:11] + entry[14:26] + entry[28:32]).decode("utf-16-le")
            long = piece.partition("\0")[0].rstrip("\uffff") + long
            total = 0
            short = made[place + 32 * (entry[0] & 0x3F) :][:11]
            for octet in short:
                total = (((total & 1) << 7) + (total >> 1) + octet) & 0xFF
            assert entry[13] == total
        elif entry[11] == 0x08:
            label = entry[:11].decode().rstrip()
        elif entry[0]:
            cluster, size = struct.unpack_from("<HI", entry, 26)
            content = b""
            while 2 <= cluster < 0xFF0:
                content += made[body + (cluster - 2) * width :][:width]
                pair = int.from_bytes(table[cluster * 3 // 2 :][:2], "little")
                cluster = pair >> 4 if cluster % 2 else pair & 0xFFF
            files[long], long = content[:size], ""
    return label, files


@pytest.mark.parametrize("sector", [512, 4096])
def test_what_is_written_is_read_back(sector: int) -> None:
    made = volume("CIDATA", FILES, sector=sector)
    assert read(made) == ("CIDATA", dict(FILES))
    assert made[510:512] == b"\x55\xaa"
    assert len(made) % sector == 0
    assert 900_000 < len(made) <= 1 << 20


def test_it_is_the_same_every_time_and_another_one_for_other_files() -> None:
    assert volume("CIDATA", FILES) == volume("CIDATA", FILES)
    assert volume("CIDATA", FILES)[39:43] != volume("CIDATA", FILES[:2])[39:43]


@pytest.mark.parametrize("length", [1, 13, 14, 26])
def test_long_names_of_any_length(length: int) -> None:
    name = "n" * length
    assert read(volume("X", ((name, b"data"),)))[1] == {name: b"data"}


@pytest.mark.parametrize("files", [(("big", bytes(20 << 20)),), tuple((f"n{n}", b"") for n in range(99))])
def test_too_much_is_refused(files: tuple[tuple[str, bytes], ...]) -> None:
    with pytest.raises(ValueError, match="too m"):
        volume("X", files)
