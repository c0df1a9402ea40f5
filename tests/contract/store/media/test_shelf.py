"""Media are there when they are whole, share what they have in common, and take nothing along that others need."""

import os
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from netipl import content
from netipl.content import Content
from netipl.errors import UnavailableError
from netipl.media.medium import Role
from netipl.protocols.tftp.resolution import Arriving, Missing, Resolution
from netipl.store.media import record
from netipl.store.media.blobs import Blobs
from netipl.store.media.trees import Part
from tests.contract.store.media.lab import medium, opened, put, sha256
from tests.unit.guests.media_kept import DEBIAN

KERNEL, INITRD = b"kernel" * 1000, b"initrd" * 1000
FILES = {Role.KERNEL: KERNEL, Role.INITRD: INITRD}


def read(found: Resolution) -> bytes:
    assert isinstance(found, Content), found
    return b"".join(content.read(found))


def kept(root: Path) -> set[str]:
    return {path.name for path in root.glob("blobs/sha256/*/*")}


def test_a_record_is_read_as_it_was_written() -> None:
    made = medium("rhel", FILES, has_tree=True)
    assert record.decode(record.encode(made)) == made
    for wrong in (b"", b"{}", b"[]", record.encode(made).replace(b'"kernel"', b'"nothing"')):
        with pytest.raises(UnavailableError):
            record.decode(wrong)
    with pytest.raises(UnavailableError, match="its form is 2"):
        record.decode(record.encode(made).replace(b'"form": 1', b'"form": 2'))


def test_files_are_found_by_role_by_path_and_after_a_restart(tmp_path: Path) -> None:
    shelf, keeper = opened(tmp_path)
    made = medium("rhel", FILES)
    put(shelf, keeper, made, KERNEL, INITRD)
    for found in (shelf, opened(tmp_path)[0]):
        assert found.medium("rhel") == made
        assert found.media == [made]
        assert read(found.content(made, Role.KERNEL)) == KERNEL
        assert read(found.resolve(f"media/{made.id}/images/initrd.img")) == INITRD
        assert found.content(made, Role.ISO) == Missing()
        assert found.resolve(f"media/{made.id}/images/none") == Missing()
        assert found.resolve(f"media/{made.id}/tree/images/initrd.img") == Missing()
        assert found.resolve("media/none/images/initrd.img") == Missing()
        assert found.medium("none") == Missing()


def test_everybody_may_read_kept_files_and_nobody_write_them(tmp_path: Path) -> None:
    shelf, keeper = opened(tmp_path)
    put(shelf, keeper, medium("rhel", FILES), KERNEL, INITRD)
    path = shelf.blobs.path(sha256(KERNEL))
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert {stat.S_IMODE(parent.stat().st_mode) for parent in list(path.parents)[:3]} == {0o755}


def test_a_tree_is_made_of_ranges(tmp_path: Path) -> None:
    shelf, keeper = opened(tmp_path)
    image = b"0123456789"
    made = medium("rhel", {Role.ISO: image}, has_tree=True)
    tree = {"a/b": (Part(sha256(image), 2, 3), Part(sha256(image), 0, 1)), "empty": ()}
    put(shelf, keeper, made, image, tree=tree)
    for found in (shelf, opened(tmp_path)[0]):
        assert read(found.resolve(f"media/{made.id}/tree/a/b")) == b"2340"
        assert read(found.resolve(f"media/{made.id}/tree/empty")) == b""
        assert found.resolve(f"media/{made.id}/tree/a") == Missing()


def test_one_that_arrives_is_waited_for_by_its_names(tmp_path: Path) -> None:
    shelf, keeper = opened(tmp_path)
    made = medium("rhel", FILES)
    shelf.announced(made.id, "rhel", ["images/kernel.img"])
    assert shelf.medium("rhel") == Arriving()
    assert shelf.content(made, Role.KERNEL) == Arriving()
    assert shelf.resolve(f"media/{made.id}/images/kernel.img") == Arriving()
    assert shelf.resolve(f"media/{made.id}/tree/x") == Missing()
    put(shelf, keeper, made, KERNEL, INITRD)
    assert read(shelf.resolve(f"media/{made.id}/images/kernel.img")) == KERNEL
    shelf.announced("other-1", "other")
    assert shelf.resolve("media/other-1/images/kernel.img") == Arriving()
    shelf.announced("other-1", "other", ["images/kernel.img"], has_tree=True)
    assert shelf.resolve("media/other-1/images/none") == Missing()
    assert shelf.resolve("media/other-1/tree/x") == Arriving()
    shelf.given_up("other-1")
    assert shelf.medium("other") == Missing()


