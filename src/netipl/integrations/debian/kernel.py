"""A kernel and its modules: of a Debian package, or of files that a user has.

Compressed modules are unpacked, since busybox need not know how; those that others need come along.
"""

import gzip
import lzma
import re
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from netipl.errors import UnavailableError
from netipl.integrations.debian.apt import unpacking

_COMPRESSED = (  # how a module begins, and what unpacks it
    (b"\xfd7zXZ\0", lzma.decompress),
    (b"\x1f\x8b", gzip.decompress),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """The raw kernel, and its modules by name, as they are."""

    version: str
    image: bytes
    modules: Mapping[str, bytes]


def of_package(deb: Path) -> Kernel:
    """Read once, all of it. Raises UnavailableError."""
    version, image, modules = "", b"", {}
    with unpacking(deb) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            if member.isfile() and path.parent.name == "boot" and path.name.startswith("vmlinuz-"):
                version, image = path.name.removeprefix("vmlinuz-"), data_of(archive, member)
            elif member.isfile() and (name := _module(path)):
                modules[name] = data_of(archive, member)
    if not image:
        raise UnavailableError(f"{deb.name} has no kernel")
    return Kernel(version=version, image=image, modules=modules)


def of_files(image: Path, modules: Path) -> Kernel:
    """A kernel, and the directory of its modules, as /lib/modules/VERSION is one. Raises UnavailableError."""
    try:
        found = {_module(PurePosixPath(path)): path.read_bytes() for path in sorted(modules.rglob("*.ko*"))}
        return Kernel(version=modules.resolve().name, image=image.read_bytes(), modules=found)
    except OSError as error:
        raise UnavailableError(f"{error.filename}: {error.strerror}") from error


def with_dependencies(modules: Mapping[str, bytes], wanted: Iterable[str]) -> dict[str, bytes]:
    """Those of `modules` that are `wanted`, and all that they need, each after those; ready to be loaded.

    What is wanted and absent is built into the kernel, or not needed by it. Raises UnavailableError for one that
    another one needs.
    """
    found: dict[str, bytes] = {}

    def add(name: str) -> None:
        if name in found:
            return
        if name not in modules:
            raise UnavailableError(f"the kernel package has no module {name}", remedy="give --kernel and --initrd")
        plain = decompressed(modules[name])
        for other in dependencies(plain):
            add(other)
        found[name] = plain

    for name in sorted(set(wanted) & modules.keys()):
        add(name)
    return found


def decompressed(module: bytes) -> bytes:
    """`module` as the kernel loads it."""
    for magic, unpack in _COMPRESSED:
        if module.startswith(magic):
            return unpack(module)
    return module


def dependencies(module: bytes) -> tuple[str, ...]:
    """The names of the modules that must be loaded before this one, from its `.modinfo`."""
    found = re.search(rb"\0depends=([^\0]*)\0", module)
    return tuple(name.decode("ascii").replace("-", "_") for name in found[1].split(b",") if name) if found else ()


def data_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """The bytes of a file in a package."""
    file = archive.extractfile(member)
    return file.read() if file is not None else b""


def _module(path: PurePosixPath) -> str:
    """The name of a module, as others call it; empty for other files."""
    return path.name.split(".ko")[0].replace("-", "_") if ".ko" in path.name else ""
