"""Images of disks are told by their bytes, kept as the agent writes them, and refused where they are damaged."""

import asyncio
import gzip
import hashlib
import lzma
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path

import pytest

from netipl.media.medium import Family, Role
from netipl.provisioning.media_jobs import JobState
from netipl.store.media import record
from tests.media_lab import MediaLab, archive, blobs, media_lab
from tests.mirror_server import MirrorServer, mirror_server
from tests.unit.images.qcow2s import Header, Made

try:
    from compression import zstd  # type: ignore[import-not-found, unused-ignore]  # in Python 3.14 and later
except ImportError:
    from backports import zstd

MIB = 1 << 20
DISK = b"zIPL" + bytes(range(252)) + bytes(4 * MIB) + b"data" * 1088 + bytes(MIB)
"""As zipl begins a disk, with holes."""


def zst(data: bytes) -> bytes:
    """With a sum, as the program makes it."""
    made: bytes = zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1})
    return made


PACKED: Mapping[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".xz": lzma.compress, ".zst": zst}


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[MirrorServer]:
    root = tmp_path / "mirror"
    root.mkdir()
    with mirror_server(root) as found:
        yield found


def run(root: Path, work: Callable[[MediaLab], Awaitable[None]]) -> None:
    async def main() -> None:
        async with media_lab(root) as lab:
            await work(lab)

    asyncio.run(main())


def qcow2(path: Path, data: bytes, *options: str) -> Path:
    raw = path.with_suffix(".raw")
    raw.write_bytes(data)
    command: list[str | Path] = ["qemu-img", "convert", "-f", "raw", "-O", "qcow2", *options, raw, path]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    raw.unlink()
    return path


def test_a_raw_image_is_kept_as_it_is(tmp_path: Path) -> None:
    source = tmp_path / "fedora-s390x-41.raw"
    source.write_bytes(DISK)

    async def work(lab: MediaLab) -> None:
        medium = await lab.added("disk", source)
        assert (medium.family, medium.version, medium.title) == (Family.DISK_IMAGE, "41", "fedora-s390x-41")
        assert [(role, file.name) for role, file in medium.files] == [(Role.IMAGE, "disk.raw")]
        assert lab.served(medium, "disk.raw") == DISK

    run(tmp_path / "state", work)


@pytest.mark.parametrize("ending", PACKED)
def test_a_compressed_image_is_kept_compressed_or_raw_where_that_is_wanted(tmp_path: Path, ending: str) -> None:
    source = tmp_path / f"debian-13-s390x.raw{ending}"
    source.write_bytes(PACKED[ending](DISK))

    async def work(lab: MediaLab) -> None:
        packed = await lab.added("packed", source)
        assert lab.served(packed, f"disk.raw{ending}") == source.read_bytes()
        assert [file.unpacked for _, file in packed.files] == [len(DISK)]
        assert record.decode(record.encode(packed)) == packed
        raw = await lab.added("raw", source, unpack=True)
        assert lab.served(raw, "disk.raw") == DISK
        path = lab.plane.shelf.blobs.path(hashlib.sha256(DISK).hexdigest())
        assert path.stat().st_blocks * 512 < MIB  # the holes are none of them on disk

    run(tmp_path / "state", work)


@pytest.mark.parametrize("ending", PACKED)
def test_a_compressed_image_that_is_cut_or_spoilt_is_refused(tmp_path: Path, ending: str) -> None:
    whole = PACKED[ending](DISK)

    async def work(lab: MediaLab) -> None:
        for name, data in (("cut", whole[:-20]), ("spoilt", whole[:-300] + b"!" * 20 + whole[-280:])):
            source = tmp_path / f"{name}-s390x.raw{ending}"
            source.write_bytes(data)
            job = await lab.add(name, source)
            assert (job.state, "fetch it anew" in job.remedy) == (JobState.FAILED, True), job
        assert not blobs(tmp_path / "state")

    run(tmp_path / "state", work)


def test_streams_one_behind_the_other_and_padding_are_one_image(tmp_path: Path) -> None:
    source = tmp_path / "two-s390x.raw.xz"
    source.write_bytes(lzma.compress(DISK[:1000]) + bytes(8) + lzma.compress(DISK[1000:]) + bytes(4))

    async def work(lab: MediaLab) -> None:
        assert lab.served(await lab.added("disk", source, unpack=True), "disk.raw") == DISK

    run(tmp_path / "state", work)


