"""An initrd as Linux unpacks it: what may follow what, and what it would stop at."""

import gzip

import pytest

from netipl.images import cpio, initrd
from netipl.images.compression import Method
from netipl.images.cpio_members import Member
from netipl.images.initrd import Archive, Initrd, InitrdReader
from tests.unit.images.archives import EARLY, PACKERS, SYSTEM, aligned

NAMES = [b"kernel", b"kernel/microcode", b"usr", b"usr/lib", b"lib", b"init"]


def read(data: bytes, step: int = 1 << 20) -> tuple[Initrd, list[Member]]:
    members: list[Member] = []
    reader = InitrdReader(members.append)
    for at in range(0, len(data), step):
        reader.feed(data[at : at + step])
    return reader.end(), members


@pytest.mark.parametrize("step", [1, 5, 1 << 20])
@pytest.mark.parametrize("method", PACKERS)
def test_plain_and_compressed_archives_follow_one_another(method: Method, step: int) -> None:
    packed = PACKERS[method](SYSTEM)
    start = len(aligned(EARLY + packed))
    found, members = read(aligned(EARLY + packed) + EARLY, step)
    assert found.fault == ""
    assert [member.name for member in members] == NAMES + NAMES[:2]
    assert [(each.offset, each.compression, each.members) for each in found.archives] == [
        (0, None, 2),
        (len(EARLY), method, 4),
        (start, None, 2),
    ]
    assert found.archives[1].unpacked == len(SYSTEM)
    assert found.members == 8


def test_one_stream_may_hold_several_archives() -> None:
    found, _ = read(gzip.compress(EARLY + SYSTEM))
    assert found.archives == [
        Archive(offset=0, compression=Method.GZIP, members=6, unpacked=len(EARLY) + len(SYSTEM)),
    ]


def test_a_compressed_archive_may_begin_anywhere() -> None:
    found, _ = read(EARLY + b"\0\0\0" + gzip.compress(SYSTEM))
    assert (found.fault, found.members) == ("", 6)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        pytest.param(b"junk junk", "at 0x0: neither a cpio archive nor compressed, but junk junk", id="junk"),
        pytest.param(b"junk", "at 0x0: neither a cpio archive nor compressed, but junk", id="too little to tell"),
        pytest.param(EARLY + b"junk junk", f"at {len(EARLY):#x}: neither", id="junk behind an archive"),
        pytest.param(EARLY + b"\0" + EARLY, "not begin on a multiple of 4", id="an archive that is not aligned"),
        pytest.param(EARLY[:300], "at 0x0: the cpio archive ends too early", id="an archive cut off"),
        pytest.param(gzip.compress(SYSTEM)[:-9], "gzip data end too early", id="a stream cut off"),
        pytest.param(gzip.compress(SYSTEM[:300]), "cpio archive ends too early", id="an archive cut off in a stream"),
        pytest.param(gzip.compress(b"text" * 9), "neither a cpio archive", id="a stream of something else"),
        pytest.param(gzip.compress(gzip.compress(EARLY)), "neither a cpio archive", id="compressed twice"),
        pytest.param(b"\x89LZO\0\r\n\x1a\n" + bytes(9), "lzo is unpacked by Linux alone", id="lzo"),
    ],
)
def test_what_linux_would_stop_at(data: bytes, fault: str) -> None:
    for step in (1, 1 << 20):
        assert fault in read(data, step)[0].fault


def test_nothing_but_zeros_is_an_initrd_without_archives() -> None:
    assert read(bytes(5000))[0] == Initrd()


def test_what_was_found_before_a_fault_is_kept() -> None:
    found, members = read(EARLY + b"junk junk" + SYSTEM)
    assert len(members) == found.members == 2


@pytest.mark.parametrize("method", PACKERS)
def test_every_truncation_is_a_fault_or_whole(method: Method) -> None:
    packed = EARLY + PACKERS[method](EARLY)
    for length in range(1, len(packed)):
        found, _ = read(packed[:length])
        assert found.fault or found.members in {2, 4}


def test_a_bomb_is_left_where_no_guest_could_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(initrd, "MOST_UNPACKED", 4 << 20)
    found, _ = read(gzip.compress(cpio.encode([cpio.file("bomb", bytes(6 << 20))])))
    assert "unpacks to more than" in found.fault
    assert found.unpacked <= 6 << 20
