"""The re-IPL program in the package is what its sources make, and the wheel has both."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
PROGRAM = REPOSITORY / "src/netipl/payload/reipl/reipl.img"
BUILD = REPOSITORY / "scripts/build-payload"

needs_binutils = pytest.mark.skipif(
    shutil.which("s390x-linux-gnu-as") is None, reason="needs Debian's binutils-s390x-linux-gnu"
)


@needs_binutils
def test_the_binary_is_what_its_sources_make(tmp_path: Path) -> None:
    built = tmp_path / "reipl.img"
    subprocess.run([BUILD, built], check=True)
    assert built.read_bytes() == PROGRAM.read_bytes(), "run scripts/build-payload and commit what it makes"


@needs_binutils
def test_what_larl_cannot_load_is_refused(tmp_path: Path) -> None:
    odd = tmp_path / "odd.S"
    odd.write_text(".globl main, back_to_network\n.text\nmain:\nback_to_network:\n.byte 0\nodd: .byte 0\n.balign 2\n")
    done = subprocess.run([BUILD, tmp_path / "out", odd], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "odd" in done.stdout


def test_the_wheel_has_the_binary_and_its_sources(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=REPOSITORY, check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read("netipl/payload/reipl/reipl.img") == PROGRAM.read_bytes()
        packed = {name.rpartition("/")[2] for name in archive.namelist() if name.startswith("netipl/payload/reipl/")}
    assert packed == {path.name for path in PROGRAM.parent.iterdir()}
