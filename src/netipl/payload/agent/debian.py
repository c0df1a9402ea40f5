"""The order `install-debian`: one partition, ext4, the packages of an archive, the system's own files, zipl.

The way of debootstrap and mmdebstrap: what is essential is unpacked, then dpkg installs it, then all else; here without
apt, from packages that were chosen and fetched before. Until zipl has written its boot record the disk does not boot.
"""

import io
import os
import struct
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from netipl.answers.orders import InstallDebian
from netipl.errors import RefusedError, WireError
from netipl.payload.agent.debian_files import boot_loader, settle, written
from netipl.payload.agent.disk import Disk
from netipl.payload.agent.download import Download
from netipl.payload.agent.programs import Programs
from netipl.payload.agent.reports import Log, Reports
from netipl.payload.agent.writing import Sums

TARGET: Final = Path("/target")
_TOOLS: Final = Path("/tools")
_ARCHIVES: Final = "var/cache/apt/archives"
_LEAST: Final = 2 << 30
"""In bytes: a disk for the system that the archive has at least."""
_START: Final = 1 << 20
_MERGED: Final = ("bin", "lib", "sbin")
_NEVER_START: Final = "#!/bin/sh\nexit 101\n"


def install(orders: InstallDebian, disk: Path, *, download: Download, log: Log, reports: Reports) -> None:
    """The disk boots Debian when this returns; if it raises a NetiplError, the disk does not boot."""
    programs = Programs(log, reports)
    identifier = Path("/proc/sys/kernel/random/uuid").read_text().strip()
    divide(disk)
    essential, more = _unpack(orders, (Path(f"{disk}1"), identifier), download, programs, reports)
    programs.step("installing what every Debian has")
    _prepare(TARGET)
    for deb in essential:
        programs.run("busybox", "dpkg-deb", "-x", TARGET / deb, TARGET)
    with programs.inside(TARGET) as chroot:
        _policy(TARGET).write_text(_NEVER_START)
        _policy(TARGET).chmod(0o755)
        chroot.run("dpkg", "--install", "--force-depends", "--force-unsafe-io", *(f"/{deb}" for deb in essential))
        programs.step("writing its files")
        for path, (text, mode) in written(orders, identifier).items():
            _put(TARGET / path, text, mode)
        programs.step("installing the kernel and all else")
        chroot.run("dpkg", "--install", "--force-depends", "--force-unsafe-io", *(f"/{deb}" for deb in more))
        chroot.run("dpkg", "--configure", "--pending")
        programs.step("accounts and services")
        settle(orders, TARGET, chroot)
        _put(TARGET / "etc/zipl.conf", boot_loader(identifier), 0o644)  # not before all packages are configured
        for number, script in enumerate(orders.scripts):
            _put(TARGET / f"var/netipl-script{number}", script, 0o700)
            chroot.run(f"/var/netipl-script{number}")
            (TARGET / f"var/netipl-script{number}").unlink()
        programs.step("the boot record")
        _policy(TARGET).unlink()
        for deb in (*essential, *more):
            (TARGET / deb).unlink()
        chroot.run("zipl", "--verbose")
    os.sync()


def divide(path: Path) -> None:
    """One partition over the whole disk. Raises RefusedError for a disk that is too small or in use."""
    with closing(Disk(path)) as disk:
        if disk.size < _LEAST:
            raise RefusedError(f"{path} has {disk.size} bytes, Debian needs {_LEAST}: too small")
        disk.zero(0, _START)
        end = disk.size - disk.size % disk.sector
        disk.zero(end - _START, _START)
        first = _START // disk.sector
        count = min(disk.size // disk.sector - first, 0xFFFFFFFF - first)
        entry = struct.pack("<B3sB3sII", 0, b"\xfe\xff\xff", 0x83, b"\xfe\xff\xff", first, count)
        disk.write(0, (bytes(446) + entry).ljust(510, b"\0") + b"\x55\xaa")
        disk.flush()
        disk.read_partitions()


def _unpack(
    orders: InstallDebian, partition: tuple[Path, str], download: Download, programs: Programs, reports: Reports
) -> tuple[list[str], list[str]]:
    """Make the file system, of that UUID, and put the packages on it; the paths of the essential and the others."""
    fetched = Sums()
    found: dict[str, list[str]] = {"tools": [], "essential": [], "more": []}
    pieces = fetched.of(download.pieces())
    with tarfile.open(fileobj=_Stream(pieces), mode="r|") as archive:
        for member in archive:
            place, _, name = member.name.partition("/")
            file = archive.extractfile(member)
            if file is None or place not in found or not name.endswith(".deb") or "/" in name:
                raise WireError(f"{member.name[:100]} has no place in an archive of packages")
            kept = _TOOLS if place == "tools" else TARGET / _ARCHIVES
            if place != "tools" and not os.path.ismount(TARGET):
                _make_file_system(*partition, programs)
            kept.mkdir(parents=True, exist_ok=True)
            with (kept / name).open("wb") as output:
                while piece := file.read(1 << 20):
                    output.write(piece)
            found[place].append(f"{_ARCHIVES}/{name}")
            reports.progress(lambda: f"{fetched.size >> 20} MiB of packages fetched")
    for _ in pieces:  # what is behind the end of the archive
        pass
    fetched.require("the archive of packages", orders.packages.sha256, orders.packages.size)
    return [*found["tools"], *found["essential"]], found["more"]


class _Stream(io.RawIOBase):
    """Pieces as a file to read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def _make_file_system(partition: Path, identifier: str, programs: Programs) -> None:
    """By the e2fsprogs of the archive, which is unpacked beside the agent, and goes on the disk as well."""
    programs.step("making the file system")
    for deb in sorted(_TOOLS.glob("*.deb")):
        programs.run("busybox", "dpkg-deb", "-x", deb, _TOOLS)
    libraries = ":".join(f"{_TOOLS}/{place}/s390x-linux-gnu" for place in ("lib", "usr/lib"))
    mke2fs = next(path for place in ("sbin", "usr/sbin") if (path := _TOOLS / place / "mke2fs").exists())
    programs.run(mke2fs, "-q", "-F", "-t", "ext4", "-U", identifier, partition, libraries=libraries)
    TARGET.mkdir(exist_ok=True)
    programs.run("mount", "-t", "ext4", partition, TARGET)
    (TARGET / _ARCHIVES).mkdir(parents=True)
    for deb in _TOOLS.glob("*.deb"):
        (TARGET / _ARCHIVES / deb.name).write_bytes(deb.read_bytes())


def _prepare(target: Path) -> None:
    """As Debian has it since 12: /bin, /sbin and /lib are links."""
    for name in _MERGED:
        (target / "usr" / name).mkdir(parents=True, exist_ok=True)
        (target / name).symlink_to(f"usr/{name}")
    (target / "var/lib/dpkg").mkdir(parents=True)
    for name in ("status", "available"):
        (target / "var/lib/dpkg" / name).touch()


def _policy(target: Path) -> Path:
    return target / "usr/sbin/policy-rc.d"


def _put(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(mode)
