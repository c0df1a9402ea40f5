"""Rock Ridge: the names, symbolic links and moved directories that ISO 9660 has no room for.

Sources: IEEE P1281 (SUSP: how entries lie in a record and go on elsewhere) and P1282 (RRIP: NM, SL, CL, RE).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from netipl.errors import WireError

_MOST_CONTINUED: Final = 32
_MOST_AREA: Final = 1 << 16
_SP: Final = b"\xbe\xef"
_CONTINUE, _CURRENT, _PARENT, _ROOT = 1, 2, 4, 8

Continued = Callable[[int, int, int], bytes]
"""`continued(block, offset, length)`: the bytes there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """What a record says beyond ISO 9660. `child` is the block of a directory that was moved; `link` is a target.

    `relocated` is the place that such a directory was moved to, which nobody shall see.
    """

    name: bytes = b""
    link: str | None = None
    child: int | None = None
    relocated: bool = False


NOTHING: Final = Extra()


def skipped(system_use: bytes) -> int | None:
    """From the root's first record: the bytes before the entries of all others; None without Rock Ridge."""
    for skip in (0, 14):  # CD-ROM XA puts 14 bytes before
        entry = system_use[skip : skip + 7]
        if len(entry) == 7 and entry[:3] == b"SP\x07" and entry[4:6] == _SP:
            return entry[6]
    return None


def decode(area: bytes, continued: Continued) -> Extra:
    """Raises WireError."""
    name, target, child, relocated = bytearray(), _Target(), None, False
    for signature, data in _entries(area, continued):
        match signature:
            case b"NM" if data:
                if not data[0] & (_CURRENT | _PARENT):
                    name += data[1:]
            case b"SL" if data:
                target.add(data[1:])
            case b"CL" if len(data) >= 8:
                child = int.from_bytes(data[:4], "little")
            case b"RE":
                relocated = True
    return Extra(name=bytes(name), link=target.text, child=child, relocated=relocated)


class _Target:
    """Of a symbolic link, put together from its components."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._pending = bytearray()
        self._there = False

    @property
    def text(self) -> str | None:
        return "/".join(self._parts) if self._there else None

    def add(self, data: bytes) -> None:
        self._there = True
        while len(data) >= 2:
            flags, length = data[0], data[1]
            text, data = data[2 : 2 + length], data[2 + length :]
            if flags & _CURRENT:
                self._parts.append(".")
            elif flags & _PARENT:
                self._parts.append("..")
            elif flags & _ROOT:
                self._parts = [""]
            else:
                self._pending += text
                if not flags & _CONTINUE:
                    self._parts.append(self._pending.decode("utf-8", "surrogateescape"))
                    self._pending.clear()


def _entries(area: bytes, continued: Continued) -> Iterator[tuple[bytes, bytes]]:
    """Signature and data of each, through the areas that they go on in."""
    for _ in range(_MOST_CONTINUED):
        following = None
        position = 0
        while position + 4 <= len(area):
            signature, length = area[position : position + 2], area[position + 2]
            if length < 4 or position + length > len(area):
                break  # padding
            data = area[position + 4 : position + length]
            position += length
            if signature == b"ST":
                break
            if signature == b"CE" and len(data) >= 24:
                following = tuple(int.from_bytes(data[at : at + 4], "little") for at in (0, 8, 16))
            else:
                yield signature, data
        if following is None:
            return
        block, offset, length = following
        if length > _MOST_AREA:
            raise WireError(f"an entry of Rock Ridge goes on for {length} bytes")
        area = continued(block, offset, length)
    raise WireError("the entries of Rock Ridge go on without an end")
