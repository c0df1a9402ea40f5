"""The CPU models that QEMU knows, by generation, and which of two is the older machine.

Source: `qemu-system-s390x -cpu help` of 7.2; of gen17 and the names z15 to z17, QEMU target/s390x/cpu_models.c and IBM.
What `qemu`, `max` and `host` stand for depends on where they run, and is not known here.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

GENERATIONS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "z900": 7,
        "z800": 7,
        "z990": 8,
        "z890": 8,
        "z9EC": 9,
        "z9BC": 9,
        "z10EC": 10,
        "z10BC": 10,
        "z196": 11,
        "z114": 11,
        "zEC12": 12,
        "zBC12": 12,
        "z13": 13,
        "z13s": 13,
        "z14": 14,
        "z14ZR1": 14,
        "gen15a": 15,
        "gen15b": 15,
        "gen16a": 16,
        "gen16b": 16,
        "gen17a": 17,
        "gen17b": 17,
        "z15": 15,
        "z16": 16,
        "z17": 17,
    }
)
"""By name without what follows a dot, or `-base`."""

UNKNOWN: Final = ("qemu", "max", "host", "host-model", "host-passthrough")
"""Names that mean something else on each host."""

_CASELESS: Final = {name.lower(): number for name, number in GENERATIONS.items()}
_EXTRA: Final = re.compile(r"(?:\.\d+)?(?:-base)?(?:,.*)?$")


def generation(model: str) -> int | None:
    """Of `z14`, `z14.2-base`, or `z14,msa5=off`; None where nobody can tell."""
    return _CASELESS.get(_EXTRA.sub("", model.strip()).lower())


def is_older(model: str, level: str) -> bool:
    """Whether `model` is known to be of an older generation than the machine `level`."""
    ours, theirs = generation(model), generation(level)
    return ours is not None and theirs is not None and ours < theirs
