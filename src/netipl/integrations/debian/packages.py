"""The archive of packages that the agent installs Debian from: one tar file, in the order in which it needs them.

First what makes a file system (`tools/`), then what every Debian has (`essential/`), then all else (`more/`). Fetched
and checked by apt; the same packages give the same bytes.
"""

import hashlib
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from netipl.integrations.debian.apt import Apt, Progress, locked, release
from netipl.integrations.debian.boot import ARCHITECTURE, KERNEL, default_cache, replace

ALWAYS = (
    "apt",
    KERNEL,
    "s390-tools",
    "openssh-server",
    "systemd-sysv",
    "systemd-resolved",
    "e2fsprogs",
    "iproute2",
    "sudo",
    "tzdata",
)
"""The least that boots, answers by SSH, and can get more."""
_ESSENTIAL = "?essential"
_TOOLS = "e2fsprogs"


ARCHIVE = "packages.tar"
RECORD = "packages.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What was written to `path`: how many packages, in how many bytes, with which sum."""

    path: Path
    count: int
    size: int
    sha256: str


def write(directory: Path, more: Iterable[str] = (), *, cache: Path | None = None, progress: Progress) -> Archive:
    """Write a medium: the archive, with `more` packages, and `packages.json` last. Blocks. Raises UnavailableError."""
    kept = (cache or default_cache()).absolute()
    directory.mkdir(parents=True, exist_ok=True)
    with locked(kept, progress):
        apt = Apt(kept, ARCHITECTURE, progress)
        apt.update()
        every = apt.closure([_ESSENTIAL, *ALWAYS, *more])
        essential = set(apt.closure([_ESSENTIAL]))
        tools = {_TOOLS, *apt.depends(_TOOLS)} - {"libc6"}
        progress("writing the archive")
        first = [deb for deb in every if _name(deb) in tools]
        then = [deb for deb in every if deb in essential and deb not in first]
        rest = [deb for deb in every if deb not in essential and deb not in first]
        _pack(directory / ARCHIVE, {"tools": first, "essential": then, "more": rest})
    return _recorded(directory, sorted(map(_name, every)))


def _pack(path: Path, places: Mapping[str, Iterable[Path]]) -> None:
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as archive:
        for place, debs in places.items():
            for deb in sorted(debs):
                member = tarfile.TarInfo(f"{place}/{deb.name}")
                member.size = deb.stat().st_size
                with deb.open("rb") as file:
                    archive.addfile(member, file)


def _recorded(directory: Path, names: list[str]) -> Archive:
    path = directory / ARCHIVE
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    told = {
        "architecture": ARCHITECTURE,
        "version": release(),
        "archive": ARCHIVE,
        "sha256": digest,
        "packages": names,
    }
    replace(directory / RECORD, json.dumps(told, indent=2).encode() + b"\n")
    return Archive(path=path, count=len(names), size=path.stat().st_size, sha256=digest)


def _name(deb: Path) -> str:
    return deb.name.partition("_")[0]
