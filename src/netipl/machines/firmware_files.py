"""Whether the firmware that boots s390x guests is where a QEMU program looks for it, and of which version that is.

Sources: QEMU hw/s390x/ipl.c and s390-virtio-ccw.c for the names; `qemu-system-s390x -L help` prints the directories.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netipl.errors import UnavailableError
from netipl.firmware.limits import MERGED_IMAGE
from netipl.firmware.versions import Version

_IMAGE: Final = "s390-ccw.img"
_NETBOOT_IMAGE: Final = "s390-netboot.img"
_PATIENCE: Final = 20.0
"""Seconds that QEMU may take to say what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A QEMU program, and its firmware: `found` and `missing` of the files that its version needs."""

    program: Path
    version: Version
    directories: tuple[Path, ...]
    found: tuple[Path, ...]
    missing: tuple[str, ...]


def installed(program: Path) -> Installed:
    """Raises UnavailableError where it does not run, or does not say its version."""
    told = _said(program, "--version")
    version = Version.parse(told)
    if version is None:
        raise UnavailableError(f"{program} does not tell its version: {told.strip()[:200]!r}")
    directories = tuple(map(Path, _said(program, "-L", "help").splitlines()))
    needed = (_IMAGE,) if MERGED_IMAGE.at(version) else (_IMAGE, _NETBOOT_IMAGE)
    places = {name: next((each / name for each in directories if (each / name).is_file()), None) for name in needed}
    return Installed(
        program=program,
        version=version,
        directories=directories,
        found=tuple(place.resolve() for place in places.values() if place is not None),
        missing=tuple(name for name, place in places.items() if place is None),
    )


def _said(program: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            [program, *arguments], capture_output=True, text=True, errors="replace", check=False, timeout=_PATIENCE
        )
    except OSError as error:
        raise UnavailableError(f"{program} does not start: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(f"{program} says nothing within {_PATIENCE:.0f} seconds") from error
    if done.returncode:
        raise UnavailableError(f"{program} {' '.join(arguments)}: {done.stderr.strip()[:200]}")
    return done.stdout
