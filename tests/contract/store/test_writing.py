"""A content becomes a file whole or not at all, by whatever way the kernel copies, and spoils nothing."""

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from netipl.content import Content, FileRange, Zeros, inline, of_file, read
from netipl.errors import UnavailableError, UsageError
from netipl.store import writing


def ignored(_: int) -> None:
    """Nobody watches."""


def write(content: Content, path: Path, *inputs: Path) -> None:
    writing.to_file(content, path, progress=ignored, inputs=inputs)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(os.urandom(100_000))
    return path


@pytest.fixture
def content(source: Path) -> Content:
    """Every kind of segment, zeros at the end too."""
    return (
        inline(b"head")
        + of_file(source).part(10, 90_000)
        + Content((Zeros(length=5000),))
        + of_file(source).padded(4096)
    )


@pytest.fixture(params=["copy_file_range", "sendfile", "by hand"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel knows only this way, or a worse one."""

    def refused(*_: object, **__: object) -> int:
        raise OSError(errno.EXDEV, "no way")

    if request.param != "copy_file_range":
        monkeypatch.setattr(os, "copy_file_range", refused)
    if request.param == "by hand":
        monkeypatch.setattr(os, "sendfile", refused)


@pytest.mark.usefixtures("_way")
def test_a_file_has_the_bytes_of_the_content(tmp_path: Path, content: Content) -> None:
    done: list[int] = []
    writing.to_file(content, tmp_path / "made", progress=done.append)
    assert (tmp_path / "made").read_bytes() == b"".join(read(content))
    assert sum(done) <= content.size


@pytest.mark.usefixtures("_way")
def test_a_stream_has_them_too(tmp_path: Path, content: Content) -> None:
    with (tmp_path / "stream").open("ab") as stream:  # for appending, where copy_file_range may not be used
        stream.write(b"before")
        writing.to_stream(content, stream, progress=ignored)
    assert (tmp_path / "stream").read_bytes() == b"before" + b"".join(read(content))


def test_a_new_file_has_the_permissions_of_the_umask(tmp_path: Path, content: Content) -> None:
    before = os.umask(0o027)
    try:
        write(content, tmp_path / "made")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o640


def test_a_file_that_was_there_keeps_its_permissions(tmp_path: Path, content: Content) -> None:
    (tmp_path / "made").write_text("old")
    (tmp_path / "made").chmod(0o604)
    write(content, tmp_path / "made")
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o604
    assert (tmp_path / "made").stat().st_size == content.size


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path: Path, content: Content) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there/made")
    write(content, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there/made").stat().st_size == content.size


def test_what_is_read_is_never_written(tmp_path: Path, source: Path, content: Content) -> None:
    before = source.read_bytes()
    (tmp_path / "hard").hardlink_to(source)
    (tmp_path / "soft").symlink_to(source)
    (tmp_path / "other").write_text("an input that is no segment")
    for path in (source, tmp_path / "hard", tmp_path / "soft", tmp_path / "other"):
        with pytest.raises(UsageError, match="is read from"):
            write(content, path, tmp_path / "other")
    assert source.read_bytes() == before


def test_no_directory_device_or_fifo_is_replaced(tmp_path: Path, content: Content) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path, tmp_path / "fifo", Path("/dev/null")):
        with pytest.raises(UsageError, match="no regular file"):
            write(content, path)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_pipe_by_the_name_of_a_descriptor_is_no_file(content: Content) -> None:
    reading, writing_end = os.pipe()
    try:
        with pytest.raises(UsageError, match="no regular file"):
            write(content, Path(f"/dev/fd/{writing_end}"))
    finally:
        os.close(reading)
        os.close(writing_end)


def test_a_place_that_is_not_there_is_named(tmp_path: Path, content: Content) -> None:
    with pytest.raises(UnavailableError, match="No such file") as caught:
        write(content, tmp_path / "absent" / "made")
    assert "make the directory" in caught.value.remedy


def test_a_source_that_is_shorter_than_it_was_leaves_nothing_behind(tmp_path: Path, source: Path) -> None:
    (tmp_path / "made").write_text("old")
    longer = Content((FileRange(path=source, length=200_000),))
    with pytest.raises(UnavailableError, match="ended at 100000 of 200000"):
        write(longer, tmp_path / "made")
    assert (tmp_path / "made").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "source"]


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
@pytest.mark.usefixtures("_way")
def test_a_full_disk_leaves_nothing_behind(small_disk: Path, tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(os.urandom(3 << 20))
    (small_disk / "made").write_text("old")
    with pytest.raises(UnavailableError, match="No space left") as caught:
        write(of_file(large), small_disk / "made")
    assert "make room" in caught.value.remedy
    assert [(path.name, path.read_text()) for path in small_disk.iterdir()] == [("made", "old")]


def test_a_terminal_gets_no_image() -> None:
    _, follower = os.openpty()
    with os.fdopen(follower, "wb", buffering=0) as terminal, pytest.raises(UsageError, match="terminal"):
        writing.to_stream(inline(b"x"), terminal, progress=ignored)


def test_a_reader_that_has_ended_is_said(source: Path) -> None:
    reading, end = os.pipe()
    os.close(reading)
    with os.fdopen(end, "wb") as stream, pytest.raises(UnavailableError, match="standard output: Broken pipe"):
        writing.to_stream(of_file(source), stream, progress=ignored)


def test_killed_in_the_middle_it_has_not_touched_the_file(tmp_path: Path) -> None:
    """The new file is beside it, under a name that says what it is."""
    (tmp_path / "made").write_text("old")
    program = """
import os, signal, sys
from pathlib import Path
from netipl.content import Content, Zeros
from netipl.store import writing
writing.to_file(Content((Zeros(length=5),)), Path(sys.argv[1]), progress=lambda _: os.kill(os.getpid(), signal.SIGKILL))
"""
    subprocess.run([sys.executable, "-c", program, tmp_path / "made"], check=False)
    assert (tmp_path / "made").read_text() == "old"
    assert [path.suffix for path in tmp_path.iterdir() if path.name != "made"] == [".part"]
