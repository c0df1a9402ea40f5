"""The sum of one file, an ISO image or that of a disk, that lies beside it: under which names it is looked for.

Also which name a list's signature has. Whether a signature is good is asked elsewhere.
"""

from collections.abc import Mapping
from typing import Final

from netipl.media import checksums
from netipl.media.recognition import Signed, Sum
from netipl.media.relative import relative

_SIGNATURES: Final[Mapping[str, tuple[str, ...]]] = {
    "SHA256SUMS": ("SHA256SUMS.gpg", "SHA256SUMS.sign"),
    "SHA512SUMS": ("SHA512SUMS.gpg", "SHA512SUMS.sign"),
    "CHECKSUM": ("", "CHECKSUM.asc"),
    "CHECKSUMS": ("CHECKSUMS.asc",),
    "sha256sum.txt": ("sha256sum.txt.gpg", "sha256sum.txt.sig"),
    "MD5SUMS": ("MD5SUMS.gpg", "MD5SUMS.sign"),
}
LISTS: Final = tuple(_SIGNATURES)
_ENDINGS: Final = (".sha256", ".sha256sum", ".sha512", "-CHECKSUM", ".CHECKSUM")


def names(file: str) -> tuple[str, ...]:
    """The files beside `file` that may say its sum; both are names in one directory."""
    return (*(f"{file}{ending}" for ending in _ENDINGS), *LISTS)


def signatures_of(name: str) -> tuple[str, ...]:
    """The names that the signature of `name` may have; an empty one is inside of the file."""
    if name in _SIGNATURES:
        return _SIGNATURES[name]
    return ("", f"{name}.asc") if name.endswith("CHECKSUM") else (f"{name}.asc", f"{name}.gpg")


def sum_of(file: str, clues: Mapping[str, bytes | None]) -> tuple[Sum, Signed] | None:
    """What the first list that knows `file` says of it. Raises WireError for a list that is damaged."""
    file = relative(file)
    for name in names(file):
        data = clues.get(name)
        if data is not None and (told := _told(data, file)) is not None:
            return told, Signed(name=name, signatures=signatures_of(name))
    return None


def _told(data: bytes, file: str) -> Sum | None:
    words = data.split(maxsplit=1)
    if len(words) == 1 and words[0].isascii():
        return checksums.digest(words[0].decode())
    return checksums.decode(data).get(file)
