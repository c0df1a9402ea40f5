"""ISO images that xorriso and pycdlib make, read as trees: every name, and every byte by its range of the image."""

import io
import os
import subprocess
from pathlib import Path

import pycdlib
import pytest

from netipl import content
from netipl.errors import RefusedError, UnavailableError
from netipl.integrations import directory, iso
from tests.media_trees import Tree, noise, rhel
from tests.synthetic_media import iso as written
from tests.synthetic_media import write

LONG = "a-name-of-" + "-".join(["many"] * 40) + "-words.rpm"

TREE: Tree = {
    ".treeinfo": b"[general]\n",
    "images/kernel.img": noise("kernel", 70_000),
    "Packages/LICENSE": b"",
    f"Packages/{LONG}": noise("long"),
    "ä/ö/ü.txt": noise("umlauts", 2048),
    "1/2/3/4/5/6/7/8/9/10/11/deep.txt": noise("deep", 2049),
}


def read(tree: dict[str, content.Content]) -> dict[str, bytes]:
    return {name: b"".join(content.read(file)) for name, file in tree.items()}


def xorriso(root: Path, image: Path, *options: str) -> Path:
    command: tuple[str | Path, ...] = ("xorriso", "-as", "mkisofs", "-quiet", *options, "-o", image, root)
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return image


@pytest.mark.parametrize(
    "options",
    [("-R",), ("-J", "-R"), ("-R", "-iso-level", "3"), ("-R", "-U")],
    ids=["Rock Ridge", "both", "level 3", "untranslated"],
)
def test_an_image_of_xorriso_is_the_tree_it_was_made_of(options: tuple[str, ...], tmp_path: Path) -> None:
    image = xorriso(write(TREE, tmp_path / "tree"), tmp_path / "a.iso", *options)
    assert read(iso.tree(image)) == TREE


def test_joliet_names_are_read_where_there_is_no_rock_ridge(tmp_path: Path) -> None:
    tree = {"Mixed Case/.treeinfo": b"[general]\n", "ä.txt": noise("a")}
    assert read(iso.tree(written(tree, tmp_path / "a.iso", rock_ridge=False, joliet=True))) == tree


def test_plain_names_are_in_small_letters(tmp_path: Path) -> None:
    image = pycdlib.PyCdlib()
    image.new()
    image.add_directory("/IMAGES")
    image.add_fp(io.BytesIO(b"kernel"), 6, "/IMAGES/KERNEL.IMG;1")
    image.add_fp(io.BytesIO(b"parameters"), 10, "/PARMFILE.;1")
    image.write(str(tmp_path / "a.iso"))
    assert read(iso.tree(tmp_path / "a.iso")) == {"images/kernel.img": b"kernel", "parmfile": b"parameters"}


def test_directories_that_were_moved_up_for_their_depth_are_where_they_belong(tmp_path: Path) -> None:
    image = pycdlib.PyCdlib()
    image.new(rock_ridge="1.09")
    path = ""
    for depth in range(1, 10):
        path += f"/D{depth}"
        image.add_directory(path, rr_name=f"d{depth}")
    image.add_fp(io.BytesIO(b"deep"), 4, f"{path}/F.;1", rr_name="f")
    image.write(str(tmp_path / "a.iso"))
    assert read(iso.tree(tmp_path / "a.iso"))["d1/d2/d3/d4/d5/d6/d7/d8/d9/f"] == b"deep"


def linked(root: Path) -> Path:
    write({"dists/trixie/Release": b"Release", "pool/a.deb": b"deb", "deep/er/file": b"file"}, root)
    (root / "dists/stable").symlink_to("trixie")
    (root / "debian").symlink_to(".")
    (root / "deep/er/up").symlink_to("../../pool/a.deb")
    (root / "deep/er/absolute").symlink_to("/pool/a.deb")
    (root / "deep/out").symlink_to("../../../etc/hostname")
    (root / "round").symlink_to("about")
    (root / "about").symlink_to("round")
    (root / "nothing").symlink_to("nowhere")
    return root


LINKED = {
    "dists/trixie/Release": b"Release",
    "dists/stable/Release": b"Release",
    "pool/a.deb": b"deb",
    "deep/er/file": b"file",
    "deep/er/up": b"deb",
    "debian/dists/trixie/Release": b"Release",
    "debian/pool/a.deb": b"deb",
    "debian/deep/er/file": b"file",
}
"""What a link leads to through another link is not repeated."""


def test_links_are_followed_within_an_image(tmp_path: Path) -> None:
    image = xorriso(linked(tmp_path / "tree"), tmp_path / "a.iso", "-R")
    absolute = {"deep/er/absolute": b"deb"}
    assert read(iso.tree(image)) == LINKED | absolute


def test_links_are_followed_within_a_directory_and_never_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    root = linked(tmp_path / "tree")
    (root / "climbs").symlink_to("../secret")
    (root / "climbs-too").symlink_to("..")
    assert read(directory.tree(root)) == LINKED


def test_what_is_no_regular_file_is_left_out_of_a_directory(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"file")
    (tmp_path / "empty").write_bytes(b"")
    assert read(directory.tree(tmp_path)) == {"file": b"file", "empty": b""}


def test_a_directory_that_is_none_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="No such file"):
        directory.tree(tmp_path / "missing")


def test_a_part_of_a_file_is_a_range_of_the_image(tmp_path: Path) -> None:
    image = xorriso(write(TREE, tmp_path / "tree"), tmp_path / "a.iso", "-R")
    file = iso.tree(image)["images/kernel.img"]
    assert b"".join(content.read(file.part(1000, 66_000))) == TREE["images/kernel.img"][1000:66_000]


def test_an_image_that_is_damaged_or_cut_short_is_refused(tmp_path: Path) -> None:
    whole = written(rhel("Fedora", "41"), tmp_path / "a.iso").read_bytes()
    image = tmp_path / "b.iso"
    for kept in (0, 100, 0x8000, 0x8800, 40_000, len(whole) // 2, len(whole) - 2048):
        image.write_bytes(whole[:kept])
        with pytest.raises(RefusedError, match=r"b\.iso: ") as refused:
            iso.tree(image)
        assert refused.value.remedy


def test_an_image_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        iso.tree(tmp_path / "missing.iso")
