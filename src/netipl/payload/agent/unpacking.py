"""An image unpacked while it comes: gzip and xz by Python, zstd by its program, since Python has it from 3.14 only.

Several streams one behind the other are one, as gzip(1), xz(1) and zstd(1) have it; what follows the last is a fault,
but for zeros behind gzip and xz, which are padding.
"""

import lzma
import os
import select
import subprocess
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from netipl.answers.orders import Form
from netipl.errors import UnavailableError, WireError

PIECE: Final = 1 << 20
_MEMORY: Final = 128 << 20
"""The most that a dictionary may have, in bytes."""
_FAULTS: Final = (zlib.error, lzma.LZMAError, EOFError, MemoryError)


def unpacked(form: Form, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What `pieces` unpack to, at most `PIECE` bytes at a time. Raises WireError for damage."""
    if form is Form.RAW:
        return iter(pieces)
    return _by_zstd(pieces) if form is Form.ZSTD else _by_python(form, pieces)


class _Gzip:
    """zlib as lzma has it."""

    def __init__(self) -> None:
        self._inside = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inside.eof

    @property
    def unused_data(self) -> bytes:
        return self._inside.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        return self._inside.decompress(self._inside.unconsumed_tail + data, most)


def _xz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_MEMORY)


def _by_python(form: Form, pieces: Iterable[bytes]) -> Iterator[bytes]:
    begin: Callable[[], _Gzip | lzma.LZMADecompressor] = _Gzip if form is Form.GZIP else _xz
    stream = begin()
    begun = False
    for piece in pieces:
        data = piece
        while data := data if begun else data.lstrip(b"\0"):
            begun = True
            try:
                out = stream.decompress(data, PIECE)
                while out:
                    yield out
                    out = b"" if stream.eof else stream.decompress(b"", PIECE)
            except _FAULTS as error:
                raise WireError(f"the {form} data are damaged: {error}") from error
            data = b""
            if stream.eof:
                data = stream.unused_data
                stream, begun = begin(), False
    if begun:
        raise WireError(f"the {form} data end too early")


def _by_zstd(pieces: Iterable[bytes]) -> Iterator[bytes]:
    command = ["zstd", "--decompress", "--stdout", "--quiet", f"--memory={_MEMORY}"]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as error:
        raise UnavailableError(f"zstd does not start: {error.strerror}") from error
    with process:
        try:
            yield from _through(process, pieces)
            assert process.stderr is not None  # asked for
            complaint = process.stderr.read().decode(errors="replace").strip()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise WireError(f"the zstd data are damaged: {complaint}")


def _through(process: "subprocess.Popen[bytes]", pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What the program gives for `pieces`; it may end before it has taken them all."""
    assert process.stdin is not None  # asked for
    assert process.stdout is not None
    feed, output = process.stdin.fileno(), process.stdout.fileno()
    os.set_blocking(feed, False)
    for piece in pieces:
        rest = memoryview(piece)
        while rest:
            readable, writable, _ = select.select([output], [feed], [])
            if readable:
                if not (out := os.read(output, PIECE)):
                    return
                yield out
            if writable:
                try:
                    rest = rest[os.write(feed, rest) :]
                except BrokenPipeError:
                    rest = rest[:0]
    process.stdin.close()
    while out := os.read(output, PIECE):
        yield out
