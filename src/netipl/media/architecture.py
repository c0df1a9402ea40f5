"""The architectures that media are made for, under the names that distributions give them."""

import re
from collections.abc import Mapping
from typing import Final

from netipl.errors import RefusedError
from netipl.wire import printable

OURS: Final = "s390x"

NAMES: Final[Mapping[str, str]] = {
    "s390x": OURS,
    "s390": "s390",
    "x86_64": "x86_64",
    "amd64": "x86_64",
    "i386": "x86",
    "i586": "x86",
    "i686": "x86",
    "aarch64": "aarch64",
    "arm64": "aarch64",
    "armhf": "arm",
    "armhfp": "arm",
    "armv7": "arm",
    "armv7l": "arm",
    "armel": "arm",
    "ppc64le": "ppc64le",
    "ppc64el": "ppc64le",
    "powerpc": "ppc64le",
    "ppc64": "ppc64",
    "riscv64": "riscv64",
    "loongarch64": "loongarch64",
    "mips64el": "mips64el",
}
"""Theirs, and the kernel's `uname -m`, which we show."""

_WORD: Final = re.compile(rf"(?<![A-Za-z0-9])({'|'.join(sorted(NAMES, key=len, reverse=True))})(?![A-Za-z0-9])")


def named(text: str) -> str:
    """The architecture that stands in `text` as a word of its own, as in the name of an image; empty if none does."""
    found = _WORD.search(text)
    return NAMES[found[1]] if found else ""


def demanded(theirs: str, title: str) -> str:
    """`s390x`, if `theirs` is that. Raises RefusedError, which says what the tree is."""
    name = NAMES.get(theirs.lower(), theirs)
    if name == OURS:
        return OURS
    raise RefusedError(
        f"this is {printable(title, 80)} for {printable(name, 20)}",
        remedy=f"give the tree or image of the same version for {OURS}",
    )
