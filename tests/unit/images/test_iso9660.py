"""ISO images by hand: what records say, files of several extents, and everything that can be wrong."""

import pytest

from netipl.errors import WireError
from netipl.images.iso9660 import Contents, Range, decode, is_image
from tests.unit.images.isos import SECTOR, SP, Entry, continued, directory, image, linked, named

MIB = 1 << 20


def read(data: bytes, *, size: int | None = None) -> Contents:
    return decode(lambda offset, length: data[offset : offset + length], len(data) if size is None else size)


def plain(*entries: Entry) -> bytes:
    return image({20: directory(entries), 30: b"x" * SECTOR})


def rock(*entries: Entry, more: bytes = b"x" * SECTOR) -> bytes:
    return image({20: directory(entries, system_use=SP), 30: more})


def test_an_image_is_known_by_its_descriptor() -> None:
    assert is_image(plain())
    assert not is_image(b"CD001")
    assert not is_image(bytes(0x9000))


def test_plain_names_lose_version_and_capital_letters() -> None:
    found = read(plain(Entry(name=b"README.TXT;1", sector=30, size=5), Entry(name=b"PARMFILE.;1", sector=30, size=6)))
    assert found.files == {"readme.txt": (Range(30 * SECTOR, 5),), "parmfile": (Range(30 * SECTOR, 6),)}


def test_a_file_of_several_extents_is_one_file() -> None:
    four = (4 << 30) - SECTOR
    entries = (
        Entry(name=b"LARGE.IMG;1", sector=30, size=four, flags=0x80),
        Entry(name=b"LARGE.IMG;1", sector=30 + four // SECTOR, size=7),
        Entry(name=b"NEXT.;1", sector=30, size=1),
    )
    found = read(plain(*entries), size=8 << 30)
    assert found.files["large.img"] == (Range(30 * SECTOR, four), Range(30 * SECTOR + four, 7))
    assert found.files["next"] == (Range(30 * SECTOR, 1),)


def test_an_empty_file_has_no_range() -> None:
    assert read(plain(Entry(name=b"EMPTY.;1", sector=999_999))).files == {"empty": ()}


def test_an_extended_attribute_record_comes_before_the_bytes() -> None:
    assert read(plain(Entry(name=b"A.;1", sector=29, size=5, more={1: 1}))).files == {"a": (Range(30 * SECTOR, 5),)}


def test_a_directory_of_several_sectors() -> None:
    entries = [Entry(name=b"FILE%03d.;1" % number, sector=30, size=1) for number in range(100)]
    data = image({20: directory(entries, size=3 * SECTOR), 30: b"x"}, size=3 * SECTOR)
    assert list(read(data).files) == [f"file{number:03}" for number in range(100)]


def test_directories_within_directories() -> None:
    inner = directory([Entry(name=b"A.;1", sector=30, size=5)], sector=21)
    found = read(image({20: directory([Entry(name=b"SUB", sector=21, size=SECTOR, flags=2)]), 21: inner, 30: b"x"}))
    assert (list(found.files), found.directories) == (["sub/a"], frozenset({"sub"}))


def test_names_of_rock_ridge_are_in_pieces_and_go_on_elsewhere() -> None:
    far = named(b"there")
    entries = (
        Entry(name=b"A.;1", sector=30, size=1, system_use=named(b"Mixed-", 1) + named(b"Case.img")),
        Entry(name=b"B.;1", sector=30, size=1, system_use=named(b"from-", 1) + continued(30, 100, len(far))),
        Entry(name=b"C.;1", sector=30, size=1),
    )
    found = read(rock(*entries, more=bytes(100) + far + bytes(SECTOR)))
    assert list(found.files) == ["Mixed-Case.img", "from-there", "c"]


def test_links_of_rock_ridge() -> None:
    entries = (Entry(name=b"A.;1", system_use=named(b"stable") + linked((4, b""), (0, b"trixie"))),)
    assert read(rock(*entries)).links == {"stable": "../trixie"}


def test_joliet_is_read_where_there_is_no_rock_ridge() -> None:
    root = directory([Entry(name="Größe.txt;1".encode("utf-16-be"), sector=30, size=5)], sector=21)
    parts = {20: directory([Entry(name=b"GR__E.TXT;1", sector=30, size=5)]), 21: root, 30: b"x"}
    assert list(read(image(parts, joliet=21)).files) == ["Größe.txt"]
    parts[20] = directory([Entry(name=b"A.;1", sector=30, size=5, system_use=named(b"rock"))], system_use=SP)
    assert list(read(image(parts, joliet=21)).files) == ["rock"]


@pytest.mark.parametrize("name", [b"..", b"a/b", b"../x", b"a\0b"])
def test_names_that_could_lead_elsewhere_are_left_out(name: bytes) -> None:
    assert read(rock(Entry(name=b"A.;1", sector=30, size=1, system_use=named(name)))).files == {}


BROKEN = {
    "nothing": b"",
    "no primary descriptor": bytes(100_000),
    "a directory within itself": image({20: directory([Entry(name=b"A", sector=20, size=SECTOR, flags=2)])}),
    "a directory behind the end": image({20: directory([Entry(name=b"A", sector=900, size=SECTOR, flags=2)])}),
    "a directory of gigabytes": image({20: directory([Entry(name=b"A", sector=20, size=0xFFFFF800, flags=2)])}),
    "a file behind the end": plain(Entry(name=b"A.;1", sector=30, size=5 * SECTOR)),
    "a record that is cut short": plain(Entry(name=b"A.;1", more={0: 20})),
    "a name longer than its record": plain(Entry(name=b"A.;1", more={32: 200})),
    "an interleaved file": plain(Entry(name=b"A.;1", more={26: 1})),
    "a volume larger than the image": image({20: directory(())}, sectors=1000),
    "an entry that goes on behind the end": rock(Entry(name=b"A.;1", system_use=continued(999, 0, 9))),
    "an entry that goes on in itself": rock(
        Entry(name=b"A.;1", system_use=continued(30, 0, 28)), more=continued(30, 0, 28).ljust(SECTOR, b"\0")
    ),
    "a moved directory behind the end": rock(Entry(name=b"A.;1", system_use=b"CL\x0c\1" + b"\xff" * 8)),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_damage_is_told(data: bytes) -> None:
    with pytest.raises(WireError):
        read(data)


def test_an_image_cut_at_any_sector_is_damaged() -> None:
    whole = image({20: directory([Entry(name=b"A.;1", sector=30, size=SECTOR)]), 30: b"x" * SECTOR})
    for kept in range(0, len(whole), SECTOR):
        with pytest.raises(WireError):
            read(whole[:kept])
