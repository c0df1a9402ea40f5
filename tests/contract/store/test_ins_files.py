"""The files of a list are found where media have them, and nowhere else."""

from pathlib import Path

import pytest

from netipl.errors import UnavailableError, WireError
from netipl.store import ins_files

LIST = "* a list\nboot/kernel 0x0\nboot/initrd 0x800000\n"


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    root = tmp_path / "medium"
    (root / "boot").mkdir(parents=True)
    (root / "boot/kernel").write_bytes(b"K" * 100_000)
    (root / "boot/initrd").write_bytes(b"I")
    (root / "generic.ins").write_text(LIST)
    (root / "boot/generic.ins").write_text(LIST)
    (tmp_path / "outside").write_text("secret")
    return root


@pytest.mark.parametrize("place", ["generic.ins", "boot/generic.ins"])
def test_names_are_relative_to_the_root_wherever_the_list_is(medium: Path, place: str) -> None:
    listed = ins_files.read(medium / place)
    assert listed.root == medium
    assert [(part.name, part.address, part.content.size) for part in listed.placed] == [
        ("boot/kernel", 0, 100_000),
        ("boot/initrd", 0x800000, 1),
    ]
    assert listed.placed[0].head == b"K" * 0x10480


def test_a_root_that_is_given_counts(medium: Path) -> None:
    listed = ins_files.read(medium / "generic.ins", medium / "boot")
    assert [part.name for part, _ in listed.missing] == ["boot/kernel", "boot/initrd"]


@pytest.mark.parametrize("name", ["../outside", "/../outside", "link", "boot", "absent", "n" * 5000, "a\0b"])
def test_what_is_not_beneath_the_root_or_no_file_is_missing(medium: Path, name: str) -> None:
    (medium / "link").symlink_to("../outside")
    (medium / "odd.ins").write_text(f"* odd\n{name} 0\nboot/kernel 1\n")
    listed = ins_files.read(medium / "odd.ins")
    assert [part.name for part in listed.placed] == ["boot/kernel"]
    assert [part.name for part, _ in listed.missing] == [name]
    shelf = ins_files.shelf(medium)
    assert shelf(name.encode()) is None
    held = shelf(b"boot/initrd")
    assert held is not None
    assert (held.size, held.head) == (1, b"I")


def test_what_is_no_list_is_said(medium: Path) -> None:
    with pytest.raises(WireError, match="starts with"):
        ins_files.read(medium / "boot/initrd")
    with pytest.raises(WireError, match="100000 bytes"):
        ins_files.read(medium / "boot/kernel")
    with pytest.raises(UnavailableError, match="no regular file"):
        ins_files.read(medium)
