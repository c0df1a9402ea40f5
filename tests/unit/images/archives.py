"""Archives for the tests, packed in every way that Linux takes and a library here makes."""

import bz2
import gzip
import lzma
from collections.abc import Callable, Mapping

from netipl.images import cpio, lz4
from netipl.images.compression import Method

try:
    from compression import zstd  # type: ignore[import-not-found, unused-ignore]  # in Python 3.14 and later
except ImportError:
    from backports import zstd


def lz4_packed(data: bytes, block: int = 1 << 16) -> bytes:
    """The legacy form, of literals alone, in blocks of so many bytes."""
    packed = bytearray(lz4.MAGIC)
    for start in range(0, len(data), block):
        literals = data[start : start + block]
        rest = len(literals) - 15
        length = b"\xf0" + b"\xff" * (rest // 255) + bytes([rest % 255]) if rest >= 0 else bytes([len(literals) << 4])
        packed += (len(length) + len(literals)).to_bytes(4, "little") + length + literals
    return bytes(packed)


PACKERS: Mapping[Method, Callable[[bytes], bytes]] = {
    Method.GZIP: lambda data: gzip.compress(data, mtime=0),
    Method.BZIP2: bz2.compress,
    Method.LZMA: lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE, preset=0),
    Method.XZ: lambda data: lzma.compress(data, preset=0),
    Method.LZ4: lz4_packed,
    Method.ZSTD: zstd.compress,
}

EARLY = cpio.encode([cpio.directory("kernel"), cpio.file("kernel/microcode", b"\0" * 50)])
SYSTEM = cpio.encode(
    [cpio.directory("usr"), cpio.directory("usr/lib"), cpio.symlink("lib", "usr/lib"), cpio.file("init", b"#!" * 5000)]
)


def aligned(data: bytes) -> bytes:
    """With zeros, so that an archive may follow."""
    return data + bytes(4 + -len(data) % 4)
