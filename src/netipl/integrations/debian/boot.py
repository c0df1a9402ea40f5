"""What the demonstration boots: Debian's s390x kernel and a small initrd with its busybox, by package name.

A result is kept and used again without asking anybody for a month; after that, or when asked, apt looks for newer
packages. A month-old one is better than none where there is no network.
"""

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from netipl.errors import UnavailableError
from netipl.integrations.debian import initrd, kernel
from netipl.integrations.debian.apt import Apt, Progress, locked, unpacking

ARCHITECTURE = "s390x"
KERNEL = "linux-image-s390x"
BUSYBOX = "busybox-static"
_FRESH = 30 * 24 * 3600  # seconds
_ASKED = "asked"  # a file whose time says when the lists of packages were fetched
_RECIPE = 2  # raised when what is made of the packages changes otherwise than by the payload


@dataclass(frozen=True, slots=True, kw_only=True)
class DebianBoot:
    """Files to boot, and the version of their kernel such as `6.1.0-50-s390x`."""

    kernel: Path
    initrd: Path
    version: str


def default_cache() -> Path:
    """Where the user's files are kept that can be fetched again (XDG base directory specification)."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "netipl" / "debian"


def _quiet(_: str) -> None:
    """Progress that nobody wants to see."""


def debian_boot_files(cache: Path | None = None, progress: Progress = _quiet, *, refresh: bool = False) -> DebianBoot:
    """Kernel and initrd, made in `cache` or found there; `progress` is told in words what takes time.

    Needs the network when they are not there yet, so not to be called from within our network namespace. Blocks; safe
    to be called by several processes. Raises UnavailableError.
    """
    directory = (cache or default_cache()).absolute()
    try:
        with locked(directory, progress):
            return _made(directory, progress, refresh=refresh)
    except OSError as error:
        raise UnavailableError(
            f"{directory} cannot be used: {error.strerror}", remedy="name another directory by XDG_CACHE_HOME"
        ) from error


def _made(directory: Path, progress: Progress, *, refresh: bool) -> DebianBoot:
    kept, fresh = _kept(directory), _is_fresh(directory)
    if kept is not None and fresh and not refresh:
        return kept
    try:
        if fresh and not refresh:
            with suppress(UnavailableError):  # a package that Debian has replaced since it was asked
                return _make(directory, progress, update=False)
        return _make(directory, progress, update=True)
    except UnavailableError as error:
        if kept is None or refresh:
            raise
        progress(f"using what is there: {error}")
        return kept


def _is_fresh(directory: Path) -> bool:
    """Whether Debian was asked not long ago."""
    asked = directory / _ASKED
    return asked.exists() and time.time() - asked.stat().st_mtime < _FRESH


def _kept(directory: Path) -> DebianBoot | None:
    """What was made before by the present recipe, if it is still whole."""
    try:
        record = json.loads((directory / "boot.json").read_text())
        boot = DebianBoot(
            kernel=directory / record["kernel"], initrd=directory / record["initrd"], version=record["version"]
        )
        whole = (
            boot.kernel.stat().st_size == record["kernel_size"] and boot.initrd.stat().st_size == record["initrd_size"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return boot if whole and record.get("recipe") == _recipe() else None


def _make(directory: Path, progress: Progress, *, update: bool) -> DebianBoot:
    apt = Apt(directory, ARCHITECTURE, progress)
    if update:
        apt.update()
    kernel_deb, busybox_deb = apt.fetch(newest_kernel(apt)), apt.fetch(BUSYBOX)
    progress("building the initrd")
    found = kernel.of_package(kernel_deb)
    modules = kernel.with_dependencies(found.modules, initrd.NETWORK)
    made = initrd.of_demonstration(program(busybox_deb, "busybox"), modules)
    boot = DebianBoot(
        kernel=directory / f"vmlinuz-{found.version}",
        initrd=directory / f"initrd-{found.version}.gz",
        version=found.version,
    )
    replace(boot.kernel, found.image)
    replace(boot.initrd, made)
    record = {
        "kernel": boot.kernel.name,
        "kernel_size": len(found.image),
        "initrd": boot.initrd.name,
        "initrd_size": len(made),
        "version": found.version,
        "recipe": _recipe(),
    }
    replace(directory / "boot.json", json.dumps(record, indent=2).encode())
    if update:
        (directory / _ASKED).touch()
    return boot


def newest_kernel(apt: Apt) -> str:
    """The name of its package. Raises UnavailableError."""
    image = next((name for name in apt.depends(KERNEL) if name.startswith("linux-image-")), None)
    if image is None:
        raise UnavailableError(f"{KERNEL} depends on no kernel")
    return image


def program(deb: Path, name: str) -> bytes:
    """The executable file of that name in a package. Raises UnavailableError."""
    with unpacking(deb) as archive:
        for member in archive:
            if member.isfile() and PurePosixPath(member.name).name == name and member.mode & 0o111:
                return kernel.data_of(archive, member)
    raise UnavailableError(f"{deb.name} has no program {name}")


def replace(path: Path, data: bytes) -> None:
    """Write the file whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(data)
    new.replace(path)


def _recipe() -> str:
    """Changes whenever the same packages would give another initrd."""
    return f"{_RECIPE}-{hashlib.sha256(initrd.ours()).hexdigest()[:16]}"
