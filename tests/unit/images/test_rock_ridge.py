"""Entries of Rock Ridge: names, targets of links, and padding."""

import pytest

from netipl.errors import WireError
from netipl.images.rock_ridge import NOTHING, Extra, decode, skipped
from tests.unit.images.isos import SP, continued, linked, named


def nowhere(block: int, offset: int, length: int) -> bytes:
    raise AssertionError((block, offset, length))


@pytest.mark.parametrize(
    ("area", "extra"),
    [
        (b"", NOTHING),
        (b"\0\0\0\0", NOTHING),
        (b"NM\x05", NOTHING),
        (b"NM\x03\x01abc", NOTHING),
        (b"NM\xff\x01\x00abc", NOTHING),
        (named(b"abc"), Extra(name=b"abc")),
        (named(b"abc") + b"ST\x04\x01" + named(b"def"), Extra(name=b"abc")),
        (named(b"", 2), NOTHING),
        (b"PX\x24\x01" + bytes(32) + named(b"abc") + b"\0", Extra(name=b"abc")),
        (b"RE\x04\x01", Extra(relocated=True)),
        (b"CL\x0c\x01\x07\0\0\0\0\0\0\x07", Extra(child=7)),
        (linked((8, b""), (0, b"pool"), (0, b"a.deb")), Extra(link="/pool/a.deb")),
        (linked((2, b"")), Extra(link=".")),
        (linked((1, b"tri"), (0, b"xie")), Extra(link="trixie")),
        (linked((1, b"tri")) + linked((0, b"xie")), Extra(link="trixie")),
    ],
)
def test_entries(area: bytes, extra: Extra) -> None:
    assert decode(area, nowhere) == extra


def test_entries_go_on_elsewhere() -> None:
    places = {(7, 8, 9): named(b"b", 1) + continued(1, 2, 3), (1, 2, 3): named(b"c")}
    found = decode(named(b"a", 1) + continued(7, 8, 9), lambda *place: places[place])
    assert found.name == b"abc"


def test_entries_that_never_end_or_are_too_long() -> None:
    with pytest.raises(WireError, match="without an end"):
        decode(continued(1, 0, 28), lambda *place: continued(1, 0, 28))
    with pytest.raises(WireError, match="goes on for"):
        decode(continued(1, 0, 1 << 20), nowhere)


@pytest.mark.parametrize(
    ("area", "skip"),
    [
        (SP, 0),
        (bytes(14) + SP, 0),
        (SP[:-1] + b"\x0e", 14),
        (b"", None),
        (SP[:6], None),
        (SP.replace(b"\xbe", b"\0"), None),
    ],
)
def test_whether_it_is_used(area: bytes, skip: int | None) -> None:
    assert skipped(area) == skip
