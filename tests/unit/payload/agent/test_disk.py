"""A disk as the agent has it; a file stands for it. What a device does is seen by real guests."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from netipl.errors import RefusedError
from netipl.payload.agent.disk import Disk


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "disk"
    path.write_bytes(b"x" * 5000)
    return path


@pytest.fixture
def disk(file: Path) -> Iterator[Disk]:
    with closing(Disk(file)) as opened:
        yield opened


def test_what_is_written_and_zeroed_is_there(disk: Disk, file: Path) -> None:
    disk.write(10, b"data")
    disk.zero(100, 1000)
    disk.zero(4990, 1000)
    disk.flush()
    disk.read_partitions()
    assert (disk.size, disk.read(8, 8)) == (5000, b"xxdataxx")
    assert file.read_bytes() == b"x" * 10 + b"data" + b"x" * 86 + bytes(1000) + b"x" * 3890 + bytes(10)


def test_nothing_is_written_behind_the_end(disk: Disk, file: Path) -> None:
    with pytest.raises(RefusedError, match="too small"):
        disk.write(4998, b"abc")
    assert file.read_bytes() == b"x" * 5000


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="No such file"):
        Disk(tmp_path / "none")
