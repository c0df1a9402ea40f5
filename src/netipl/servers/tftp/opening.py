"""From a content to what a worker needs of it: descriptors, and the parts of them in order."""

import os
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from netipl import content
from netipl.content import Content, FileRange, Inline, Zeros
from netipl.errors import ContentError
from netipl.protocols.tftp import netascii
from netipl.servers.tftp.bodies import stamp
from netipl.servers.tftp.control import MOST_DESCRIPTORS, Part

MOST_TEXT: Final = 16 << 20
"""Bytes of a content that is converted to netascii: as a whole, in memory, so that its size is known (tsize)."""


@dataclass(slots=True)
class Opened:
    """An open content. The descriptors are the owner's to close; `fingerprint` differs where the bytes may differ."""

    parts: list[Part] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    fingerprint: bytes = b""

    @property
    def size(self) -> int:
        return sum(part.length for part in self.parts)

    def close(self) -> None:
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors = []


def opened(served: Content) -> Opened:
    """Opens every file of `served` and puts its inline bytes into one in memory. Raises ContentError."""
    result = Opened()
    try:
        _open(served, result)
    except OSError as error:
        result.close()
        raise ContentError(f"a file cannot be opened: {error.strerror}") from error
    except BaseException:
        result.close()
        raise
    return result


def as_netascii(served: Content) -> Content:
    """`served` converted, held in memory. Raises ContentError."""
    if served.size > MOST_TEXT:
        raise ContentError(f"{served.size} bytes are too many for netascii")
    return content.inline(netascii.encode(b"".join(content.read(served))))


def _open(served: Content, result: Opened) -> None:
    digest = blake2b(digest_size=8)
    index_of: dict[object, int] = {}
    inlined = b"".join(segment.data for segment in served.segments if isinstance(segment, Inline))
    if inlined:
        index_of[Inline] = _add(result, _in_memory(inlined))
        digest.update(inlined)
    position = 0
    for segment in served.segments:
        match segment:
            case Inline(data=data):
                part = Part(index_of[Inline], position, len(data))
                position += len(data)
            case Zeros(length=length):
                part = Part(None, 0, length)
            case FileRange(path=path, root=root, offset=offset, length=length):
                if (path, root) not in index_of:
                    index_of[path, root] = _add(result, content.opened(path, root=root))
                index = index_of[path, root]
                part = Part(index, offset, length)
                digest.update(repr(stamp(result.descriptors[index])).encode())
        result.parts.append(part)
        digest.update(repr(part).encode())
    result.fingerprint = digest.digest()


def _add(result: Opened, descriptor: int) -> int:
    result.descriptors.append(descriptor)
    if len(result.descriptors) > MOST_DESCRIPTORS:
        raise ContentError("the content has too many files")
    return len(result.descriptors) - 1


def _in_memory(data: bytes) -> int:
    descriptor = os.memfd_create("netipl-inline")
    try:
        _write(descriptor, data)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
