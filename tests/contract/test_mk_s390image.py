"""Combined images are those of s390-tools' mk-s390image, byte for byte.

Debian's s390-tools leaves the script out; Fedora's s390utils and others have it. NETIPL_MK_S390IMAGE may name it.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from netipl.content import of_file, read
from netipl.images import kernel as facts
from netipl.images.combined import combined
from tests.unit.images.kernels import kernel

IPL_RECORD = bytes.fromhex("00080000 80000200 02000018 60000050 02000068 60000050") + b"\x40" * 1000
"""The channel program by which `file` knows a kernel."""
INSTALLED = Path("/usr/share/s390-tools/netboot/mk-s390image")


@pytest.fixture(scope="module")
def mk_s390image() -> str:
    named = os.environ.get("NETIPL_MK_S390IMAGE") or shutil.which("mk-s390image")
    if named is None and not INSTALLED.exists():
        pytest.skip("mk-s390image is not installed, and no Debian package has it")
    if shutil.which("file") is None:
        pytest.skip("mk-s390image asks the program `file`, which is not installed")
    return named or str(INSTALLED)


@pytest.mark.parametrize("append", [None, "", "console=ttysclp0 quiet", "x" * 896])
@pytest.mark.parametrize("initrd", [None, b"", b"I", b"I" * 4097])
@pytest.mark.parametrize("size", [0x12345, 0x13000, 0x13001])
def test_the_image_is_the_same(
    mk_s390image: str, tmp_path: Path, size: int, initrd: bytes | None, append: str | None
) -> None:
    image = IPL_RECORD + kernel(size=size)[len(IPL_RECORD) :]
    given = {"kernel": image, "initrd": initrd, "parameters": None if append is None else append.encode()}
    for name, data in given.items():
        if data is not None:
            (tmp_path / name).write_bytes(data)
    command = [mk_s390image, "kernel", "image"]
    command += ["-r", "initrd"] if initrd is not None else []
    command += ["-p", "parameters"] if append is not None else []
    subprocess.run(["bash", *command], cwd=tmp_path, check=True)
    content = combined(
        kernel=of_file(tmp_path / "kernel"),
        header=image[: facts.HEADER_SIZE],
        initrd=None if initrd is None else of_file(tmp_path / "initrd"),
        append=append,
    )
    assert b"".join(read(content)) == (tmp_path / "image").read_bytes()
