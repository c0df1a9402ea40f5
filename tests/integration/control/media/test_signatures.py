"""With a key nothing comes that it did not sign: of a mirror's lists, of a file's list, and of a file on the host."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from netipl.errors import UsageError
from netipl.media.medium import Role
from netipl.provisioning.media_jobs import JobState
from tests import media_trees, synthetic_media
from tests.media_lab import MediaLab, media_lab
from tests.mirror_server import MirrorServer, mirror_server
from tests.signers import Signer, signers

DISK = b"zIPL" + bytes(range(252)) + bytes(4864)
SUMS = f"{hashlib.sha256(DISK).hexdigest()}  disk-s390x.raw\n".encode()


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Signer, Signer]]:
    with signers() as found:
        yield found


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


def test_the_lists_of_a_mirror_have_to_be_signed(
    mirror: MirrorServer, tmp_path: Path, pair: tuple[Signer, Signer]
) -> None:
    one, other = pair
    tree = media_trees.debian_suite()
    synthetic_media.write(tree, tmp_path / "mirror/trixie")
    url = mirror.url("trixie")

    async def work(lab: MediaLab) -> None:
        job = await lab.add("none", url, key=one.key)
        assert (job.state, "its signature is not there" in job.error) == (JobState.FAILED, True), job
        mirror.put("trixie/Release.gpg", one.run("--armor", "--detach-sign", data=tree["Release"]))
        medium = await lab.added("good", url, key=one.armored)
        assert lab.read(medium, Role.KERNEL)
        job = await lab.add("foreign", url, key=other.key)
        assert (job.state, "signed by other keys" in job.error) == (JobState.FAILED, True), job
        mirror.put("trixie/Release.gpg", one.run("--detach-sign", data=tree["Release"] + b"!"))
        job = await lab.add("wrong", url, key=one.key)
        assert (job.state, "its signature is not good" in job.error) == (JobState.FAILED, True), job

    run(tmp_path / "state", work)


@pytest.mark.parametrize("form", ["beside", "inside"])
def test_the_list_beside_a_file_has_to_be_signed(
    mirror: MirrorServer, tmp_path: Path, pair: tuple[Signer, Signer], form: str
) -> None:
    one, other = pair
    mirror.put("disk-s390x.raw", DISK)
    if form == "beside":
        mirror.put("SHA256SUMS", SUMS)
        mirror.put("SHA256SUMS.gpg", one.run("--detach-sign", data=SUMS))
    else:
        mirror.put("CHECKSUM", one.run("--clear-sign", data=SUMS))

    async def work(lab: MediaLab) -> None:
        assert lab.served(await lab.added("good", mirror.url("disk-s390x.raw"), key=one.key), "disk.raw") == DISK
        job = await lab.add("wrong", mirror.url("disk-s390x.raw"), key=other.key)
        assert (job.state, "signed by other keys" in job.error) == (JobState.FAILED, True), job

    run(tmp_path / "state", work)


def test_what_is_said_outside_of_a_signature_does_not_count(
    mirror: MirrorServer, tmp_path: Path, pair: tuple[Signer, Signer]
) -> None:
    evil = b"zIPL" + b"evil" * 1000
    mirror.put("disk-s390x.raw", evil)
    signed = pair[0].run("--clear-sign", data=SUMS)
    mirror.put("CHECKSUM", f"{hashlib.sha256(evil).hexdigest()}  disk-s390x.raw\n".encode() + signed)

    async def work(lab: MediaLab) -> None:
        job = await lab.add("evil", mirror.url("disk-s390x.raw"), key=pair[0].key)
        assert (job.state, "and should be" in job.error) == (JobState.FAILED, True), job

    run(tmp_path / "state", work)


def test_a_file_of_the_host_has_its_signature_beside_it(tmp_path: Path, pair: tuple[Signer, Signer]) -> None:
    source = tmp_path / "disk-s390x.raw"
    source.write_bytes(DISK)

    async def work(lab: MediaLab) -> None:
        job = await lab.add("none", source, key=pair[0].key)
        assert "has no signature beside it" in job.error
        (tmp_path / "disk-s390x.raw.sig").write_bytes(pair[0].run("--detach-sign", data=DISK))
        await lab.added("good", source, key=pair[0].key)
        assert (await lab.add("wrong", source, key=pair[1].key)).state is JobState.FAILED

    run(tmp_path / "state", work)


def test_a_medium_that_nobody_signs_is_not_taken_with_a_key(
    mirror: MirrorServer, tmp_path: Path, pair: tuple[Signer, Signer]
) -> None:
    synthetic_media.write(media_trees.alpine(), tmp_path / "mirror")

    async def work(lab: MediaLab) -> None:
        job = await lab.add("alpine", mirror.url(""), key=pair[0].key)
        assert (job.state, "leave --key out" in job.remedy) == (JobState.FAILED, True), job
        with pytest.raises(UsageError, match="no public key"):
            await lab.add("x", mirror.url(""), key=b"no key")

    run(tmp_path / "state", work)
