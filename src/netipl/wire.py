"""Bytes from outside: a reader that cannot overrun, and their text made safe to show.

Decides nothing about any format. All numbers on the wire are big-endian.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from netipl.errors import WireError


class Reader:
    """Reads forward through `data`; raises WireError instead of reading past its end."""

    __slots__ = ("_data", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    @property
    def remaining(self) -> int:
        """The number of bytes not yet read."""
        return len(self._data) - self._position

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        end = self._position + count
        if count < 0 or end > len(self._data):
            raise WireError(f"{count} bytes wanted, {self.remaining} left")
        taken = self._data[self._position : end]
        self._position = end
        return taken

    def take_until(self, terminator: bytes) -> bytes:
        """The bytes before the next `terminator`, which is read too and left out."""
        end = self._data.find(terminator, self._position)
        if end < 0:
            raise WireError(f"no {terminator.hex(' ')} in the {self.remaining} bytes left")
        taken = self._data[self._position : end]
        self._position = end + len(terminator)
        return taken

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(self.remaining)

    def u8(self) -> int:
        if self._position >= len(self._data):
            raise WireError("1 byte wanted, 0 left")
        self._position += 1
        return self._data[self._position - 1]

    def u16(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def u64(self) -> int:
        return int.from_bytes(self.take(8), "big")

    def ipv4(self) -> IPv4Address:
        return IPv4Address(self.take(4))


def tagged(data: bytes, *, pad: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Each code in `data` with the value behind it, whose length one byte says: up to `end`, with `pad` left out.

    Raises WireError for a value that ends beyond `data`. Faster than a Reader where every packet has many.
    """
    position = 0
    while position < len(data) and (code := data[position]) != end:
        if code == pad:
            position += 1
            continue
        first = position + 2
        if first > len(data) or (position := first + data[first - 1]) > len(data):
            raise WireError(f"the value of code {code} ends beyond the {len(data)} bytes there")
        yield code, data[first:position]


def printable(text: bytes | str, limit: int = 256) -> str:
    r"""`text` as one line that a terminal or a log takes safely: printable ASCII stays, the rest is \xNN or \uNNNN.

    Longer than `limit` characters is cut and ends in `...`. A backslash is doubled, so the escapes cannot be forged.
    """
    decoded = text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else text
    shown = "".join(map(_shown, decoded[: limit + 1]))
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."


def _shown(character: str) -> str:
    code = ord(character)
    if character == "\\":
        return "\\\\"
    if 0x20 <= code < 0x7F:
        return character
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8 (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
