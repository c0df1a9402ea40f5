"""A directory that is served as it is: every kind of name that can be in it, and some that cannot."""

import os
from pathlib import Path

import pytest

from netipl import content
from netipl.content import Content
from netipl.protocols.tftp.resolution import Arriving, Denied, Missing, Resolution
from netipl.store.files import served


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "root"
    (made / "directory").mkdir(parents=True)
    (made / "file").write_text("file")
    (made / "directory" / "inner").write_text("inner")
    (made / "new.part").touch()
    (made / "to-file").symlink_to("directory/inner")
    (made / "one").symlink_to("other")
    (made / "other").symlink_to("one")
    (made / "dangling").symlink_to("nothing")
    (tmp_path / "secret").write_text("secret")
    (made / "leaving").symlink_to("../secret")
    (made / "leaving-directory").symlink_to("..")
    os.mkfifo(made / "fifo")
    return made


@pytest.mark.parametrize(
    ("name", "resolution"),
    [
        ("", Missing),
        ("nothing", Missing),
        ("directory", Missing),
        ("directory/nothing", Missing),
        ("file/below", Missing),
        ("n" * 255, Missing),
        ("n" * 300, Missing),
        ("directory/" * 500 + "n", Missing),
        ("new", Arriving),
        ("one", Denied),
        ("one/below", Missing),
        ("dangling", Denied),
        ("fifo", Denied),
        ("leaving", Denied),
        ("leaving-directory/secret", Denied),
        ("leaving-directory/nothing", Denied),
    ],
)
def test_names_without_a_file_to_serve(root: Path, name: str, resolution: type[Resolution]) -> None:
    assert isinstance(served(root, name), resolution)


@pytest.mark.parametrize(("name", "text"), [("file", b"file"), ("directory/inner", b"inner"), ("to-file", b"inner")])
def test_files_are_served(root: Path, name: str, text: bytes) -> None:
    found = served(root, name)
    assert isinstance(found, Content)
    assert b"".join(content.read(found)) == text


def test_a_name_that_is_no_utf_8_is_served(root: Path) -> None:
    (root / os.fsdecode(b"\xff")).touch()
    assert isinstance(served(root, os.fsdecode(b"\xff")), Content)


def test_a_root_that_became_a_loop_serves_nothing(root: Path) -> None:
    assert isinstance(served(root / "one", "file"), Missing)
