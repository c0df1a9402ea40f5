"""The JSON of a CoreOS stream: which live files there are for s390x, where they lie, and their sums.

Source: coreos/stream-metadata-go, stream/stream.go.
"""

import json
from typing import Any, Final

from netipl.errors import RefusedError, WireError
from netipl.media import checksums
from netipl.media.architecture import OURS
from netipl.media.medium import Family, Role
from netipl.media.recognition import BootFile, Recognised
from netipl.media.relative import address, relative
from netipl.wire import printable

_PARTS: Final = {"kernel": Role.KERNEL, "initramfs": Role.INITRD, "rootfs": Role.ROOTFS}


def is_stream(data: bytes) -> bool:
    """By the two words that every stream has."""
    return b'"architectures"' in data and b'"stream"' in data


def recognised_stream(name: str, data: bytes) -> Recognised:
    """Raises WireError, and RefusedError for a stream that has nothing for s390x."""
    try:
        stream = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise WireError(f"{printable(name, 60)} is no JSON") from error
    architectures = _inner(stream, "architectures")
    title = _title(stream, data)
    if OURS not in architectures:
        others = ", ".join(printable(str(each), 20) for each in sorted(architectures)[:8])
        raise RefusedError(
            f"this is {title} for {others or 'no architecture'}", remedy=f"give a stream that has {OURS}"
        )
    metal = _inner(architectures, OURS, "artifacts", "metal")
    pxe = _inner(metal, "formats", "pxe")
    release = printable(_text(metal, "release"), 60)
    return Recognised(
        family=Family.COREOS,
        version=release,
        title=f"{title.partition(',')[0]} {release}",
        architecture=OURS,
        files=tuple(_file(role, _inner(pxe, part)) for part, role in _PARTS.items()),
    )


def _title(stream: dict[str, Any], data: bytes) -> str:
    name = "Fedora CoreOS" if b"fedora-coreos" in data else "RHEL CoreOS"
    return f"{name}, stream {printable(_text(stream, 'stream'), 40)},"


def _file(role: Role, told: dict[str, Any]) -> BootFile:
    location = address(_text(told, "location"))
    signature = told.get("signature")
    return BootFile(
        role=role,
        name=relative(location.rpartition("/")[2].partition("?")[0]),
        sum=checksums.digest(_text(told, "sha256"), "sha256"),
        location=location,
        signature=address(signature) if isinstance(signature, str) and signature else "",
    )


def _inner(told: object, *keys: str) -> dict[str, Any]:
    for key in keys:
        told = told.get(key) if isinstance(told, dict) else None
    if not isinstance(told, dict):
        raise WireError(f"the stream has no {'.'.join(keys)}")
    return told


def _text(told: dict[str, Any], key: str) -> str:
    text = told.get(key)
    if not isinstance(text, str) or not text:
        raise WireError(f"the stream has no {key}")
    return text
