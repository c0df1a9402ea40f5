"""The rows of the table by version, and the end of memory by version and by what is installed."""

from dataclasses import fields
from itertools import pairwise

import pytest

from netipl.firmware import limits
from netipl.firmware.limits import CAPABILITIES, MIB, SIZES, STRICTEST, TABLE, Limits, limits_of
from netipl.firmware.versions import Version


@pytest.mark.parametrize(
    ("version", "expected"),
    {
        "before 2.10 there is no network boot": (Version(2, 9), {"network_boot": False}),
        "2.10 loads a single file": (
            Version(2, 10),
            {"network_boot": True, "ins_lists": False, "configurations": False},
        ),
        "2.11 as well": (Version(2, 11), {"ins_lists": False, "configurations": False}),
        "2.12 reads .ins lists": (Version(2, 12), {"ins_lists": True, "configurations": False}),
        "3.0 reads configurations of 15 labels": (Version(3, 0), {"configurations": True, "labels": 15}),
        "9.2 does not name a missing server": (Version(9, 2), {"names_missing_server": False}),
        "10.0 does": (Version(10, 0), {"names_missing_server": True}),
        "9.1 is a separate image": (Version(9, 1), {"merged_image": False, "uninitialised_entries": True}),
        "9.1 tries one device, and wants 128 MiB": (Version(9, 1), {"boot_devices": 1, "least_memory": 128}),
        "9.2 tries eight, in 16 MiB": (Version(9, 2), {"boot_devices": 8, "least_memory": 16}),
        "9.2 is merged": (Version(9, 2), {"merged_image": True, "uninitialised_entries": False, "labels": 15}),
        "10.0 ignores loadparm": (Version(10, 0), {"loadparm_selects": False, "labels": 15}),
        "10.1 selects by loadparm, among 30 labels": (
            Version(10, 1),
            {"loadparm_selects": True, "menu": True, "labels": 30},
        ),
        "the future is like the newest": (Version(99, 0), {"loadparm_selects": True, "merged_image": True}),
    }.values(),
)
def test_a_version_has_its_row(version: Version, expected: dict[str, object]) -> None:
    row = limits_of(version)
    assert {name: getattr(row, name) for name in expected} == expected


def test_every_row_is_a_field_of_its_column() -> None:
    """And the other way round, so that no field is without evidence."""
    assert len(fields(Limits)) == len(CAPABILITIES) + 1
    for row in CAPABILITIES:
        firsts = [first for first, _ in row.since]
        assert firsts == sorted(set(firsts))
        assert firsts[0] == Version(0, 0)


def test_every_limit_is_a_size_with_its_unit() -> None:
    numbers = {value for name, value in vars(limits).items() if name.isupper() and type(value) is int and name != "MIB"}
    assert {size.limit for size in SIZES} == numbers


def test_an_unknown_version_is_the_strictest() -> None:
    able = [row for row in TABLE if row.network_boot and row.ins_lists and row.configurations]
    unknown = limits_of(None)
    assert unknown is STRICTEST
    assert unknown.labels == min(row.labels for row in able)
    assert unknown.memory(4096 * MIB) == min(row.memory(4096 * MIB) for row in able)
    assert unknown.uninitialised_entries
    assert not unknown.loadparm_selects


def test_rows_are_in_order_and_each_differs_from_the_one_before() -> None:
    firsts = [row.first for row in TABLE]
    assert firsts == sorted(set(firsts))
    names = [field.name for field in fields(Limits) if field.name != "first"]
    rows = [tuple(getattr(row, name) for name in names) for row in TABLE]
    assert all(before != after for before, after in pairwise(rows))


@pytest.mark.parametrize(
    ("version", "installed", "end"),
    {
        "the separate image ends what it loads, however much there is": (Version(7, 2), 8192 * MIB, 120 * MIB),
        "which is 120762368 bytes beside a kernel of 5066752": (Version(7, 2), 512 * MIB, 120_762_368 + 5_066_752),
        "a version that is not known has no more": (None, 8192 * MIB, 120 * MIB),
        "the merged image lies 3 MiB below the end of memory": (Version(10, 0), 512 * MIB, 509 * MIB),
        "at a multiple of 64 KiB": (Version(10, 0), 512 * MIB + 0x1234, 509 * MIB),
        "and below 2 GiB": (Version(10, 0), 8192 * MIB, 2045 * MIB),
    }.values(),
)
def test_files_end_below(version: Version | None, installed: int, end: int) -> None:
    assert limits_of(version).memory(installed) == end
