"""Images that `qemu-img` and `qemu-io` make: what is read of them is what `qemu-img convert` makes of them."""

import hashlib
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from netipl.errors import RefusedError, WireError
from netipl.images import qcow2
from netipl.images.qcow2_map import Kind, Pread

MIB = 1 << 20

SHAPES = {
    "version 2": "compat=0.10",
    "version 3": "compat=1.1",
    "lazy reference counts": "lazy_refcounts=on",
    "clusters of 512 bytes": "cluster_size=512",
    "clusters of 2 MiB": "cluster_size=2M",
    "parts of clusters": "extended_l2=on",
    "large parts of clusters": "extended_l2=on,cluster_size=1M",
    "metadata made before": "preallocation=metadata",
    "parts, and metadata made before": "extended_l2=on,preallocation=metadata",
    "space made before": "preallocation=falloc",
    "short counts of references": "refcount_bits=1",
    "compressed with zstd": "compression_type=zstd",
}


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def reader(path: Path) -> Pread:
    data = path.read_bytes()
    return lambda offset, length: data[offset : offset + length]


def contents(path: Path) -> bytes:
    pread = reader(path)
    return b"".join(qcow2.decode(pread).raw(pread))


def source(path: Path, size: int) -> Path:
    """A disk with data, zeros that are written, what compresses well and what does not, and holes."""
    chance = random.Random(size)  # the same disk each time
    with path.open("wb") as file:
        file.truncate(size)
        for _ in range(12):
            file.seek(chance.randrange(size))
            length = min(chance.choice((100, 5000, 70_000, 300_000)), size - file.tell())
            kinds = (chance.randbytes(length), bytes(length), b"netipl " * (length // 7))
            file.write(chance.choice(kinds))
    return path


@pytest.fixture(params=[8 * MIB, 5 * MIB + 512 * 7], ids=["whole clusters", "an end within a cluster"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return source(tmp_path / "disk.raw", request.param)


@pytest.mark.parametrize(
    ("shape", "compressed"),
    [
        pytest.param(shape, compressed, id=f"{name}, {'compressed' if compressed else 'plain'}")
        for name, shape in SHAPES.items()
        for compressed in (False, True)
        if not (compressed and "preallocation" in shape)  # qemu-img makes no image that is both
    ],
)
def test_an_image_reads_as_what_it_was_made_of(shape: str, compressed: bool, disk: Path, tmp_path: Path) -> None:
    made = tmp_path / "disk.qcow2"
    run("qemu-img", "convert", *(["-c"] if compressed else []), "-f", "raw", "-O", "qcow2", "-o", shape, disk, made)
    assert contents(made) == disk.read_bytes()
    kinds = {extent.kind for extent in qcow2.decode(reader(made)).extents(reader(made))}
    assert (Kind.COMPRESSED in kinds) is compressed


@pytest.mark.parametrize("shape", ["compat=0.10", "compat=1.1", "extended_l2=on"])
def test_what_a_guest_wrote_discarded_and_zeroed(shape: str, tmp_path: Path) -> None:
    made, raw = tmp_path / "disk.qcow2", tmp_path / "disk.raw"
    run("qemu-img", "create", "-f", "qcow2", "-o", shape, made, "8M")
    writes = ("write -P 1 0 3M", "write -P 2 100k 3k", "write -z 1M 512k", "discard 2M 64k", "write -z 2100k 2k")
    run("qemu-io", *(word for write in writes for word in ("-c", write)), made)
    run("qemu-img", "convert", "-O", "raw", made, raw)
    assert contents(made) == raw.read_bytes()


def test_the_active_state_is_read_and_not_a_snapshot(tmp_path: Path) -> None:
    made, raw = tmp_path / "disk.qcow2", tmp_path / "disk.raw"
    run("qemu-img", "create", "-f", "qcow2", made, "4M")
    run("qemu-io", "-c", "write -P 1 0 2M", made)
    run("qemu-img", "snapshot", "-c", "before", made)
    run("qemu-io", "-c", "write -P 2 1M 2M", made)
    run("qemu-img", "convert", "-O", "raw", made, raw)
    assert qcow2.decode(reader(made)).snapshots == 1
    assert contents(made) == raw.read_bytes()


def _backed(made: Path) -> Iterator[str | Path]:
    run("qemu-img", "create", "-f", "qcow2", made.with_name("base.qcow2"), "1M")
    yield from ("qemu-img", "create", "-f", "qcow2", "-F", "qcow2", "-b", made.with_name("base.qcow2"), made)


def _external(made: Path) -> Iterator[str | Path]:
    yield from ("qemu-img", "create", "-f", "qcow2", "-o", f"data_file={made}.data", made, "1M")


def _encrypted(made: Path) -> Iterator[str | Path]:
    options = "encrypt.format=aes,encrypt.key-secret=s"  # of luks the time it takes to derive a key is measured
    yield from ("qemu-img", "create", "--object", "secret,id=s,data=x", "-f", "qcow2", "-o", options, made, "1M")


@pytest.mark.parametrize(
    ("make", "reason"),
    [(_backed, "its backing file"), (_external, "in another file"), (_encrypted, "encrypted")],
)
def test_an_image_that_needs_something_else_is_refused(make: object, reason: str, tmp_path: Path) -> None:
    made = tmp_path / "disk.qcow2"
    assert callable(make)
    run(*make(made))
    with pytest.raises(RefusedError, match=reason) as refused:
        contents(made)
    assert "qemu-img convert" in refused.value.remedy


def test_an_empty_disk_of_terabytes_is_one_extent(tmp_path: Path) -> None:
    made = tmp_path / "disk.qcow2"
    run("qemu-img", "create", "-f", "qcow2", made, "4T")
    found = list(qcow2.decode(reader(made)).extents(reader(made)))
    assert [(each.offset, each.length, each.kind) for each in found] == [(0, 4 << 40, Kind.ZEROS)]


def test_an_image_that_was_cut_short_is_damaged(disk: Path, tmp_path: Path) -> None:
    made = tmp_path / "disk.qcow2"
    run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", disk, made)
    os.truncate(made, made.stat().st_size // 2)
    with pytest.raises(WireError, match="ends early"):
        contents(made)


def test_the_pieces_are_small(disk: Path, tmp_path: Path) -> None:
    made = tmp_path / "disk.qcow2"
    run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", disk, made)
    pread = reader(made)
    pieces = list(qcow2.decode(pread).raw(pread))
    assert max(map(len, pieces)) <= qcow2.PIECE
    assert hashlib.sha256(b"".join(pieces)).digest() == hashlib.sha256(disk.read_bytes()).digest()
