"""Which bytes a Range header asks for (RFC 9110, 14.1.2 and 14.2): one range of bytes; all else is ignored."""

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes from `start` up to `stop`, which is left out."""

    start: int
    stop: int

    def content_range(self, size: int) -> str:
        """As the Content-Range header of a 206 says it."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


class Unsatisfiable:
    """The range begins behind the end: 416."""


def byte_range(header: str, size: int) -> ByteRange | Unsatisfiable | None:
    """What of `size` bytes `header` asks for. None for several ranges, other units and nonsense: send everything."""
    found = _ONE_RANGE.fullmatch(header)
    if not found or found[1] == found[2] == "":
        return None
    if found[1] == "":
        suffix = min(int(found[2]), size)
        return ByteRange(size - suffix, size) if suffix else Unsatisfiable()
    first = int(found[1])
    last = int(found[2]) if found[2] else size - 1
    if found[2] and last < first:
        return None
    return ByteRange(first, min(last + 1, size)) if first < size else Unsatisfiable()
