"""Room where leases, media, exported files and disks of guests are kept. Source: statvfs(3)."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from netipl.firmware.limits import MIB
from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId

_FULL: Final = 16 * MIB
_SMALL: Final = 1024 * MIB
_DISKS: Final = Path("/var/lib/libvirt/images")


def look(host: Host) -> Iterator[Outcome]:
    """Each file system once, by the first directory that lies on it."""
    seen: dict[int, tuple[str, Path]] = {}
    for what, place in _places(host):
        there = _existing(place)
        seen.setdefault(there.stat().st_dev, (what, there))
    for what, place in seen.values():
        yield _judged(what, place)


def _places(host: Host) -> Iterator[tuple[str, Path]]:
    if host.settings is not None:
        yield "leases and media", host.settings.state_directory()
        yield "running transfers", host.settings.run_directory()
        if host.settings.tftp_export is not None:
            yield "exported files", host.settings.tftp_export
    if not host.runs_guests:
        return
    for network in host.booted_over:
        if network.now.tftp_root is not None:
            yield "files for TFTP", network.now.tftp_root
    if host.guests:
        yield "disks of guests", _DISKS


def _judged(what: str, place: Path) -> Outcome:
    found = os.statvfs(place)
    free, whole = found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize
    without_inodes = found.f_files > 0 and found.f_favail == 0
    subject = f"{place} ({what})"
    evidence = f"{free // MIB} MiB of {whole // MIB} are free, and {_inodes(found)}"
    if free < _FULL or without_inodes:
        message = "no more files can be made there" if without_inodes else "it is full"
        return wrong(ProblemId.DISK_FULL, subject, message, evidence=evidence)
    if free < _SMALL:
        message = f"less than {_SMALL // MIB} MiB are free"
        return wrong(ProblemId.DISK_SMALL, subject, message, evidence=evidence)
    return fine(subject, evidence)


def _inodes(found: os.statvfs_result) -> str:
    return f"{found.f_favail} files more may be made" if found.f_files else "files are not counted"


def _existing(place: Path) -> Path:
    """The directory, or the first above it that is there, and that the caller may see."""
    for each in (place, *place.parents):
        with suppress(OSError):
            each.stat()
            return each
    return Path("/")
