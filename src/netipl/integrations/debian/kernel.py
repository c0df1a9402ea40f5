"""A kernel and its modules: of a Debian package, or of files that a user has.

Compressed modules are unpacked, since busybox need not know how; those that others need come along.
"""

import gzip
import lzma
import re
import tarfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PurePosixPath

from netipl.errors import UnavailableError
from netipl.integrations.debian.apt import unpacking

_COMPRESSED = (  # how a module begins, and what unpacks it
    (b"\xfd7zXZ\0", lzma.decompress),
    (b"\x1f\x8b", gzip.decompress),
)

Find = Callable[[Collection[str]], Mapping[str, bytes]]
"""The modules of these names that there are, as they are."""


def kernel_of(deb: Path) -> tuple[str, bytes]:
    """The version and the raw kernel in a package."""
    with unpacking(deb) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            if member.isfile() and path.parent.name == "boot" and path.name.startswith("vmlinuz-"):
                return path.name.removeprefix("vmlinuz-"), data_of(archive, member)
    raise UnavailableError(f"{deb.name} has no kernel")


def in_package(deb: Path) -> Find:
    """Looks for modules in a package."""

    def find(names: Collection[str]) -> dict[str, bytes]:
        found = {}
        with unpacking(deb) as archive:
            for member in archive:
                name = _name(PurePosixPath(member.name))
                if member.isfile() and name in names:
                    found[name] = decompressed(data_of(archive, member))
        return found

    return find


def in_directory(directory: Path) -> Find:
    """Looks for modules beneath a directory, as /lib/modules/VERSION is one."""

    def find(names: Collection[str]) -> dict[str, bytes]:
        try:
            return {
                name: decompressed(path.read_bytes())
                for path in sorted(directory.rglob("*.ko*"))
                if (name := _name(PurePosixPath(path))) in names
            }
        except OSError as error:
            raise UnavailableError(f"{error.filename}: {error.strerror}") from error

    return find


def with_dependencies(find: Find, wanted: Collection[str]) -> dict[str, bytes]:
    """The modules `wanted`, as far as there are any, and all that they need, each after those.

    What is wanted and absent is built into the kernel, or not needed by it. Raises UnavailableError for one that
    another one needs.
    """
    found: dict[str, bytes] = {}
    missing = set(wanted)
    while missing:
        more = find(missing)
        found |= more
        missing = {name for data in more.values() for name in dependencies(data)} - found.keys()
    order = load_order({name: dependencies(data) for name, data in found.items()})
    return {name: found[name] for name in order}


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


def load_order(needed: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Each module after those it needs. Raises UnavailableError if one is needed that is not there."""
    order: list[str] = []

    def add(name: str) -> None:
        if name in order:
            return
        if name not in needed:
            raise UnavailableError(f"the kernel package has no module {name}", remedy="give --kernel and --initrd")
        for other in needed[name]:
            add(other)
        order.append(name)

    for name in sorted(needed):
        add(name)
    return order


def data_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """The bytes of a file in a package."""
    file = archive.extractfile(member)
    return file.read() if file is not None else b""


def _name(path: PurePosixPath) -> str:
    """Of a module, as others call it; empty for other files."""
    return path.name.split(".ko")[0].replace("-", "_") if ".ko" in path.name else ""
