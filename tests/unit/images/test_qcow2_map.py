"""The extents of a qcow2 image: put together, cut at the disk's end, in parts of clusters."""

import pytest

from netipl.errors import WireError
from netipl.images.qcow2_map import Extent, Geometry, Kind, exactly, extents
from tests.unit.images.qcow2s import BITS, CLUSTER, Header, Made

PART = CLUSTER // 32
PLAIN = Geometry(cluster_bits=BITS, size=4 * CLUSTER, l1_place=CLUSTER, l1_entries=1)
EXTENDED = Geometry(cluster_bits=BITS, size=CLUSTER, l1_place=CLUSTER, l1_entries=1, extended=True)


def of(geometry: Geometry, *l2: int, l1: tuple[int, ...] = (2 * CLUSTER,)) -> list[Extent]:
    data = bytes(Made(header=Header(), l1=l1, l2=l2))
    return list(extents(lambda offset, length: data[offset : offset + length], geometry))


def test_what_goes_on_is_one_extent() -> None:
    found = of(PLAIN, 5 * CLUSTER, 6 * CLUSTER, 8 * CLUSTER, 0)
    assert found == [
        Extent(0, 2 * CLUSTER, Kind.DATA, 5 * CLUSTER, 2 * CLUSTER),
        Extent(2 * CLUSTER, CLUSTER, Kind.DATA, 8 * CLUSTER, CLUSTER),
        Extent(3 * CLUSTER, CLUSTER, Kind.ZEROS),
    ]


def test_what_lies_behind_the_disk_is_cut_off() -> None:
    geometry = Geometry(cluster_bits=BITS, size=CLUSTER + 512, l1_place=CLUSTER, l1_entries=1)
    assert of(geometry, 5 * CLUSTER, 6 * CLUSTER, 7 * CLUSTER) == [
        Extent(0, CLUSTER + 512, Kind.DATA, 5 * CLUSTER, CLUSTER + 512)
    ]


def test_a_missing_table_is_zeros_of_all_that_it_would_tell_of() -> None:
    geometry = Geometry(cluster_bits=BITS, size=2 << 40, l1_place=CLUSTER, l1_entries=1 << 12)
    assert geometry.covered == 512 << 20
    assert of(geometry, l1=(0,) * (1 << 12)) == [Extent(0, 2 << 40, Kind.ZEROS)]


@pytest.mark.parametrize(
    ("bitmap", "found"),
    [
        (0, [Extent(0, CLUSTER, Kind.ZEROS)]),
        (0xFFFFFFFF, [Extent(0, CLUSTER, Kind.DATA, 5 * CLUSTER, CLUSTER)]),
        (0xFFFFFFFF << 32, [Extent(0, CLUSTER, Kind.ZEROS)]),
        (
            0b110 | 1 << 40,
            [
                Extent(0, PART, Kind.ZEROS),
                Extent(PART, 2 * PART, Kind.DATA, 5 * CLUSTER + PART, 2 * PART),
                Extent(3 * PART, 29 * PART, Kind.ZEROS),
            ],
        ),
    ],
)
def test_the_parts_of_a_cluster(bitmap: int, found: list[Extent]) -> None:
    assert of(EXTENDED, 5 * CLUSTER, bitmap) == found


@pytest.mark.parametrize(("entry", "bitmap"), [(5 * CLUSTER, 1 | 1 << 32), (0, 1)])
def test_a_part_that_is_both_or_nowhere_is_damage(entry: int, bitmap: int) -> None:
    with pytest.raises(WireError, match="is data and is not"):
        of(EXTENDED, entry, bitmap)


def test_too_few_tables_are_damage() -> None:
    with pytest.raises(WireError, match="too few or too many"):
        of(Geometry(cluster_bits=BITS, size=1 << 40, l1_place=CLUSTER, l1_entries=1))


def test_a_table_of_gigabytes_is_damage() -> None:
    with pytest.raises(WireError, match="too few or too many"):
        of(Geometry(cluster_bits=9, size=1 << 46, l1_place=CLUSTER, l1_entries=1 << 31))


def test_a_read_that_is_too_short_is_damage() -> None:
    with pytest.raises(WireError, match="ends early"):
        exactly(lambda offset, length: b"", 0, 1)
