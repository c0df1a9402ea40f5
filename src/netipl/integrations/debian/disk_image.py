"""A small bootable disk with Debian's s390x kernel and busybox on it: what the demonstration and tests install.

It has a boot record, a partition table and an ext4 root file system that its system writes to; no root rights are
needed to make it. Source: mke2fs(8), `-d`.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import BinaryIO

from netipl.content import FileRange, Inline, Segment, inline, of_file
from netipl.errors import UnavailableError
from netipl.images import bootmap
from netipl.images.combined import combined
from netipl.integrations.debian import initrd, kernel
from netipl.integrations.debian.apt import Apt, Progress, locked
from netipl.integrations.debian.boot import ARCHITECTURE, BUSYBOX, default_cache, newest_kernel, program

MODULES = (*initrd.NETWORK, "virtio_blk", "crc32c_generic", "ext4", "vfat", "nls_cp437", "nls_ascii")
ROOT_SIZE = 24 << 20
"""Of the file system, in bytes."""

_COMMAND_LINE = b"console=ttysclp0 netipl.root=/dev/vda2"
_IDENTIFIER = "6e657469-706c-4000-8000-64656d6f0001"  # of the file system; always the same
_DIRECTORIES = ("bin", "dev", "etc", "lib", "mnt", "proc", "root", "sbin", "sys", "tmp", "usr/bin", "usr/sbin", "var")
_PIECE = 1 << 20


def build(output: Path, *, cache: Path | None = None, progress: Progress) -> str:
    """Write the raw image, sparse; the version of its kernel. Blocks. Raises UnavailableError."""
    mke2fs = shutil.which("mke2fs", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if mke2fs is None:
        raise UnavailableError("the program mke2fs is not here", remedy="install e2fsprogs")
    directory = (cache or default_cache()).absolute()
    with locked(directory, progress):
        apt = Apt(directory, ARCHITECTURE, progress)
        if not any((directory / "lists").glob("*Packages*")):
            apt.update()
        kernel_deb, busybox_deb = apt.fetch(newest_kernel(apt)), apt.fetch(BUSYBOX)
        progress("making a disk image")
        found, busybox = kernel.of_package(kernel_deb), program(busybox_deb, "busybox")
    modules = kernel.with_dependencies(found.modules, MODULES)
    started = initrd.build(busybox, modules, initrd.payload("disk", "initrd"))
    image = combined(kernel=inline(found.image), header=found.image, initrd=inline(started), append=_COMMAND_LINE)
    with tempfile.TemporaryDirectory(prefix="netipl-disk-") as name:
        root = Path(name) / "root.ext4"
        _file_system(mke2fs, busybox, Path(name) / "tree", root)
        with output.open("wb") as file:
            for segment in bootmap.disk(image, of_file(root)).segments:
                _write(segment, file)
            file.truncate(file.tell())
    return found.version


def _file_system(mke2fs: str, busybox: bytes, tree: Path, file: Path) -> None:
    for directory in _DIRECTORIES:
        (tree / directory).mkdir(parents=True)
    for path, data in {
        "bin/busybox": busybox,
        "sbin/init": initrd.payload("disk", "init"),
        "etc/network": initrd.payload("network"),
        "etc/udhcpc": initrd.payload("udhcpc"),
    }.items():
        (tree / path).write_bytes(data)
        (tree / path).chmod(0o755)
    (tree / "bin/sh").symlink_to("busybox")
    for each in (*tree.rglob("*"), tree):
        os.utime(each, (0, 0), follow_symlinks=False)
        if each.is_dir():
            each.chmod(0o755)
    options = ["-q", "-t", "ext4", "-U", _IDENTIFIER, "-L", "netipl-demo", "-m", "0"]
    extended = f"root_owner=0:0,hash_seed={_IDENTIFIER},lazy_itable_init=0,nodiscard"
    done = subprocess.run(
        [mke2fs, *options, "-E", extended, "-d", tree, file, f"{ROOT_SIZE >> 10}k"],
        env=os.environ | {"E2FSPROGS_FAKE_TIME": "1", "SOURCE_DATE_EPOCH": "1", "MKE2FS_CONFIG": f"{tree}.none"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise UnavailableError(f"mke2fs failed: {done.stderr.strip()}")


def _write(segment: Segment, file: BinaryIO) -> None:
    """At the end of `file`; what is zero becomes a hole."""
    match segment:
        case Inline(data=data):
            file.write(data)
        case FileRange(path=path, offset=offset, length=length):
            with path.open("rb") as source:
                source.seek(offset)
                for start in range(0, length, _PIECE):
                    piece = source.read(min(_PIECE, length - start))
                    if piece.count(0) == len(piece):
                        file.seek(len(piece), os.SEEK_CUR)
                    else:
                        file.write(piece)
        case _:
            file.seek(segment.length, os.SEEK_CUR)
