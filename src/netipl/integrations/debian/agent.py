"""The agent as a medium: a kernel, an initrd with Python and the agent in it, and `agent.json` that tells of both.

Made of Debian's s390x packages, or with a kernel and modules of one's own; the same packages give the same bytes.
docs/decisions/0022 says why it is Python, and what that costs.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from netipl.errors import UnavailableError
from netipl.images import cpio
from netipl.images.cpio import Entry
from netipl.integrations.debian import initrd, kernel
from netipl.integrations.debian.agent_modules import agent_modules, imported
from netipl.integrations.debian.apt import Apt, Progress, locked, unpacking
from netipl.integrations.debian.boot import ARCHITECTURE, BUSYBOX, default_cache, newest_kernel, program, replace
from netipl.integrations.debian.bytecode import compiled
from netipl.integrations.debian.standard_library import needed

MODULES = (*initrd.NETWORK, "virtio_blk", "virtio_scsi", "sd_mod", "crc32c_generic", "ext4")
"""Of the kernel, for network, disks and a new file system."""

_LIBRARIES = ("ld64.so.1", "libc.so.6", "libexpat.so.1", "liblz4.so.1", "liblzma.so.5", "libm.so.6", "libz.so.1")
_LIBRARY_PACKAGES = ("libc6", "libexpat1", "liblz4-1", "liblzma5", "zlib1g")
_NOT_WANTED = ("_ssl.", "_hashlib.")
"""They need OpenSSL, four megabytes; Python has its own sums."""
_MULTIARCH = "lib/s390x-linux-gnu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """The files as bytes; `version` is that of the kernel."""

    kernel: bytes
    initrd: bytes
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKernel:
    """In place of Debian's: a raw kernel and the directory of its modules."""

    kernel: Path
    modules: Path


def build(
    own: OwnKernel | None = None, *, cache: Path | None = None, progress: Progress, refresh: bool = False
) -> Agent:
    """From packages in `cache` or fetched into it. Blocks. Raises UnavailableError."""
    directory = (cache or default_cache()).absolute()
    with locked(directory, progress):
        apt = Apt(directory, ARCHITECTURE, progress)
        if refresh or not any((directory / "lists").glob("*Packages*")):
            apt.update()
        try:
            debs = _fetched(apt, own)
        except UnavailableError:  # a package that Debian has replaced since the lists were fetched
            apt.update()
            debs = _fetched(apt, own)
        progress("building the agent")
        return _built(debs, own)


def write(agent: Agent, directory: Path) -> None:
    """The medium's files, `agent.json` last."""
    directory.mkdir(parents=True, exist_ok=True)
    files = {"kernel": agent.kernel, "initrd": agent.initrd}
    for name, data in files.items():
        replace(directory / name, data)
    told = {"architecture": ARCHITECTURE, "version": agent.version} | {name: name for name in files}
    told |= {f"{name}_sha256": hashlib.sha256(data).hexdigest() for name, data in files.items()}
    replace(directory / "agent.json", json.dumps(told, indent=2).encode() + b"\n")


def _fetched(apt: Apt, own: OwnKernel | None) -> dict[str, Path]:
    """The packages by what they are for."""
    python = next(
        (name for name in apt.depends("python3-minimal") if re.fullmatch(r"python3\.\d+-minimal", name)), None
    )
    if python is None:
        raise UnavailableError("python3-minimal depends on no Python")
    names = {
        "busybox": BUSYBOX,
        "python": python,
        "minimal": f"lib{python}",
        "library": f"lib{python.removesuffix('-minimal')}-stdlib",
        "zstd": "zstd",
        **{name: name for name in _LIBRARY_PACKAGES},
        **({} if own else {"kernel": newest_kernel(apt)}),
    }
    return {what: apt.fetch(name) for what, name in names.items()}


def _built(debs: dict[str, Path], own: OwnKernel | None) -> Agent:
    found = kernel.of_files(own.kernel, own.modules) if own else kernel.of_package(debs["kernel"])
    modules = kernel.with_dependencies(found.modules, MODULES)
    ours = agent_modules()
    python = next(_files(debs["python"], r"usr/bin/python3\.\d+"))
    entries = [
        *map(cpio.directory, ("lib/s390x-linux-gnu", "usr/lib")),
        cpio.file("usr/bin/python3", python[1], mode=0o755),
        cpio.file("usr/bin/zstd", program(debs["zstd"], "zstd"), mode=0o755),
        *_libraries(debs),
        *_tree(compiled(_standard_library(debs, ours) | ours, PurePosixPath(python[0]).name)),
    ]
    busybox = program(debs["busybox"], "busybox")
    made = initrd.build(busybox, modules, initrd.payload("agent", "init"), entries)
    return Agent(kernel=found.image, initrd=made, version=found.version)


def _libraries(debs: dict[str, Path]) -> Iterator[Entry]:
    """By the names that programs know them by, which are links in the packages."""
    for package in _LIBRARY_PACKAGES:
        files, links = {}, {}
        with unpacking(debs[package]) as archive:
            for member in archive:
                name = PurePosixPath(member.name).name
                if member.isfile() and ".so" in name and "gconv" not in member.name:
                    files[name] = kernel.data_of(archive, member)
                elif member.issym():
                    links[name] = PurePosixPath(member.linkname).name
        for name in sorted(set(_LIBRARIES) & (files.keys() | links.keys())):
            place = "lib" if name.startswith("ld") else _MULTIARCH
            yield cpio.file(f"{place}/{name}", files.get(name) or files[links[name]], mode=0o755)


def _standard_library(debs: dict[str, Path], modules: dict[str, bytes]) -> dict[str, bytes]:
    """By path: all of the minimal package, and what `modules` need beyond that."""
    pattern = r"usr/lib/python3\.\d+/.*"
    minimal, library = dict(_files(debs["minimal"], pattern)), dict(_files(debs["library"], pattern))
    names = {name for source in modules.values() for name in imported(source)}
    found = minimal | {path: library[path] for path in needed(names, minimal | library) if path in library}
    return {path: data for path, data in found.items() if not PurePosixPath(path).name.startswith(_NOT_WANTED)}


def _files(deb: Path, pattern: str) -> Iterator[tuple[str, bytes]]:
    """Regular files of a package whose whole paths match, with their bytes."""
    with unpacking(deb) as archive:
        for member in archive:
            path = member.name.removeprefix("./")
            if member.isfile() and re.fullmatch(pattern, path):
                yield path, kernel.data_of(archive, member)


def _tree(files: dict[str, bytes]) -> Iterator[Entry]:
    """With the directories that they are in."""
    made = {"lib", "usr", "usr/lib"}
    for path, data in files.items():
        for parent in reversed(PurePosixPath(path).parents[:-1]):
            if str(parent) not in made:
                made.add(str(parent))
                yield cpio.directory(str(parent))
        yield cpio.file(path, data, mode=0o755 if ".so" in path else 0o644)
