"""The image of an IBM Secure Execution guest, as genprotimg and pvimg make it: encrypted, behind a small loader.

A short PSW at 0 starts the loader (stage3a) at 0x11000; behind it come, each on a page, the IPL parameter block and the
Secure Execution header. Sources: s390-tools genprotimg, pv_hdr_def.h, pv_stage3.c, stage3a.lds; none was run here.
"""

from dataclasses import dataclass

from netipl.errors import WireError
from netipl.wire import Reader

MAGIC = b"IBMSecEx"
HEAD_SIZE = 0x20000
"""So many bytes of an image hold its header; it follows within pages of 0x13000, where the loader ends."""

_LOADER_ENTRY = 0x11000
_SHORT_PSW = (0x0008_0001_8000_0000 | _LOADER_ENTRY).to_bytes(8, "big")
_PAGE = 4096
_NO_DECRYPTION = 1 << 28


@dataclass(frozen=True, slots=True, kw_only=True)
class SecureExecutionHeader:
    """The part of the header that is not encrypted. `host_keys`: on so many machines it can run. Sizes in bytes."""

    offset: int
    version: int
    size: int
    host_keys: int
    encrypted_size: int
    pages: int
    encrypted_components: bool


def is_one(head: bytes) -> bool:
    """Whether the first `HEAD_SIZE` bytes are those of such an image."""
    return _offset(head) is not None


def decode(head: bytes) -> SecureExecutionHeader:
    """From the first `HEAD_SIZE` bytes of an image. Raises WireError."""
    offset = _offset(head)
    if offset is None:
        raise WireError("no Secure Execution image")
    return _header(offset, Reader(head[offset + len(MAGIC) :]))


def _offset(head: bytes) -> int | None:
    if not head.startswith(_SHORT_PSW):
        return None
    places = range(_LOADER_ENTRY, len(head), _PAGE)
    return next((place for place in places if head.startswith(MAGIC, place)), None)


def _header(offset: int, reader: Reader) -> SecureExecutionHeader:
    version, size = reader.u32(), reader.u32()
    reader.take(12 + 4)  # initialisation vector; reserved
    host_keys, encrypted_size, pages, flags = (reader.u64() for _ in range(4))
    if size > 2 * _PAGE or host_keys * 80 > size:
        raise WireError("a Secure Execution header whose sizes contradict each other")
    return SecureExecutionHeader(
        offset=offset,
        version=version,
        size=size,
        host_keys=host_keys,
        encrypted_size=encrypted_size,
        pages=pages,
        encrypted_components=not flags & _NO_DECRYPTION,
    )
