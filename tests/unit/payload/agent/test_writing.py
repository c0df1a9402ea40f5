"""Images on a disk: every byte of it, the order of the writes, and what is refused; a file stands for the disk."""

import hashlib
import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from netipl.answers.orders import Form, Image
from netipl.errors import RefusedError, WireError
from netipl.payload.agent.disk import Disk
from netipl.payload.agent.seeding import Seed
from netipl.payload.agent.writing import HEAD, Sums, Writer, require_room

OLD = 0xAA
SIZE = 8 << 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Full of what was there before."""
    made = tmp_path / "disk"
    made.write_bytes(bytes([OLD]) * SIZE)
    return made


def image(size: int) -> bytes:
    """With zeros in every place where they may be: whole blocks, parts of one, the end."""
    data = bytearray(random.Random(2).randbytes(size))
    for start, length in ((HEAD, 65536), (HEAD + 200_000, 300_000), (3 << 20, 2 << 20), (size - 70_000, 70_000)):
        if start >= 0 and start + length <= size:
            data[start : start + length] = bytes(length)
    return bytes(data)


def fed(writer: Writer, data: bytes, size: int) -> Writer:
    for start in range(0, len(data), size):
        writer.feed(data[start : start + size])
    return writer


@pytest.mark.parametrize("size", [6 << 20, SIZE, (5 << 20) + 12_345, HEAD, 1000, 0])
@pytest.mark.parametrize("piece", [10_007, 1 << 20])
def test_the_disk_is_the_image_whatever_was_there(path: Path, size: int, piece: int) -> None:
    data = image(size)
    with closing(Disk(path)) as disk:
        fed(Writer(disk), data, piece).finish()
    found = path.read_bytes()
    assert found[:size] == data
    cleared = max(size, SIZE - HEAD)
    assert found[max(size, HEAD) : cleared] == bytes([OLD]) * (cleared - max(size, HEAD))
    assert found[cleared:] == bytes(SIZE - cleared)


def test_until_the_end_there_is_no_boot_record_and_no_old_table(path: Path) -> None:
    data = image(6 << 20)
    with closing(Disk(path)) as disk:
        fed(Writer(disk), data, 1 << 20)
    found = path.read_bytes()
    assert found[:HEAD] == bytes(HEAD)
    assert found[HEAD : 5 << 20] == data[HEAD : 5 << 20]
    assert found[-HEAD:] == bytes(HEAD)


class Recorded(Disk):
    """Tells what is done to it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.done: list[str] = []

    def write(self, offset: int, data: bytes) -> None:
        self.done.append(f"write {offset}")
        super().write(offset, data)

    def flush(self) -> None:
        self.done.append("flush")

    def read_partitions(self) -> None:
        self.done.append("partitions")


def test_all_else_is_safe_before_the_head_is_written(path: Path) -> None:
    with closing(Recorded(path)) as disk:
        fed(Writer(disk), image(2 << 20), 1 << 20).finish()
    assert disk.done[-6:] == ["flush", "write 4096", "flush", "write 0", "flush", "partitions"]


def test_an_image_that_is_longer_than_the_disk_ends_without_a_boot_record(path: Path) -> None:
    with closing(Disk(path)) as disk, pytest.raises(RefusedError, match="too small"):
        fed(Writer(disk), image(SIZE + 1), 1 << 20)
    assert path.read_bytes()[:HEAD] == bytes(HEAD)


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        pytest.param({"form": Form.RAW, "size": SIZE}, False, id="as long as the disk"),
        pytest.param({"form": Form.RAW, "size": SIZE + 1}, True, id="longer"),
        pytest.param({"form": Form.XZ, "size": SIZE + 1}, False, id="packed: nobody knows"),
        pytest.param({"form": Form.XZ, "size": 1, "raw_size": SIZE + 1}, True, id="packed: its raw size counts"),
    ],
)
def test_a_disk_that_is_too_small_is_refused_before_it_is_touched(path: Path, fields: dict, refused: bool) -> None:  # type: ignore[type-arg]
    with closing(Disk(path)) as disk:
        if refused:
            with pytest.raises(RefusedError, match="too small"):
                require_room(Image(url="http://h/i", **fields), disk)
        else:
            require_room(Image(url="http://h/i", **fields), disk)
    assert path.read_bytes() == bytes([OLD]) * SIZE


def with_table(size: int) -> bytes:
    data = bytearray(image(size))
    data[:446] = b"zIPL".ljust(446, b"\1")
    entry = b"\0\xfe\xff\xfe\x83\xfe\xff\xfe" + (2048).to_bytes(4, "little") + (8192).to_bytes(4, "little")
    data[446:512] = entry + bytes(48) + b"\x55\xaa"
    return bytes(data)


FILES = (("meta-data", "instance-id: one\n"), ("user-data", "#cloud-config\n"))


def test_a_seed_has_its_partition_and_the_image_stays(path: Path) -> None:
    data = with_table(5 << 20)
    with closing(Disk(path)) as disk:
        fed(Writer(disk, Seed(FILES)), data, 1 << 20).finish()
    found = path.read_bytes()
    assert found[:462] == data[:462]
    assert found[478 : 5 << 20] == data[478:]
    assert int.from_bytes(found[462 + 8 : 462 + 12], "little") == 14336
    volume = found[14336 * 512 :]
    assert volume[54:59] == b"FAT12"
    assert b"instance-id: one" in volume


def nothing_of(data: bytes) -> bytes:
    return bytes(len(data))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(nothing_of, "no partition table", id="no table"),
        pytest.param(lambda data: with_table(len(data))[:446] + bytes(8) + data[:0], "no partition", id="cut short"),
    ],
)
def test_without_room_for_the_seed_the_disk_is_not_touched(
    path: Path, change: Callable[[bytes], bytes], message: str
) -> None:
    data = change(with_table(2 << 20))
    with closing(Disk(path)) as disk, pytest.raises(RefusedError, match=f"seed: .*{message}"):
        fed(Writer(disk, Seed(FILES)), data, 1 << 20).finish()
    assert path.read_bytes() == bytes([OLD]) * SIZE


def test_sums_and_sizes_are_demanded() -> None:
    sums = Sums()
    assert b"".join(sums.of([b"ab", b"c"])) == b"abc"
    right = hashlib.sha256(b"abc").hexdigest()
    sums.require("it", right, 3)
    sums.require("it", None, None)
    with pytest.raises(WireError, match="it has the sum"):
        sums.require("it", "0" * 64, 3)
    with pytest.raises(WireError, match="it has 3 bytes and not 4"):
        sums.require("it", right, 4)
