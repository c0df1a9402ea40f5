"""The small initrds of the project: busybox, modules in their order, how they begin, and what each has of its own.

Pure: bytes in, bytes out, the same every time.
"""

import gzip
from collections.abc import Iterable, Mapping
from importlib import resources

from netipl.images import cpio
from netipl.images.cpio import Entry

NETWORK = ("af_packet", "virtio_net")
"""Modules of the network device. Those that a kernel package lacks are built in, or not needed by this kernel."""

_SHARED = ("network", "start")
_DIRECTORIES = ("bin", "dev", "etc", "lib", "lib/modules", "proc", "root", "sbin", "sys", "tmp", "usr", "usr/bin")


def build(busybox: bytes, modules: Mapping[str, bytes], init: bytes, entries: Iterable[Entry] = ()) -> bytes:
    """The gzipped archive. `modules` as they are loaded, in this order; `init` is the first process."""
    every = [
        *map(cpio.directory, _DIRECTORIES),
        cpio.character_device("dev/console", 5, 1),
        cpio.file("bin/busybox", busybox, mode=0o755),
        cpio.symlink("bin/sh", "busybox"),
        *(cpio.file(f"etc/{name}", payload(name)) for name in _SHARED),
        cpio.file("etc/udhcpc", payload("udhcpc"), mode=0o755),
        *(cpio.file(f"lib/modules/{name}.ko", data) for name, data in modules.items()),
        cpio.file("lib/modules/order", "".join(f"{name}.ko\n" for name in modules).encode()),
        cpio.file("init", init, mode=0o755),
        *entries,
    ]
    return gzip.compress(cpio.encode(every), mtime=0)


def payload(*name: str) -> bytes:
    """A program of ours for guests."""
    return resources.files("netipl.payload").joinpath(*name).read_bytes()


def of_demonstration(busybox: bytes, modules: Mapping[str, bytes]) -> bytes:
    """What `netipl demo --methods` boots."""
    return build(busybox, modules, payload("init"))


def ours() -> bytes:
    """All of ours that goes into that one, to tell one from another."""
    return b"".join(map(payload, ("init", "udhcpc", *_SHARED)))
