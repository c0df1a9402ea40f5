"""The version of a kernel whose parameter area does not tell it: Linux's own banner, plain or in what is compressed.

The compressed kernel has no fixed place in the image, so it is tried wherever one of the magics stands. Sources: Linux
init/version.c, arch/s390/boot/compressed.
"""

import re
from collections.abc import Iterator

from netipl.errors import WireError
from netipl.images.compression import MAGICS, Method, decompressor

MOST_READ = 64 << 20
"""Kernels are smaller; in bytes."""

_BANNER = re.compile(rb"Linux version ([0-9][ -~]{2,400})[\n\0]")
_LONGEST_BANNER = 512
_MOST_TRIED = 64
_MOST_UNPACKED = 256 << 20
_STEP = 1 << 18
_MAGICS = {**{method: magic for magic, method in MAGICS}, Method.GZIP: b"\x1f\x8b\x08"}


def version_in(image: bytes) -> str:
    """The version that the first `MOST_READ` bytes of an image tell; empty where they tell none."""
    plain = _BANNER.search(image)
    if plain:
        return plain[1].decode("ascii")
    for _, (offset, method) in zip(range(_MOST_TRIED), _candidates(image), strict=False):
        found = _unpacked_version(image, offset, method)
        if found:
            return found
    return ""


def _candidates(image: bytes) -> Iterator[tuple[int, Method]]:
    """Where something compressed may begin, in order."""
    places = [
        (found.start(), method) for method, magic in _MAGICS.items() for found in re.finditer(re.escape(magic), image)
    ]
    yield from sorted(places)


def _unpacked_version(image: bytes, offset: int, method: Method) -> str:
    before, unpacked = b"", 0
    try:
        stream = decompressor(method)
        for start in range(offset, len(image), _STEP):
            for piece in stream.feed(image[start : start + _STEP]):
                found = _BANNER.search(before + piece)
                if found:
                    return found[1].decode("ascii")
                before, unpacked = piece[-_LONGEST_BANNER:], unpacked + len(piece)
            if stream.finished or unpacked > _MOST_UNPACKED:
                return ""
    except WireError:
        return ""
    return ""
