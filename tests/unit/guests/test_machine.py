"""Whether a CPU model is new enough for what is to run on it."""

import pytest

from netipl.guests.machine import GENERATIONS, is_enough


@pytest.mark.parametrize(
    ("cpu", "level", "enough"),
    [
        ("z14", "z14", True),
        ("z15", "z14", True),
        ("gen15a", "z15", True),
        ("gen16b,aes=off", "z15", True),
        ("z13.2-base", "z14", False),
        ("z13", "z14", False),
        ("z13s,vx=off", "z14", False),
        ("zEC12", "z196", True),
        ("z114", "zEC12", False),
        (None, "z14", True),
        ("host", "z14", True),
        ("qemu", "z14", True),
        ("z13", "", True),
        ("z13", "z99", True),
    ],
)
def test_a_machine_is_compared_by_its_generation_and_what_is_not_known_is_not_refused(
    cpu: str | None, level: str, enough: bool
) -> None:
    assert is_enough(cpu, level) is enough


def test_the_generations_are_in_order() -> None:
    assert [*GENERATIONS.values()] == sorted(GENERATIONS.values())
