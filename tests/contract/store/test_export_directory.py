"""A directory kept in step: what is written, how it may be read, what is left alone, and what a kill leaves behind."""

import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from netipl.content import Content, inline, of_file, read
from netipl.errors import RefusedError, UnavailableError
from netipl.provisioning.difference import Step
from netipl.store import export_directory, export_manifest
from netipl.store.export_directory import FileChange

CONFIGURATION = "pxelinux.cfg/default"
KERNEL = "boot/1/kernel"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "new" / "root"


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    path = tmp_path / "vmlinuz"
    path.write_bytes(os.urandom(100_000))
    return path


def tree_of(kernel: Path) -> dict[str, Content]:
    return {
        CONFIGURATION: inline("# pxelinux\n"),
        KERNEL: of_file(kernel),
        "guests/z1/boot.img": of_file(kernel).padded(4096),
    }


def bring(root: Path, tree: Mapping[str, Content], *, force: bool = False, link: bool = False) -> dict[str, Step]:
    """Step by name."""
    return {each.name: each.step for each in done(root, tree, force=force, link=link)}


def done(root: Path, tree: Mapping[str, Content], *, force: bool = False, link: bool = False) -> list[FileChange]:
    with export_directory.locked(root):
        steps = export_directory.changes(root, tree, force=force, link=link)
        export_directory.apply(root, tree, steps, progress=lambda _: None)
    return steps


def names(root: Path) -> set[str]:
    found = (path.relative_to(root) for path in root.rglob("*") if not path.is_dir())
    return {str(path) for path in found} - {export_manifest.NAME}


def test_the_tree_is_there_and_everybody_can_read_it(root: Path, kernel: Path) -> None:
    before = os.umask(0o077)
    try:
        assert set(bring(root, tree_of(kernel)).values()) == {Step.ADD}
    finally:
        os.umask(before)
    assert (root / KERNEL).read_bytes() == kernel.read_bytes()
    assert (root / CONFIGURATION).read_bytes() == b"# pxelinux\n"
    modes = {path.relative_to(root): stat.S_IMODE(path.stat().st_mode) for path in (root, *root.rglob("*"))}
    assert modes.pop(Path(export_manifest.NAME)) == 0o600
    assert {mode for path, mode in modes.items() if (root / path).is_dir()} == {0o755}
    assert {mode for path, mode in modes.items() if (root / path).is_file()} == {0o644}


def test_a_second_time_nothing_is_written(root: Path, kernel: Path) -> None:
    bring(root, tree_of(kernel))
    before = {path: path.stat().st_ino for path in root.rglob("*")}
    assert set(bring(root, tree_of(kernel)).values()) == {Step.KEEP}
    assert {path: path.stat().st_ino for path in root.rglob("*")} == before


def test_what_is_no_longer_wanted_goes_with_its_directories_and_nothing_else_does(root: Path, kernel: Path) -> None:
    bring(root, tree_of(kernel))
    (root / "pxelinux.cfg/mine").write_text("mine")
    assert set(bring(root, {}).values()) == {Step.REMOVE}
    assert names(root) == {"pxelinux.cfg/mine"}
    assert [path.name for path in root.iterdir() if path.is_dir()] == ["pxelinux.cfg"]
    (root / "pxelinux.cfg/mine").unlink()
    bring(root, {CONFIGURATION: inline("x")})
    bring(root, {})
    assert [path.name for path in root.iterdir()] == [export_manifest.NAME]


def test_a_directory_that_was_there_before_stays(root: Path) -> None:
    (root / "pxelinux.cfg").mkdir(parents=True)
    bring(root, {CONFIGURATION: inline("x")})
    bring(root, {})
    assert (root / "pxelinux.cfg").is_dir()


def test_a_changed_source_is_copied_again(root: Path, kernel: Path) -> None:
    bring(root, tree_of(kernel))
    kernel.write_bytes(b"another")
    assert bring(root, tree_of(kernel)) == {
        CONFIGURATION: Step.KEEP, KERNEL: Step.REPLACE, "guests/z1/boot.img": Step.REPLACE
    }  # fmt: skip
    assert (root / KERNEL).read_bytes() == b"another"


@pytest.mark.parametrize("wanted", [True, False], ids=["wanted", "not wanted"])
def test_what_somebody_changed_is_left_and_said_until_somebody_insists(root: Path, *, wanted: bool) -> None:
    tree = {CONFIGURATION: inline("ours")}
    bring(root, tree)
    (root / CONFIGURATION).write_text("theirs")
    for _ in range(2):
        (change,) = done(root, tree if wanted else {})
        assert (change.step, change.why) == (Step.LEAVE, "somebody changed it")
        assert (root / CONFIGURATION).read_text() == "theirs"
    bring(root, tree if wanted else {}, force=True)
    assert names(root) == ({CONFIGURATION} if wanted else set())


def test_a_file_with_the_same_bytes_is_ours_still(root: Path) -> None:
    tree = {CONFIGURATION: inline("ours")}
    bring(root, tree)
    data = (root / CONFIGURATION).read_bytes()
    (root / CONFIGURATION).unlink()
    (root / CONFIGURATION).write_bytes(data)
    assert bring(root, tree) == {CONFIGURATION: Step.KEEP}


