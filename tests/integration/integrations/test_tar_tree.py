"""An archive as a tree: what tar, Python and people put into one, and nothing from outside of it."""

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from netipl import content
from netipl.errors import RefusedError, UnavailableError
from netipl.integrations import tar_tree


def read(path: Path) -> dict[str, bytes]:
    return {name: b"".join(content.read(file)) for name, file in tar_tree.tree(path).items()}


@pytest.mark.parametrize("form", ["gnu", "pax", "ustar"])
def test_what_tar_packs_is_found_by_name(tmp_path: Path, form: str) -> None:
    source, long = tmp_path / "source", "d" * 90 + "/" + "f" * 90
    for name in ("a", "images/kernel.img", long):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(name.encode() * 100)
    (source / "empty").touch()
    (source / "link").symlink_to("images/kernel.img")
    (source / "images/up").symlink_to("../a")
    (source / "directory").symlink_to("images")
    (source / "out").symlink_to("/etc/hostname")
    (source / "climbs").symlink_to("../../a")
    os.link(source / "a", source / "hard")
    os.mkfifo(source / "fifo")
    archive = tmp_path / "archive.tar"
    subprocess.run(["tar", f"--format={form}", "-C", source, "-cf", archive, "."], check=True, timeout=60)
    kernel = b"images/kernel.img" * 100
    assert read(archive) == {
        "a": b"a" * 100,
        "hard": b"a" * 100,
        "images/kernel.img": kernel,
        long: long.encode() * 100,
        "empty": b"",
        "link": kernel,
        "images/up": b"a" * 100,
        "directory/kernel.img": kernel,
    }


def test_names_that_climb_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "archive.tar"
    with tarfile.open(path, "w") as archive:
        for name in ("../x", "/etc/x", "a/../../x", "good"):
            member = tarfile.TarInfo(name)
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
    assert read(path) == {"good": b"x"}


def test_what_is_damaged_or_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "archive.tar"
    path.write_bytes(b"no archive" * 100)
    with pytest.raises(RefusedError, match="the archive is damaged"):
        tar_tree.tree(path)
    with pytest.raises(UnavailableError, match="No such file"):
        tar_tree.tree(tmp_path / "none")
