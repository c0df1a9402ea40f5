"""`netipl image reipl`: the file it writes, and what it never writes over."""

import subprocess
import sys
from pathlib import Path

import pytest

from netipl import content
from netipl.ccw import DeviceNumber
from netipl.images import reipl
from netipl.integrations.payload import reipl_program


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "netipl.cli.main", "image", "reipl", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def expected(device: DeviceNumber | None = None, wait: int = 5) -> bytes:
    return b"".join(content.read(reipl.reipl(reipl_program(), device=device, wait=wait)))


def test_the_file_has_what_was_asked_for(tmp_path: Path) -> None:
    made = tmp_path / "disk.img"
    done = run("--device", "0.0.1234", "--wait", "60", "-o", made)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"{made}: {made.stat().st_size} bytes, to 0.0.1234\n"
    assert made.read_bytes() == expected(DeviceNumber(0, 0x1234), 60)
    assert [path.name for path in tmp_path.iterdir()] == ["disk.img"]


def test_others_may_read_it_as_the_umask_says(tmp_path: Path) -> None:
    made = tmp_path / "disk.img"
    command = f'umask 027; exec "$0" -m netipl.cli.main image reipl -o "{made}"'
    subprocess.run(["sh", "-c", command, sys.executable], check=True)
    assert made.stat().st_mode & 0o777 == 0o640


def test_a_file_that_is_there_is_replaced_and_keeps_its_rights(tmp_path: Path) -> None:
    made, link = tmp_path / "disk.img", tmp_path / "link"
    made.write_text("old")
    made.chmod(0o604)
    link.symlink_to(made)
    assert run("--output", link).returncode == 0
    assert link.is_symlink()
    assert made.read_bytes() == expected()
    assert made.stat().st_mode & 0o777 == 0o604


@pytest.mark.parametrize(
    ("arguments", "status", "message", "remedy"),
    [
        (["-o", "/dev/null"], 2, "/dev/null is no regular file", "by -o"),
        (["-o", "/tmp"], 2, "/tmp is no regular file", "by -o"),
        (["-o", "/nowhere/disk.img"], 3, "/nowhere/disk.img: No such file", "name another place"),
        (["-o", "x", "--device", "fe.0.1234"], 2, "'fe.0.1234' is no device number", "0.0.1234 for the guest"),
        (["-o", "x", "--wait", "0"], 2, "--wait", ""),
        ([], 2, "Missing option", ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_names_cause_and_remedy(
    arguments: list[str], status: int, message: str, remedy: str
) -> None:
    done = run(*arguments)
    said = " ".join(done.stderr.replace("│", " ").split())
    assert (done.returncode, "Traceback" in said) == (status, False)
    assert message in said
    assert remedy in said