def test_a_file_that_two_have_stays_until_neither_is_there(tmp_path: Path) -> None:
    shelf, keeper = opened(tmp_path)
    one, two = medium("one", FILES), medium("two", {Role.KERNEL: KERNEL})
    put(shelf, keeper, one, KERNEL, INITRD)
    put(shelf, keeper, two, KERNEL)
    assert kept(tmp_path) == {sha256(KERNEL), sha256(INITRD)}
    keeper.remove(one)
    assert kept(tmp_path) == {sha256(KERNEL)}
    assert read(shelf.content(two, Role.KERNEL)) == KERNEL
    keeper.remove(two)
    assert not kept(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blobs", "incoming"]


def test_what_goes_while_another_that_needs_it_comes_is_told(tmp_path: Path) -> None:
    shelf, keeper = opened(tmp_path)
    with pytest.raises(UnavailableError, match=r"images/kernel\.img was removed while rhel was imported"):
        put(shelf, keeper, medium("rhel", FILES), INITRD)
    assert shelf.media == []


def test_who_has_a_file_open_keeps_it(tmp_path: Path) -> None:
    shelf, keeper = opened(tmp_path)
    made = medium("rhel", FILES)
    put(shelf, keeper, made, KERNEL, INITRD)
    with os.fdopen(content.opened(shelf.blobs.path(sha256(KERNEL))), "rb") as file:
        keeper.remove(made)
        assert file.read() == KERNEL


def test_verification_names_each_file_that_is_broken(tmp_path: Path) -> None:
    shelf, keeper = opened(tmp_path)
    made = medium("rhel", FILES)
    put(shelf, keeper, made, KERNEL, INITRD)
    told: list[tuple[str, int]] = []
    assert list(keeper.faults(made, lambda *each: told.append(each))) == []
    assert sum(done for _, done in told) == len(KERNEL) + len(INITRD)
    for data, change in ((KERNEL, KERNEL[:-1] + b"!"), (INITRD, INITRD[:-1])):
        path = shelf.blobs.path(sha256(data))
        path.chmod(0o644)
        path.write_bytes(change)
    assert [(fault.file, fault.what) for fault in keeper.faults(made, lambda *_: None)] == [
        ("images/kernel.img", "its bytes are not what they were"),
        ("images/initrd.img", f"it has {len(INITRD) - 1} bytes, and had {len(INITRD)}"),
    ]
    shelf.blobs.path(sha256(KERNEL)).unlink()
    assert next(keeper.faults(made, lambda *_: None)).what == "it is not there"


def test_a_file_that_comes_again_heals_the_one_that_is_broken(tmp_path: Path) -> None:
    shelf, keeper = opened(tmp_path)
    one = medium("one", {Role.KERNEL: KERNEL})
    put(shelf, keeper, one, KERNEL)
    path = shelf.blobs.path(sha256(KERNEL))
    path.chmod(0o644)
    path.write_bytes(b"broken")
    put(shelf, keeper, medium("two", {Role.KERNEL: KERNEL}), KERNEL)
    assert list(keeper.faults(one, lambda *_: None)) == []


def test_what_nobody_can_read_is_told_and_nothing_is_swept_away_meanwhile(tmp_path: Path) -> None:
    shelf, keeper = opened(tmp_path)
    one, two = medium("one", {Role.KERNEL: KERNEL}), medium("two", {Role.INITRD: INITRD})
    put(shelf, keeper, one, KERNEL)
    put(shelf, keeper, two, INITRD)
    (tmp_path / one.id / "medium.json").write_bytes(record.encode(one).replace(b'"form": 1', b'"form": 9'))
    with structlog.testing.capture_logs() as logged:
        shelf, keeper = opened(tmp_path)
    assert [each["event"] for each in logged] == ["a medium cannot be used"]
    assert shelf.media == [two]
    keeper.remove(two)
    assert kept(tmp_path) == {sha256(KERNEL), sha256(INITRD)}
    (tmp_path / one.id / "medium.json").write_bytes(record.encode(one))
    shelf, keeper = opened(tmp_path)
    assert read(shelf.content(one, Role.KERNEL)) == KERNEL
    assert kept(tmp_path) == {sha256(KERNEL)}


def test_a_record_that_cannot_be_opened_keeps_its_files_too(tmp_path: Path) -> None:
    """A circle of links stands for whatever the system refuses, as root is refused little else."""
    shelf, keeper = opened(tmp_path)
    one, two = medium("one", {Role.KERNEL: KERNEL}), medium("two", {Role.INITRD: INITRD})
    put(shelf, keeper, one, KERNEL)
    put(shelf, keeper, two, INITRD)
    place = tmp_path / one.id / "medium.json"
    place.unlink()
    place.symlink_to(place)
    with structlog.testing.capture_logs() as logged:
        shelf, keeper = opened(tmp_path)
    assert [each["event"] for each in logged] == ["a medium cannot be used"]
    keeper.remove(two)
    assert kept(tmp_path) == {sha256(KERNEL), sha256(INITRD)}


def test_a_directory_that_was_renamed_is_no_other_medium(tmp_path: Path) -> None:
    shelf, keeper = opened(tmp_path)
    put(shelf, keeper, medium("rhel", FILES), KERNEL, INITRD)
    (tmp_path / "rhel-1").rename(tmp_path / "rhel-2")
    assert opened(tmp_path)[0].media == []


def test_nothing_foreign_is_touched(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "tree.json").write_text("mine")
    (tmp_path / "README").write_text("mine")
    shelf, keeper = opened(tmp_path)
    made = medium("rhel", FILES)
    put(shelf, keeper, made, KERNEL, INITRD)
    (tmp_path / made.id / "mine").write_text("mine")
    keeper.remove(made)
    assert (tmp_path / made.id / "mine").read_text() == "mine"
    assert (tmp_path / "README").read_text() == "mine"


def test_no_path_is_made_of_what_is_no_sum(tmp_path: Path) -> None:
    for wrong in ("", "../../etc", "A" * 64, "a" * 63):
        with pytest.raises(ValueError, match="is no SHA-256 sum"):
            Blobs(tmp_path).path(wrong)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", place], check=False).returncode:
        pytest.skip("may not mount a file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


@pytest.mark.root
def test_on_a_full_disk_nothing_comes_and_nothing_goes(small_disk: Path) -> None:
    shelf, keeper = opened(small_disk)
    one = medium("one", FILES)
    put(shelf, keeper, one, KERNEL, INITRD)
    tree = {f"{'directory/' * 50}{number}": (Part(sha256(KERNEL), 0, 1),) for number in range(3000)}
    large = replace(medium("large", {Role.KERNEL: KERNEL}), has_tree=True)
    with pytest.raises(UnavailableError, match="No space left") as told:
        put(shelf, keeper, large, KERNEL, tree=tree)
    assert "make room" in told.value.remedy
    assert shelf.media == [one]
    found, keeper = opened(small_disk)
    assert found.media == [one]
    assert list(keeper.faults(one, lambda *_: None)) == []
    put(found, keeper, medium("two", {Role.KERNEL: KERNEL}), KERNEL)


def test_what_is_on_its_way_and_recognised_is_known_as_such(tmp_path: Path) -> None:
    shelf, _ = opened(tmp_path)
    shelf.announced("debian-1", "debian12")
    assert not shelf.coming
    shelf.announced("debian-1", "debian12", ["boot/kernel", "boot/initrd"], medium=DEBIAN)
    assert list(shelf.coming) == [DEBIAN]
    assert shelf.medium("debian12") == shelf.content(DEBIAN, Role.KERNEL) == Arriving()
    shelf.given_up("debian-1")
    assert not shelf.coming


def test_parts_that_could_not_be_kept_are_written_to_when_they_are_gone_on_with(tmp_path: Path) -> None:
    shelf, keeper = opened(tmp_path)
    (tmp_path / "blobs").write_text("in the way")
    with pytest.raises(UnavailableError):
        put(shelf, keeper, medium("rhel", FILES), KERNEL, INITRD)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "incoming/rhel-1").iterdir()}
    assert all(mode & stat.S_IWUSR for mode in modes)
    (tmp_path / "blobs").unlink()
    put(shelf, keeper, medium("rhel", FILES), KERNEL, INITRD)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("blobs/sha256/*/*")} == {0o444}


