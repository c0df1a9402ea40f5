"""Generations of CPU models, under all names that QEMU gives them."""

import pytest

from netipl.firmware.cpu_models import GENERATIONS, UNKNOWN, generation, is_older


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("z900", 7),
        ("z990.5-base", 8),
        ("z9EC.3", 9),
        ("z10BC.2-base", 10),
        ("z114", 11),
        ("zec12", 12),
        ("z13s-base", 13),
        ("z14,msa5=off", 14),
        ("gen15b", 15),
        ("z16", 16),
        ("gen17a-base", 17),
        ("", None),
        ("z1", None),
        ("power9", None),
        ("z14.x", None),
    ],
)
def test_the_generation(model: str, found: int | None) -> None:
    assert generation(model) == found


def test_what_differs_by_host_is_not_known() -> None:
    assert {generation(model) for model in UNKNOWN} == {None}


def test_the_older_of_two() -> None:
    assert is_older("z13", "z14")
    assert not is_older("z14", "z14ZR1")
    assert not is_older("z15", "z14")
    assert not is_older("qemu", "z14")
    assert not is_older("z13", "")


def test_later_machines_come_later() -> None:
    assert min(GENERATIONS.values()) == 7
    assert max(GENERATIONS.values()) == 17
