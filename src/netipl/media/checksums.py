"""Lists of sums as media carry them: GNU (`DIGEST  NAME`), BSD (`SHA256 (NAME) = DIGEST`), SUSE's `content`.

Of a list that was signed in the clear (RFC 9580, 7), only what lies inside of the signature counts. Nothing is opened.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from netipl.errors import WireError
from netipl.media.recognition import Algorithm, Sum
from netipl.media.relative import relative
from netipl.wire import printable

_DIGITS: Final = {
    32: Algorithm.MD5,
    40: Algorithm.SHA1,
    64: Algorithm.SHA256,
    96: Algorithm.SHA384,
    128: Algorithm.SHA512,
}
"""The algorithm, by how many digits a digest has."""

_GNU: Final = re.compile(r"([0-9A-Fa-f]{32,128}) [ *](.+)")
_BSD: Final = re.compile(r"(MD5|SHA1|SHA256|SHA384|SHA512) \((.+)\) = ([0-9A-Fa-f]{32,128})")
_CONTENT: Final = re.compile(r"(?:HASH|META|KEY) (?:MD5|SHA1|SHA256|SHA384|SHA512) ([0-9A-Fa-f]{32,128}) +(.+)")
_BEGIN, _SIGNATURE = "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----"
_ORDER: Final = tuple(Algorithm)


def decode(data: bytes) -> Mapping[str, Sum]:
    """By name, the strongest sum of each. Lines that say nothing of sums are passed over; bad names raise WireError."""
    sums: dict[str, Sum] = {}
    for line in _signed(data.decode("utf-8", "surrogateescape").splitlines()):
        if (found := _sum(line)) is None:
            continue
        name, told = found
        known = sums.get(name)
        if known is not None and known.algorithm is told.algorithm and known != told:
            raise WireError(f"there are two sums of {printable(name, 60)}")
        if known is None or _ORDER.index(known.algorithm) < _ORDER.index(told.algorithm):
            sums[name] = told
    return sums


def digest(text: str, algorithm: str = "") -> Sum:
    """Of a sum that stands alone. `algorithm` is its name, where one is said. Raises WireError."""
    kind = _DIGITS.get(len(text)) if re.fullmatch("[0-9A-Fa-f]+", text) else None
    if kind is None or (algorithm and kind != algorithm.lower()):
        raise WireError(f"'{printable(text, 40)}' is no sum{f' of {printable(algorithm, 20)}' if algorithm else ''}")
    return Sum(algorithm=kind, digest=text.lower())


def _sum(line: str) -> tuple[str, Sum] | None:
    if found := _BSD.fullmatch(line):
        return relative(found[2]), digest(found[3], found[1])
    if found := _GNU.fullmatch(line) or _CONTENT.fullmatch(line):
        return relative(found[2]), digest(found[1])
    return None


def _signed(lines: list[str]) -> Iterator[str]:
    """The lines inside of a signature, unescaped; all, where there is none."""
    if _BEGIN not in lines:
        yield from lines
        return
    first = lines.index(_BEGIN)
    if _SIGNATURE not in lines[first:]:
        raise WireError("the list is signed in the clear, and the signature is missing")
    body = lines[first + 1 : lines.index(_SIGNATURE, first)]
    start = body.index("") + 1 if "" in body else len(body)
    yield from (line.removeprefix("- ") for line in body[start:])
