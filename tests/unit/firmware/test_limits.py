"""The table of limits: which row holds for which version, and the memory of each."""

import pytest

from netipl.firmware.limits import MIB, STRICTEST, TABLE, Limits, limits_of
from netipl.firmware.versions import Version


def test_rows_stand_in_order_and_the_first_holds_for_all_older_versions() -> None:
    firsts = [row.first for row in TABLE]
    assert firsts == sorted(set(firsts))
    assert firsts[0] == Version(0, 0)


def test_an_unknown_version_is_the_strictest() -> None:
    assert limits_of(None) is STRICTEST
    assert STRICTEST.labels == min(row.labels for row in TABLE)
    assert STRICTEST.uninitialised_entries
    assert not STRICTEST.merged_image
    assert not STRICTEST.loadparm_selects


@pytest.mark.parametrize(
    ("version", "field", "value"),
    [
        (Version(2, 9), "network_boot", False),
        (Version(2, 10), "network_boot", True),
        (Version(2, 12), "configurations", False),
        (Version(3, 0), "configurations", True),
        (Version(8, 0), "names_missing_server", False),
        (Version(8, 1), "names_missing_server", True),
        (Version(9, 1), "merged_image", False),
        (Version(9, 2), "merged_image", True),
        (Version(10, 0), "labels", 15),
        (Version(10, 1), "labels", 30),
        (Version(10, 0), "loadparm_selects", False),
        (Version(11, 1), "loadparm_selects", True),
        (Version(99, 0), "loadparm_selects", True),
    ],
)
def test_a_change_holds_from_its_version_on(version: Version, field: str, value: object) -> None:
    assert getattr(limits_of(version), field) == value


@pytest.mark.parametrize(
    ("limits", "installed", "end"),
    [
        (limits_of(Version(7, 2)), 4096 * MIB, 125_829_120),  # measured: 120762368 bytes beside 5066752
        (limits_of(Version(10, 0)), 256 * MIB, 0xFD00000),
        (limits_of(Version(10, 0)), 512 * MIB, 0x1FD00000),
        (limits_of(Version(10, 0)), 8192 * MIB, 0x7FD00000),
    ],
)
def test_memory_ends_where_the_firmware_stands(limits: Limits, installed: int, end: int) -> None:
    assert limits.memory(installed) == end