@pytest.mark.parametrize("name", [".medium.json.0a1b2c3d", ".tree.json.0a1b2c3d", "tree.json"])
def test_what_a_killed_daemon_began_to_write_is_cleared_away(tmp_path: Path, name: str) -> None:
    shelf, keeper = opened(tmp_path)
    put(shelf, keeper, medium("rhel", FILES), KERNEL, INITRD)
    (tmp_path / "fedora-1").mkdir()
    (tmp_path / "fedora-1" / name).write_text("{")
    (tmp_path / "mine").mkdir()
    (tmp_path / "lost+found").mkdir()
    opened(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"blobs", "incoming", "rhel-1", "mine", "lost+found"}


def test_what_cannot_be_removed_is_told_and_the_medium_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, keeper = opened(tmp_path)
    made = medium("rhel", FILES)
    put(shelf, keeper, made, KERNEL, INITRD)

    def refused(self: Path, **_: bool) -> None:
        if self.name == sha256(KERNEL):
            raise PermissionError(13, "Permission denied", str(self))
        os.unlink(self)  # noqa: PTH108 - Path.unlink is this

    monkeypatch.setattr(Path, "unlink", refused)
    with structlog.testing.capture_logs() as logs:
        keeper.remove(made)
        opened(tmp_path)
    assert shelf.medium("rhel") == Missing()
    assert {each["event"] for each in logs} == {"files of media that are gone cannot be removed"}
