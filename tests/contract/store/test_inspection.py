"""What a file is: every kind, every truncation, and what is no file at all."""

import bz2
import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from netipl.content import inline, read
from netipl.errors import UnavailableError
from netipl.images import cpio
from netipl.images import kernel as facts
from netipl.images.combined import combined
from netipl.images.compression import Method
from netipl.images.kinds import Kind
from netipl.integrations.debian.boot import debian_boot_files
from netipl.store import inspection
from netipl.store.inspection import Inspection
from tests.unit.images.archives import EARLY, PACKERS, SYSTEM, aligned, lz4_packed
from tests.unit.images.kernels import kernel
from tests.unit.images.test_executables import BZIMAGE, S390X, efi
from tests.unit.images.test_secure_execution import image

BANNER = b"Linux version 4.4.0-1-s390x (who@where)\n\0"
KERNEL = kernel(version=b"6.1.0-50-s390x (who@where)")


def inspected(directory: Path, data: bytes) -> Inspection:
    path = directory / "file"
    path.write_bytes(data)
    return inspection.inspect(path, lambda _: None)


def with_initrd(initrd: bytes, append: bytes | None = None) -> bytes:
    header = KERNEL[: facts.HEADER_SIZE]
    return b"".join(read(combined(kernel=inline(KERNEL), header=header, initrd=inline(initrd), append=append)))


def test_a_kernel_tells_its_version_and_command_line(tmp_path: Path) -> None:
    found = inspected(tmp_path, KERNEL)
    assert found.kernel is not None
    assert (found.kind, found.kernel.version, found.fault) == (Kind.KERNEL, "6.1.0-50-s390x (who@where)", "")
    assert found.kernel.command_line == "root=/dev/ram0 ro"
    assert found.kernel.header.maximum_command_line == 0x1000
    assert found.kernel.initrd is None


def test_an_old_kernel_tells_its_version_in_what_is_compressed(tmp_path: Path) -> None:
    found = inspected(tmp_path, kernel() + gzip.compress(BANNER))
    assert found.kernel is not None
    assert found.kernel.version == "4.4.0-1-s390x (who@where)"


def test_debians_kernel_tells_the_same_version_in_both_ways(tmp_path: Path) -> None:
    debian = debian_boot_files()
    told = inspection.inspect(debian.kernel, lambda _: None).kernel
    silent = bytearray(debian.kernel.read_bytes())
    silent[facts.VERSION_OFFSET : facts.VERSION_OFFSET + 8] = bytes(8)
    searched = inspected(tmp_path, bytes(silent)).kernel
    assert told is not None
    assert searched is not None
    assert told.version.split()[0] == searched.version.split()[0] == debian.version


def test_a_combined_image_tells_what_is_in_it(tmp_path: Path) -> None:
    found = inspected(tmp_path, with_initrd(gzip.compress(SYSTEM), b"quiet\n"))
    assert found.kernel is not None
    assert found.kernel.initrd is not None
    assert (found.kernel.command_line, found.kernel.initrd.found.members) == ("quiet\n", 4)


def test_an_image_that_ends_before_its_initrd_does(tmp_path: Path) -> None:
    whole = with_initrd(SYSTEM)
    found = inspected(tmp_path, whole[:-1])
    assert found.kernel is not None
    assert (found.kernel.initrd, found.fault) == (None, "it ends before the initrd that it announces")


@pytest.mark.parametrize("method", PACKERS)
def test_an_initrd_with_an_overlay(tmp_path: Path, method: Method) -> None:
    found = inspected(tmp_path, aligned(EARLY + PACKERS[method](SYSTEM)) + EARLY)
    assert found.initrd is not None
    assert [(each.compression, each.members) for each in found.initrd.found.archives] == [
        (None, 2),
        (method, 4),
        (None, 2),
    ]
    assert [member.name for member in found.initrd.members][:2] == [b"kernel", b"kernel/microcode"]