@pytest.mark.parametrize("options", [(), ("-c",), ("-c", "-o", "compression_type=zstd")], ids=str)
def test_qcow2_becomes_raw_with_holes(tmp_path: Path, options: tuple[str, ...]) -> None:
    source = qcow2(tmp_path / "cloud-s390x.qcow2", DISK, *options)

    async def work(lab: MediaLab) -> None:
        medium = await lab.added("disk", source)
        found = lab.served(medium, "disk.raw")
        assert found is not None
        assert (found[: len(DISK)], set(found[len(DISK) :])) in ((DISK, set()), (DISK, {0}))

    run(tmp_path / "state", work)


def test_qcow2_within_xz_that_is_sent_becomes_raw(tmp_path: Path) -> None:
    data = lzma.compress(qcow2(tmp_path / "coreos.qcow2", DISK).read_bytes())

    async def work(lab: MediaLab) -> None:
        job = await lab.send(await lab.add("disk", None, called="fedora-coreos-s390x.qcow2.xz"), data)
        assert job.state is JobState.DONE, job
        found = lab.served(lab.plane.medium("disk"), "disk.raw")
        assert found is not None
        assert found.startswith(DISK)

    run(tmp_path / "state", work)


def test_qcow2_that_is_nothing_by_itself_is_refused(tmp_path: Path) -> None:
    base = qcow2(tmp_path / "base.qcow2", DISK)
    source = tmp_path / "over-s390x.qcow2"
    command: list[str | Path] = ["qemu-img", "create", "-f", "qcow2", "-b", base, "-F", "qcow2", source]
    subprocess.run(command, check=True, capture_output=True, timeout=120)

    async def work(lab: MediaLab) -> None:
        job = await lab.add("disk", source)
        assert job.state is JobState.FAILED
        assert "its backing file" in job.error
        assert "qemu-img convert" in job.remedy

    run(tmp_path / "state", work)


def test_the_sum_is_the_users_or_that_of_a_list_beside_it(mirror: MirrorServer, tmp_path: Path) -> None:
    mirror.put("a/disk-s390x.raw", DISK)
    right, wrong = hashlib.sha256(DISK).hexdigest(), "0" * 64

    async def work(lab: MediaLab) -> None:
        plain = await lab.add("plain", mirror.url("a/disk-s390x.raw"))
        assert plain.state is JobState.DONE
        assert plain.warnings == ("nothing says what sum it should have: give --sha256 where it matters",)
        await lab.added("right", mirror.url("a/disk-s390x.raw"), sha256=right)
        job = await lab.add("wrong", mirror.url("a/disk-s390x.raw"), sha256=wrong)
        assert f"its sha256 sum is {right}, and should be {wrong}" in job.error
        mirror.put("a/SHA256SUMS", f"{wrong}  other\n{right} *disk-s390x.raw\n".encode())
        job = await lab.add("listed", mirror.url("a/disk-s390x.raw"))
        assert (job.state, job.warnings) == (JobState.DONE, ())
        mirror.put("a/SHA256SUMS", f"{wrong}  disk-s390x.raw\n".encode())
        assert (await lab.add("bad", mirror.url("a/disk-s390x.raw"))).state is JobState.FAILED

    run(tmp_path / "state", work)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        pytest.param("x-s390x.raw", b"", "is empty", id="empty"),
        pytest.param("x-s390x.qcow2", bytes(Made(header=Header(size=0))), "of no bytes", id="an empty disk"),
        pytest.param("x-s390x.qcow2", b"<html>404</html>", "disk has blocks", id="a page of HTML"),
        pytest.param("x-s390x.raw.gz", gzip.compress(bytes(1000)), "disk has blocks", id="packed, of no blocks"),
        pytest.param(
            "x-s390x.qcow2", bytes(Made(header=Header(l1_place=(1 << 64) - 512))), "ends early", id="behind every file"
        ),
        pytest.param("x.tar.gz", gzip.compress(archive({"a": b""})), "packed archive", id="a packed archive"),
        pytest.param("fedora-x86_64.raw", DISK, "for x86_64", id="of another machine, by its name"),
    ],
)
def test_what_is_no_disk_of_ours_is_refused(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    source = tmp_path / name
    source.write_bytes(data)

    async def work(lab: MediaLab) -> None:
        job = await lab.add("disk", source)
        assert (job.state, words in job.error) == (JobState.FAILED, True), job

    run(tmp_path / "state", work)


def test_a_disk_that_zipl_did_not_write_to_is_told_of(tmp_path: Path) -> None:
    source = tmp_path / "disk-s390x.raw"
    source.write_bytes(bytes(MIB))

    async def work(lab: MediaLab) -> None:
        job = await lab.add("disk", source)
        assert job.state is JobState.DONE
        assert any("nothing says that this disk boots" in warning for warning in job.warnings)

    run(tmp_path / "state", work)
