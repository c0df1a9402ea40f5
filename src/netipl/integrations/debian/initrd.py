"""The small initrd of the demonstration: busybox, the modules of the network device, and `payload/init`.

Pure: bytes in, bytes out, the same every time. Compressed modules are unpacked, since busybox need not know how.
"""

import gzip
import lzma
import re
from collections.abc import Mapping
from importlib import resources

from netipl.errors import UnavailableError
from netipl.images import cpio

MODULES = ("af_packet", "dimlib", "failover", "net_failover", "virtio_net")
"""What the network device may need. Those that the kernel package lacks are built in, or not needed by this kernel."""

_COMPRESSED = (  # how a module begins, and what unpacks it
    (b"\xfd7zXZ\0", lzma.decompress),
    (b"\x1f\x8b", gzip.decompress),
)
_DIRECTORIES = ("bin", "dev", "etc", "lib", "lib/modules", "proc", "root", "sbin", "sys", "tmp")


def build(busybox: bytes, modules: Mapping[str, bytes]) -> bytes:
    """The gzipped archive; `modules` by name, as they are in the kernel package. Raises UnavailableError."""
    plain = {name: decompressed(data) for name, data in modules.items()}
    order = load_order({name: dependencies(data) for name, data in plain.items()})
    entries = [
        *map(cpio.directory, _DIRECTORIES),
        cpio.character_device("dev/console", 5, 1),
        cpio.file("bin/busybox", busybox, mode=0o755),
        cpio.symlink("bin/sh", "busybox"),
        cpio.file("etc/udhcpc", _payload("udhcpc"), mode=0o755),
        *(cpio.file(f"lib/modules/{name}.ko", plain[name]) for name in order),
        cpio.file("lib/modules/order", "".join(f"{name}.ko\n" for name in order).encode()),
        cpio.file("init", _payload("init"), mode=0o755),
    ]
    return gzip.compress(cpio.encode(entries), mtime=0)


def payload() -> bytes:
    """Everything of ours that goes into the archive, to tell one from another."""
    return _payload("init") + _payload("udhcpc")


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


def _payload(name: str) -> bytes:
    return resources.files("netipl.payload").joinpath(name).read_bytes()
