"""Whether the CPU model of a guest is new enough for what is to run on it: machines of Z in the order of their age.

Sources: target/s390x/cpu_models.c of QEMU for the names of models; LinuxONE machines are of the same generations.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

GENERATIONS: Final[Mapping[str, int]] = MappingProxyType(
    {
        name: number
        for number, names in enumerate(
            (
                ("z900", "z800"),
                ("z990", "z890"),
                ("z9EC", "z9BC"),
                ("z10EC", "z10BC"),
                ("z196", "z114"),
                ("zEC12", "zBC12"),
                ("z13", "z13s"),
                ("z14", "z14ZR1"),
                ("z15", "gen15a", "gen15b"),
                ("z16", "gen16a", "gen16b"),
                ("z17", "gen17a", "gen17b"),
            )
        )
        for name in names
    }
)
"""By the names that people and QEMU use. Models as `host`, `max` and `qemu` depend on the machine, and are not here."""

_MODEL: Final = re.compile(r"([A-Za-z0-9]+)(?:\.\d)?(?:-base)?(?:,.*)?", re.DOTALL)


def is_enough(cpu: str | None, level: str) -> bool:
    """Whether a guest with this CPU model runs what needs `level`; so it is where either is not known."""
    found = _MODEL.fullmatch(cpu or "")
    have, need = GENERATIONS.get(found[1]) if found is not None else None, GENERATIONS.get(level)
    return have is None or need is None or have >= need