def test_what_is_foreign_is_left_until_somebody_insists(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("outside")
    (root / "pxelinux.cfg").mkdir(parents=True)
    (root / CONFIGURATION).symlink_to(outside)
    tree = {CONFIGURATION: inline("ours")}
    assert bring(root, tree) == {CONFIGURATION: Step.LEAVE}
    assert bring(root, tree, force=True) == {CONFIGURATION: Step.REPLACE}
    assert not (root / CONFIGURATION).is_symlink()
    assert outside.read_text() == "outside"


@pytest.mark.parametrize("force", [True, False])
def test_nothing_is_written_through_a_link_to_another_directory(root: Path, tmp_path: Path, *, force: bool) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    root.mkdir(parents=True)
    (root / "pxelinux.cfg").symlink_to(elsewhere)
    (change,) = done(root, {CONFIGURATION: inline("ours")}, force=force)
    assert change.step is Step.LEAVE
    assert "pxelinux.cfg is no directory" in change.why
    assert "another name" in change.remedy
    assert list(elsewhere.iterdir()) == []


def test_a_directory_in_the_place_of_a_file_stays(root: Path) -> None:
    (root / CONFIGURATION).mkdir(parents=True)
    (change,) = done(root, {CONFIGURATION: inline("ours")}, force=True)
    assert (change.step, change.why) == (Step.LEAVE, "it is a directory")


def test_links_share_their_bytes_and_become_copies_again(root: Path, kernel: Path) -> None:
    bring(root, tree_of(kernel), link=True)
    assert (root / KERNEL).samefile(kernel)
    assert not (root / "guests/z1/boot.img").samefile(kernel), "it is more than that file"
    assert set(bring(root, tree_of(kernel), link=True).values()) == {Step.KEEP}
    assert bring(root, tree_of(kernel))[KERNEL] is Step.REPLACE
    assert not (root / KERNEL).samefile(kernel)
    assert kernel.read_bytes() == (root / KERNEL).read_bytes()
    bring(root, {}, link=True)
    assert kernel.exists()


def test_what_not_everybody_may_read_is_copied(root: Path, kernel: Path) -> None:
    kernel.chmod(0o600)
    bring(root, {KERNEL: of_file(kernel)}, link=True)
    assert not (root / KERNEL).samefile(kernel)
    assert stat.S_IMODE((root / KERNEL).stat().st_mode) == 0o644


def test_a_copy_that_somebody_closed_is_opened_again(root: Path, kernel: Path) -> None:
    bring(root, tree_of(kernel))
    (root / KERNEL).chmod(0o600)
    bring(root, tree_of(kernel))
    assert stat.S_IMODE((root / KERNEL).stat().st_mode) == 0o644


def test_one_export_at_a_time(root: Path) -> None:
    with (
        export_directory.locked(root),
        pytest.raises(UnavailableError, match="another export writes to"),
        export_directory.locked(root),
    ):
        pass


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2}', '{"version": 1, "files": 1, "directories": []}'])
def test_a_spoilt_manifest_is_refused_with_a_remedy(root: Path, text: str) -> None:
    root.mkdir(parents=True)
    (root / export_manifest.NAME).write_text(text)
    with pytest.raises(RefusedError) as caught:
        bring(root, {})
    assert "--force" in caught.value.remedy


def test_what_the_disk_refuses_is_told(root: Path) -> None:
    with pytest.raises(UnavailableError, match="File name too long"):
        bring(root, {"n" * 300: inline("x")})


_KILLED = """
import os, sys
from pathlib import Path
from tests.contract.store.test_export_directory import bring, second_tree
left = int(sys.argv[3])
def count(event, _arguments):
    global left
    if event in {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.chmod"}:
        left -= 1
        if left < 0:
            os._exit(9)
sys.addaudithook(count)
bring(Path(sys.argv[1]), second_tree(Path(sys.argv[2])), link=sys.argv[4] == "link")
"""
"""Ends as by SIGKILL just before the step of that number changes the directory."""


def first_tree(kernel: Path) -> dict[str, Content]:
    return {CONFIGURATION: inline("# pxelinux\nfirst"), KERNEL: of_file(kernel), "guests/z1/boot.cfg": inline("z1")}


def second_tree(kernel: Path) -> dict[str, Content]:
    return {
        CONFIGURATION: inline("# pxelinux\nsecond"),
        "boot/2/kernel": of_file(kernel),
        "boot/2/initrd": of_file(kernel).padded(4096),
    }


@pytest.mark.parametrize("how", ["copy", "link"])
def test_killed_at_any_step_it_leaves_whole_files_and_the_next_one_goes_on(
    tmp_path: Path, kernel: Path, how: str
) -> None:
    old, new = first_tree(kernel), second_tree(kernel)
    whole = {name: {_bytes(tree[name]) for tree in (old, new) if name in tree} for name in {*old, *new}}
    for step in range(100):
        root = tmp_path / f"root{step}"
        bring(root, old)
        command: list[str | Path] = [sys.executable, "-c", _KILLED, root, kernel, str(step), how]
        status = subprocess.run(command, check=False, cwd=Path(__file__).parents[3]).returncode
        for name in {name for name in names(root) if not name.endswith(".part")}:
            assert (root / name).read_bytes() in whole[name], (step, name)
        assert not (root / CONFIGURATION).read_bytes().endswith(b"second") or (root / "boot/2/kernel").exists()
        assert Step.LEAVE not in bring(root, new, link=how == "link").values(), step
        assert names(root) == set(new), step
        if status == 0:
            break
        assert status == 9
    assert step > 10


def _bytes(content: Content) -> bytes:
    return b"".join(read(content))
