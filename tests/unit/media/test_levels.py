"""The oldest machine of each version."""

import pytest

from netipl.firmware.cpu_models import generation
from netipl.media.families import FAMILIES
from netipl.media.levels import level
from netipl.media.rhel import LEVELS


@pytest.mark.parametrize(
    ("title", "version", "machine"),
    [
        ("Red Hat Enterprise Linux 6.10", "6.10", ""),
        ("Red Hat Enterprise Linux 8.10", "8.10", "z13"),
        ("Rocky Linux 9.4", "9.4", "z14"),
        ("CentOS Stream 10", "10", "z14"),
        ("Fedora 41", "41", "zEC12"),
    ],
)
def test_the_level_of_a_version(title: str, version: str, machine: str) -> None:
    assert level(LEVELS, title, version) == machine


def test_every_level_is_a_machine_that_is_known_and_says_its_source() -> None:
    rows = [row for family in FAMILIES.values() for row in family.levels]
    assert [row for row in rows if generation(row.machine) is None or not row.source] == []