@pytest.mark.parametrize("pack", [bz2.compress, lambda data: lz4_packed(data, 8 << 20)], ids=["bzip2", "lz4"])
def test_an_initrd_whose_first_block_is_large(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """Nothing of it is known before some 900 kB, or 8 MiB, were read."""
    archive = cpio.encode([cpio.file("random", os.urandom(9 << 20))])
    found = inspected(tmp_path, pack(archive))
    assert found.initrd is not None
    assert (found.initrd.found.members, found.fault) == (1, "")


@pytest.mark.parametrize(
    ("data", "kind", "inside"),
    [
        pytest.param(gzip.compress(KERNEL), Kind.COMPRESSED, Kind.KERNEL, id="a compressed kernel"),
        pytest.param(gzip.compress(S390X), Kind.COMPRESSED, Kind.ELF, id="a compressed ELF file"),
        pytest.param(b"\x1f\x8b\x08", Kind.COMPRESSED, Kind.EMPTY, id="gzip cut off"),
        pytest.param(S390X, Kind.ELF, None, id="ELF"),
        pytest.param(efi(b"\x64\x86"), Kind.EFI, None, id="EFI"),
        pytest.param(image(), Kind.SECURE_EXECUTION, None, id="Secure Execution"),
        pytest.param(b"", Kind.EMPTY, None, id="empty"),
        pytest.param(b"hello", Kind.UNKNOWN, None, id="text"),
    ],
)
def test_what_is_neither_kernel_nor_initrd(tmp_path: Path, data: bytes, kind: Kind, inside: Kind | None) -> None:
    found = inspected(tmp_path, data)
    assert (found.kind, found.compressed, found.initrd) == (kind, inside, None)


def test_an_x86_kernel_tells_its_version(tmp_path: Path) -> None:
    assert inspected(tmp_path, BZIMAGE).version == "6.1.0-50-amd64 (who@where)"


@pytest.mark.parametrize(
    "whole",
    [KERNEL, image(), BZIMAGE, EARLY + gzip.compress(SYSTEM), with_initrd(SYSTEM)],
    ids=["kernel", "secure execution", "bzimage", "initrd", "combined"],
)
def test_no_truncation_is_more_than_a_fault(tmp_path: Path, whole: bytes) -> None:
    places = {*range(0, len(whole), max(1, len(whole) // 150)), *range(0x10000, 0x10020), *range(0x1047F, 0x10482)}
    for length in sorted(places):
        inspected(tmp_path, whole[:length])


@pytest.mark.parametrize("address", [0, 8, 0x10408, (1 << 64) - 1])
def test_an_initrd_that_is_announced_anywhere_is_no_more_than_a_fault(tmp_path: Path, address: int) -> None:
    data = bytearray(KERNEL)
    data[0x10408:0x10418] = address.to_bytes(8, "big") + (100).to_bytes(8, "big")
    assert inspected(tmp_path, bytes(data)).fault


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path, tmp_path / "fifo", Path("/dev/zero"), tmp_path / "absent"):
        with pytest.raises(UnavailableError) as caught:
            inspection.inspect(path, lambda _: None)
        assert caught.value.remedy


def test_huge_sparse_files_and_bombs_need_no_memory(tmp_path: Path) -> None:
    """In a process of its own with 400 MB of address space; Python itself needs 100."""
    bomb = gzip.compress(cpio.encode([cpio.file("bomb", bytes(64 << 20))]) * 3)
    (tmp_path / "bomb").write_bytes(bomb)
    (tmp_path / "names").write_bytes(gzip.compress(cpio.encode([cpio.file("n" * 4000, b"")]) * 3000))
    for name, head in (("zeros", b""), ("kernel", kernel(maximum=1 << 39, room=0)), ("elf", S390X)):
        with (tmp_path / name).open("wb") as file:
            file.write(head)
            file.truncate(1 << 40)
    program = """
import resource, sys
from collections.abc import Callable
from pathlib import Path
from netipl.store import inspection
resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
for path in sys.argv[1:]:
    found = inspection.inspect(Path(path), lambda _: None)
    print(found.kind, found.initrd and found.initrd.found.unpacked >> 20)
"""
    paths = [str(tmp_path / name) for name in ("zeros", "kernel", "elf", "bomb", "names")]
    done = subprocess.run([sys.executable, "-c", program, *paths], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:4] == ["zeros None", "kernel None", "elf None", "compressed 192"]
