"""The archive that Alpine unpacks over its root when it boots: an apkovl, the same bytes for the same members.

Source: Alpine's initramfs-init, which fetches `apkovl=` and unpacks it as tar.gz.
"""

import gzip
import tarfile
from collections.abc import Mapping
from io import BytesIO
from typing import Final

_STARTED: Final = {"etc/runlevels/default/local": "/etc/init.d/local"}
"""Services that are started, with what their member links to."""
DEFAULT_SERVICES: Final = "etc/.default_boot_services"
"""An empty file with which the initramfs starts what it starts without an overlay: devices, modules and the like."""
_PROGRAMS: Final = (".start",)
_OWNERS_ALONE: Final = "etc/netipl/"
"""Members below are read by root alone: they have hashes of passwords."""


def name(guest: str) -> str:
    """Of the archive of a guest."""
    return f"{guest}.apkovl.tar.gz"


def archive(members: Mapping[str, bytes]) -> bytes:
    """Of files by their path below the root, and the links that start services."""
    all_members = {**members, DEFAULT_SERVICES: b""}
    packed = BytesIO()
    with tarfile.TarFile(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for directory in sorted({parent for path in (*all_members, *_STARTED) for parent in _parents(path)}):
            tar.addfile(_member(directory, tarfile.DIRTYPE, 0o755))
        for path, contents in sorted(all_members.items()):
            found = _member(path, tarfile.REGTYPE, _mode(path))
            found.size = len(contents)
            tar.addfile(found, BytesIO(contents))
        for path, target in sorted(_STARTED.items()):
            found = _member(path, tarfile.SYMTYPE, 0o777)
            found.linkname = target
            tar.addfile(found)
    return gzip.compress(packed.getvalue(), mtime=0)


def members(packed: bytes) -> Mapping[str, bytes]:
    """The files of such an archive, by path."""
    with tarfile.TarFile(fileobj=BytesIO(gzip.decompress(packed))) as tar:
        return {each.name: found.read() for each in tar if each.isfile() and (found := tar.extractfile(each))}


def _member(path: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    found = tarfile.TarInfo(path)
    found.type, found.mode, found.uname, found.gname = kind, mode, "root", "root"
    return found


def _mode(path: str) -> int:
    if path.endswith(_PROGRAMS):
        return 0o700
    return 0o600 if path.startswith(_OWNERS_ALONE) else 0o644


def _parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]
