"""qcow2 images by hand: every kind of cluster, what is refused and why, and damage."""

import zlib

import pytest

from netipl.errors import RefusedError, WireError
from netipl.images.compression import Method
from netipl.images.qcow2 import LARGEST, Image, decode, exactly, is_image
from netipl.images.qcow2_map import Pread
from tests.unit.images.archives import PACKERS
from tests.unit.images.qcow2s import CLUSTER, Header, Made, compressed

DATA = bytes(range(256)) * (CLUSTER // 256)


def reader(data: bytes) -> Pread:
    return lambda offset, length: data[offset : offset + length]


def image(header: Header) -> Image:
    return decode(reader(bytes(Made(header=header))))


def raw(made: Made) -> bytes:
    pread = reader(bytes(made))
    return b"".join(decode(pread).raw(pread))


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-12)
    return packer.compress(data) + packer.flush()


def test_data_zeros_and_what_is_not_there() -> None:
    assert raw(Made(l2=(3 * CLUSTER, 1, 0), clusters={3: DATA})) == DATA + bytes(2 * CLUSTER)
    assert raw(Made(l2=(3 * CLUSTER | 1, 0, 3 * CLUSTER | 1 << 63), clusters={3: DATA})) == bytes(2 * CLUSTER) + DATA


def test_version_2_has_no_flag_for_zeros() -> None:
    assert raw(Made(header=Header(version=2), l2=(3 * CLUSTER | 1,), clusters={3: DATA}))[:CLUSTER] == DATA


@pytest.mark.parametrize(
    ("header", "packed"),
    [
        (Header(), deflated(DATA)),
        (Header(version=2), deflated(DATA)),
        (Header(incompatible=8, compression=1), PACKERS[Method.ZSTD](DATA)),
        (Header(incompatible=8, compression=0), deflated(DATA)),
    ],
    ids=["deflate", "deflate in version 2", "zstd", "deflate by name"],
)
def test_compressed_clusters(header: Header, packed: bytes) -> None:
    place = 3 * CLUSTER + 77
    made = Made(header=header, l2=(0, compressed(place, len(packed))), clusters={3: bytes(77) + packed + b"rest"})
    assert raw(made) == bytes(CLUSTER) + DATA + bytes(CLUSTER)


def test_a_disk_may_end_within_a_cluster() -> None:
    made = Made(header=Header(size=CLUSTER + 512), l2=(0, 3 * CLUSTER), clusters={3: DATA[:512]})
    assert raw(made) == bytes(CLUSTER) + DATA[:512]


def test_the_size_of_a_disk_without_bytes() -> None:
    assert raw(Made(header=Header(size=0, l1_entries=0))) == b""


def test_snapshots_are_counted_and_dirt_does_no_harm() -> None:
    found = image(Header(snapshots=2, incompatible=1))
    assert (found.version, found.size, found.snapshots) == (3, 3 * CLUSTER, 2)


REFUSED = {
    "backing file": (Header(backing=512), "its backing file"),
    "encrypted": (Header(encryption=2), "encrypted"),
    "encrypted, version 2": (Header(encryption=1, version=2), "encrypted"),
    "external data": (Header(incompatible=4), "in another file"),
    "corrupt": (Header(incompatible=2), "corrupt"),
    "unknown feature": (Header(incompatible=1 << 40), "0x10000000000"),
    "unknown compression": (Header(incompatible=8, compression=9), "not known here"),
    "version 4": (Header(version=4), "version 4"),
    "version 1": (Header(version=1), "version 1"),
}


@pytest.mark.parametrize(("header", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_with_a_remedy(header: Header, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason) as refused:
        image(header)
    assert "qemu-img" in refused.value.remedy


@pytest.mark.parametrize(
    "made",
    [
        Made(header=Header(bits=8)),
        Made(header=Header(bits=22)),
        Made(header=Header(bits=0xFFFFFFFF)),
        Made(header=Header(size=LARGEST + 1)),
        Made(header=Header(l1_entries=0)),
        Made(header=Header(l1_place=1 << 60)),
        Made(l1=(2 * CLUSTER + 512,)),
        Made(l1=(1 << 50,)),
        Made(l2=(3 * CLUSTER + 512,), clusters={4: b""}),
        Made(l2=(9 * CLUSTER,)),
        Made(l2=(compressed(9 * CLUSTER, 100),)),
        Made(l2=(compressed(3 * CLUSTER, 100),), clusters={3: b"\xff" * 512}),
        Made(l2=(compressed(3 * CLUSTER, 100),), clusters={3: deflated(b"short")}),
        Made(
            header=Header(incompatible=8, compression=1), l2=(compressed(3 * CLUSTER, 99),), clusters={3: b"\xff" * 512}
        ),
    ],
)
def test_damage_is_told(made: Made) -> None:
    with pytest.raises(WireError):
        raw(made)


def test_a_header_that_is_cut_short() -> None:
    whole = bytes(Header())
    for kept in range(80):
        with pytest.raises(WireError):
            decode(reader(whole[:kept]))


def test_a_cluster_that_unpacks_to_more_ends_with_the_cluster() -> None:
    packed = deflated(DATA * 100)
    made = Made(l2=(compressed(3 * CLUSTER, len(packed)),), clusters={3: packed})
    assert raw(made)[:CLUSTER] == DATA


def test_an_image_is_known_by_its_magic() -> None:
    assert is_image(bytes(Header()))
    assert not is_image(b"QFI")


def test_a_read_that_is_too_short_is_damage() -> None:
    assert exactly(reader(b"abc"), 1, 2) == b"bc"
    with pytest.raises(WireError, match="ends early"):
        exactly(reader(b"abc"), 1, 3)
