"""The compressions of kernels and initrds: by which bytes each is known, and how it is unpacked with bounded memory.

The table is that of Linux (lib/decompress.c). LZO is known by name only: Linux alone still has it. Whatever is fed in,
at most `PIECE` bytes come out at a time and no dictionary is larger than `WINDOW`.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Protocol

from netipl.errors import WireError
from netipl.images import lz4

try:
    from compression import zstd  # type: ignore[import-not-found, unused-ignore]  # in Python 3.14 and later
except ImportError:
    from backports import zstd

PIECE = 1 << 20
WINDOW = 128 << 20
"""In bytes: the largest that Linux takes of zstd (lib/decompress_unzstd.c)."""


class Method(StrEnum):
    """As people name them."""

    GZIP = "gzip"
    BZIP2 = "bzip2"
    LZMA = "lzma"
    XZ = "xz"
    LZO = "lzo"
    LZ4 = "lz4"
    ZSTD = "zstd"


MAGICS: tuple[tuple[bytes, Method], ...] = (
    (b"\x1f\x8b", Method.GZIP),
    (b"BZh", Method.BZIP2),
    (b"\x5d\x00\x00", Method.LZMA),
    (b"\xfd7zXZ\0", Method.XZ),
    (b"\x89LZO\0\r\n\x1a\n", Method.LZO),
    (lz4.MAGIC, Method.LZ4),
    (b"\x28\xb5\x2f\xfd", Method.ZSTD),
)
LONGEST_MAGIC = max(len(magic) for magic, _ in MAGICS)


def method_of(head: bytes) -> Method | None:
    """By the first `LONGEST_MAGIC` bytes."""
    return next((method for magic, method in MAGICS if head.startswith(magic)), None)


class Decompressor(Protocol):
    """One stream, fed in pieces. `finished` at its end; what was fed and lies behind it is `unused` then."""

    @property
    def finished(self) -> bool: ...

    @property
    def unused(self) -> bytes: ...

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What `data` unpack to, at most a few MiB at a time. Raises WireError."""
        ...

    def end(self) -> None:
        """There are no more data. Raises WireError if the stream is not whole."""
        ...


def decompressor(method: Method) -> Decompressor:
    """Raises WireError for a compression that only Linux has."""
    try:
        return _DECOMPRESSORS[method]()
    except KeyError:
        raise WireError(f"{method} is unpacked by Linux alone") from None


def beginning(method: Method, pieces: Iterable[bytes], size: int) -> bytes:
    """The first `size` bytes that the pieces of a stream unpack to, or as many as there are before damage.

    bzip2 and lz4 tell nothing before a whole block, which may have megabytes; no more pieces are taken than needed.
    """
    unpacked = bytearray()
    with suppress(WireError):
        stream = decompressor(method)
        for piece in (made for data in pieces for made in stream.feed(data)):
            unpacked += piece
            if len(unpacked) >= size:
                break
    return bytes(unpacked[:size])


class _Bounded(Protocol):
    """What bz2, lzma and zstd have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib with the interface of the others."""

    def __init__(self) -> None:
        self._inside = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inside.eof

    @property
    def needs_input(self) -> bool:
        return not self._inside.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inside.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inside.decompress(self._inside.unconsumed_tail + data, max_length)


_FAULTS = (zlib.error, lzma.LZMAError, zstd.ZstdError, OSError, EOFError, ValueError, MemoryError)
"""What the libraries raise for data that are wrong, or that want more memory than they may have."""


class _Stream:
    """A `Decompressor` around one of the libraries."""

    def __init__(self, method: Method, inside: _Bounded) -> None:
        self._method = method
        self._inside = inside

    @property
    def finished(self) -> bool:
        return self._inside.eof

    @property
    def unused(self) -> bytes:
        return self._inside.unused_data

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            piece = self._inside.decompress(data, PIECE)
            while piece:
                yield piece
                piece = b"" if self._inside.eof else self._inside.decompress(b"", PIECE)
        except _FAULTS as error:
            raise WireError(f"the {self._method} data are damaged: {error}") from error

    def end(self) -> None:
        if not self._inside.eof:
            raise WireError(f"the {self._method} data end too early")


def _zstd() -> _Bounded:
    options = {zstd.DecompressionParameter.window_log_max: WINDOW.bit_length() - 1}
    made: _Bounded = zstd.ZstdDecompressor(options=options)
    return made


def _lzma(form: int) -> _Bounded:
    return lzma.LZMADecompressor(format=form, memlimit=WINDOW)


_DECOMPRESSORS: Mapping[Method, Callable[[], Decompressor]] = {
    Method.GZIP: lambda: _Stream(Method.GZIP, _Gzip()),
    Method.BZIP2: lambda: _Stream(Method.BZIP2, bz2.BZ2Decompressor()),
    Method.LZMA: lambda: _Stream(Method.LZMA, _lzma(lzma.FORMAT_ALONE)),
    Method.XZ: lambda: _Stream(Method.XZ, _lzma(lzma.FORMAT_XZ)),
    Method.LZ4: lz4.Decompressor,
    Method.ZSTD: lambda: _Stream(Method.ZSTD, _zstd()),
}
