"""Imports that are broken off by the mirror, by a user, by the end of the daemon and by its death lose nothing."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from netipl.control.media import files
from netipl.errors import ConflictError, MissingError, UnavailableError
from netipl.media.medium import Role
from netipl.protocols.tftp.resolution import Arriving, Missing
from netipl.provisioning.media_jobs import JobState, MediumAsked, MediumJob
from netipl.provisioning.timeline import Deed
from netipl.store.media.incoming import Import, Incoming
from netipl.store.media.keeper import MediaKeeper
from tests import media_trees, synthetic_media
from tests.media_lab import BY, DEADLINE, MediaLab, archive, blobs, media_lab, pieces, until
from tests.mirror_server import MirrorServer, mirror_server

TREE = {**media_trees.rhel("Fedora", "41"), "images/initrd.img": bytes(range(256)) * 20_000}
"""With an initrd of five MB, whose sum is put right below."""
TREE[".treeinfo"] = TREE[".treeinfo"].replace(
    hashlib.sha256(media_trees.rhel("Fedora", "41")["images/initrd.img"]).hexdigest().encode(),
    hashlib.sha256(TREE["images/initrd.img"]).hexdigest().encode(),
)
INITRD = "fedora/images/initrd.img"
ONE = 1 << 20
HELD = {"cut": 2 * ONE, "hold": True}


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[MirrorServer]:
    root = tmp_path / "mirror"
    synthetic_media.write(TREE, root / "fedora")
    with mirror_server(root) as found:
        yield found


def run(root: Path, work: Callable[[MediaLab], Awaitable[None]]) -> None:
    async def main() -> None:
        async with media_lab(root) as lab:
            await work(lab)

    asyncio.run(main())


async def begun(lab: MediaLab, mirror: MirrorServer, name: str = "fedora") -> MediumJob:
    """An import whose initrd has come in part, and is waited for."""
    mirror.behave(INITRD, HELD)
    job = await lab.plane.add(MediumAsked(name=name, source=mirror.url("fedora")), by=BY)
    await until(
        lambda: any(each.name == "images/initrd.img" and each.done >= ONE for each in lab.plane.job(job.id).files)
    )
    return job


def test_files_of_a_medium_that_arrives_are_waited_for(mirror: MirrorServer, tmp_path: Path) -> None:
    async def work(lab: MediaLab) -> None:
        job = await begun(lab, mirror)
        shelf = lab.plane.shelf
        assert shelf.medium("fedora") == Arriving()
        assert shelf.resolve(f"media/{job.id}/images/kernel.img") == Arriving()
        assert shelf.resolve(f"media/{job.id}/images/other.img") == Missing()
        with pytest.raises(MissingError, match="still arriving"):
            lab.plane.medium("fedora")
        mirror.release()
        assert (await lab.over(job)).state is JobState.DONE
        assert lab.served(lab.plane.medium("fedora"), "images/initrd.img") == TREE["images/initrd.img"]

    run(tmp_path / "state", work)


def test_a_daemon_that_ends_goes_on_at_the_next_start(mirror: MirrorServer, tmp_path: Path) -> None:
    identifiers = []

    async def first(lab: MediaLab) -> None:
        identifiers.append((await begun(lab, mirror)).id)

    async def second(lab: MediaLab) -> None:
        [job] = lab.plane.jobs
        assert job.id == identifiers[0]
        assert (await lab.over(job)).state is JobState.DONE
        medium = lab.plane.medium("fedora")
        assert medium.id == identifiers[0]
        assert lab.read(medium, Role.INITRD) == TREE["images/initrd.img"]
        assert [(event.what, event.by) for event in lab.events] == [(Deed.MEDIUM_ADDED, BY)]

    run(tmp_path / "state", first)
    run(tmp_path / "state", second)
    assert int(mirror.asked(INITRD)[-1]["Range"].removeprefix("bytes=").removesuffix("-")) >= 1 << 20


def test_a_daemon_that_is_killed_goes_on_where_it_was(mirror: MirrorServer, tmp_path: Path) -> None:
    mirror.behave(INITRD, HELD)
    command = [sys.executable, "-m", "tests.integration.control.media.importer", str(tmp_path / "state")]
    with subprocess.Popen([*command, mirror.url("fedora")], stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        assert daemon.stdout.readline() == "arriving\n"
        daemon.send_signal(signal.SIGKILL)

    async def work(lab: MediaLab) -> None:
        [job] = lab.plane.jobs
        assert (await lab.over(job)).state is JobState.DONE
        assert lab.read(lab.plane.medium("fedora"), Role.INITRD) == TREE["images/initrd.img"]

    run(tmp_path / "state", work)
    assert "Range" in mirror.asked(INITRD)[-1]


def test_one_that_is_cancelled_leaves_nothing(mirror: MirrorServer, tmp_path: Path) -> None:
    async def work(lab: MediaLab) -> None:
        job = await begun(lab, mirror)
        assert (await lab.plane.cancel(job.id, by="user other")).state is JobState.CANCELLED
        assert not list((tmp_path / "state/media/incoming").iterdir())
        assert lab.plane.shelf.medium("fedora") == Missing()
        assert [(event.what, event.by) for event in lab.events][1:] == [(Deed.MEDIUM_CANCELLED, "user other")]
        with pytest.raises(ConflictError, match="over already"):
            await lab.plane.cancel(job.id, by=BY)
        mirror.release()
        await lab.added("fedora", mirror.url("fedora"))

    run(tmp_path / "state", work)


def test_one_that_failed_as_the_mirror_went_away_is_taken_up_again(mirror: MirrorServer, tmp_path: Path) -> None:
    async def work(lab: MediaLab) -> None:
        mirror.behave(INITRD, {"cut": 2 << 20}, *[{"status": 503}] * 3)
        failed = await lab.add("fedora", mirror.url("fedora"))
        assert (failed.state, failed.error) == (JobState.FAILED, f"{mirror.url(INITRD)}: HTTP status 503")
        assert failed.again
        medium = await lab.added("fedora", mirror.url("fedora"))
        assert medium.id == failed.id
        assert mirror.asked(INITRD)[-1]["Range"] == f"bytes={2 << 20}-"

    run(tmp_path / "state", work)


def test_what_has_come_for_one_that_failed_is_thrown_away_where_it_is_not_wanted(
    mirror: MirrorServer, tmp_path: Path
) -> None:
    async def work(lab: MediaLab) -> None:
        mirror.behave(INITRD, {"cut": 2 << 20}, *[{"status": 503}] * 3)
        failed = await lab.add("fedora", mirror.url("fedora"))
        assert list((tmp_path / "state/media/incoming").iterdir())
        assert (await lab.plane.cancel(failed.id, by=BY)).state is JobState.CANCELLED
        assert not list((tmp_path / "state/media/incoming").iterdir())

    run(tmp_path / "state", work)


def test_a_mirror_that_hangs_keeps_none_waiting_who_wants_another(mirror: MirrorServer, tmp_path: Path) -> None:
    async def work(lab: MediaLab) -> None:
        jobs = [await begun(lab, mirror, f"slow-{number}") for number in range(2)]
        third = await lab.plane.add(MediumAsked(name="third", source=mirror.url("fedora")), by=BY)
        await lab.added("local", tmp_path / "mirror/fedora")
        await lab.added("other", mirror.url("fedora").replace("127.0.0.1", "localhost"))
        assert {lab.plane.job(job.id).state for job in jobs} == {JobState.RUNNING}
        assert lab.plane.job(third.id).state is JobState.WAITING
        mirror.release()
        assert (await lab.over(third)).state is JobState.DONE

    run(tmp_path / "state", work)


def test_without_room_nothing_comes_and_with_room_it_goes_on(
    mirror: MirrorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(lab: MediaLab) -> None:
        with monkeypatch.context() as small:
            small.setattr(files, "RESERVE", 1 << 62)
            job = await lab.add("fedora", mirror.url("fedora"))
            assert (job.state, job.again) == (JobState.FAILED, True)
            assert "and 0 MiB may still come to" in job.error
            assert "make room there" in job.remedy
            sent = await lab.add("sent", None)
            with pytest.raises(UnavailableError, match="may still come to"):
                await lab.plane.upload(sent.id, pieces(bytes(ONE)), offset=0, size=ONE)
        assert (await lab.added("fedora", mirror.url("fedora"))).id == job.id

    run(tmp_path / "state", work)


def test_a_name_is_given_once(mirror: MirrorServer, tmp_path: Path) -> None:
    async def work(lab: MediaLab) -> None:
        job = await begun(lab, mirror)
        with pytest.raises(ConflictError, match="arriving already"):
            await lab.add("fedora", mirror.url("fedora"))
        mirror.release()
        await lab.over(job)
        with pytest.raises(ConflictError, match="a medium fedora already"):
            await lab.add("fedora", mirror.url("fedora"))

    run(tmp_path / "state", work)


def test_a_file_that_another_medium_has_is_not_fetched_again(mirror: MirrorServer, tmp_path: Path) -> None:
    async def work(lab: MediaLab) -> None:
        await lab.added("one", mirror.url("fedora"))
        await lab.added("two", mirror.url("fedora"))
        assert len(mirror.asked(INITRD)) == 1
        assert len(blobs(tmp_path / "state")) == 2
        await lab.plane.remove("one", by=BY)
        assert len(blobs(tmp_path / "state")) == 2
        assert lab.read(lab.plane.medium("two"), Role.INITRD) == TREE["images/initrd.img"]
        await lab.plane.remove("two", by=BY)
        assert not blobs(tmp_path / "state")

    run(tmp_path / "state", work)


def test_where_the_database_is_away_media_come_all_the_same(mirror: MirrorServer, tmp_path: Path) -> None:
    async def work(lab: MediaLab) -> None:
        lab.refuses = True
        await lab.added("fedora", mirror.url("fedora"))

    run(tmp_path / "state", work)


def test_an_upload_that_nobody_goes_on_with_is_given_up_after_a_day(tmp_path: Path) -> None:
    async def work(lab: MediaLab) -> None:
        job = await lab.add("sent", None)
        await lab.plane._look_through()
        assert lab.plane.job(job.id).state is JobState.UPLOADING
        for path in (tmp_path / "state/media/incoming").glob("*"):
            os.utime(path, (0, 0))
        await lab.plane._look_through()
        assert lab.plane.job(job.id).state is JobState.CANCELLED
        assert not list((tmp_path / "state/media/incoming").iterdir())

    run(tmp_path / "state", work)


def test_an_upload_that_is_cancelled_by_another_ends(tmp_path: Path) -> None:
    async def work(lab: MediaLab) -> None:
        job = await lab.add("sent", None)

        async def endless() -> AsyncIterator[bytes]:
            yield bytes(ONE)
            await lab.plane.cancel(job.id, by=BY)
            while True:
                yield bytes(ONE)

        with pytest.raises(ConflictError, match="was cancelled"):
            await lab.plane.upload(job.id, endless(), offset=0, size=None)
        assert lab.plane.job(job.id).state is JobState.CANCELLED
        assert not list((tmp_path / "state/media/incoming").iterdir())

    run(tmp_path / "state", work)


def test_an_upload_that_was_begun_is_gone_on_with_after_a_restart(tmp_path: Path) -> None:
    data = archive(TREE)

    async def first(lab: MediaLab) -> None:
        job = await lab.add("sent", None, called="fedora")
        with pytest.raises(ConnectionError):
            await lab.plane.upload(job.id, broken(data[:3_000_000]), offset=0, size=len(data))

    async def second(lab: MediaLab) -> None:
        [job] = lab.plane.jobs
        [file] = job.files
        assert (job.state, file.done) == (JobState.UPLOADING, 3_000_000)
        assert (await lab.send(job, data[file.done :], offset=file.done)).state is JobState.DONE
        assert lab.read(lab.plane.medium("sent"), Role.INITRD) == TREE["images/initrd.img"]

    async def broken(data: bytes) -> AsyncIterator[bytes]:
        async for piece in pieces(data):
            yield piece
        raise ConnectionError

    run(tmp_path / "state", first)
    run(tmp_path / "state", second)


def test_one_that_is_asked_for_while_the_daemon_looks_through_is_done_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it does when it starts, and every hour: it must not take for left behind what is just begun."""
    source = synthetic_media.write(TREE, tmp_path / "fedora")

    async def work(lab: MediaLab) -> None:
        plane, loop, looking = lab.plane, asyncio.get_running_loop(), list[Future[None]]()
        begin = Incoming.begin

        def begun(*arguments: Any) -> Import:
            made = begin(*arguments)
            looking.append(asyncio.run_coroutine_threadsafe(plane._look_through(), loop))
            while plane._jobs.find(made.id) is None and not plane._asking._waiters:
                os.sched_yield()
            return made

        monkeypatch.setattr(Incoming, "begin", begun)
        job = await plane.add(MediumAsked(name="fedora", source=str(source)), by=BY)
        await asyncio.wrap_future(looking[0])
        assert (await lab.over(job)).state is JobState.DONE
        assert [event.what for event in lab.events] == [Deed.MEDIUM_ASKED, Deed.MEDIUM_ADDED]

    run(tmp_path / "state", work)


def test_one_that_was_whole_when_it_was_cancelled_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = synthetic_media.write(TREE, tmp_path / "fedora")
    begun, goes_on = threading.Event(), threading.Event()
    put = MediaKeeper.put

    def slow(*arguments: Any) -> None:
        begun.set()
        assert goes_on.wait(DEADLINE)
        put(*arguments)

    monkeypatch.setattr(MediaKeeper, "put", slow)

    async def work(lab: MediaLab) -> None:
        job = await lab.plane.add(MediumAsked(name="fedora", source=str(source)), by=BY)
        await until(begun.is_set)
        cancelled = asyncio.create_task(lab.plane.cancel(job.id, by="user other"))
        await asyncio.sleep(0)
        goes_on.set()
        with pytest.raises(ConflictError, match="was whole already"):
            await cancelled
        assert lab.plane.medium("fedora").id == job.id
        assert lab.plane.job(job.id).state is JobState.DONE
        assert [event.what for event in lab.events] == [Deed.MEDIUM_ASKED, Deed.MEDIUM_ADDED]

    run(tmp_path / "state", work)


@pytest.mark.parametrize("is_sent", [False, True])
def test_a_copy_for_which_room_runs_out_ends_before_the_disk_is_full_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_sent: bool
) -> None:
    """Two that begin at once both find room for themselves."""
    source = tmp_path / "disk-s390x.raw"
    source.write_bytes(b"zIPL" + bytes(range(252)) * 2 + bytes(4) + bytes(96 * ONE))
    sent = archive({**TREE, "more": bytes(96 * ONE)})
    lefts = iter([1 << 40] * (4 if is_sent else 2))
    monkeypatch.setattr(files, "room", lambda _: next(lefts, 0))

    async def work(lab: MediaLab) -> None:
        job = await lab.add("disk", None if is_sent else source, tree=is_sent)
        if is_sent:
            job = await lab.send(job, sent)
        assert (job.state, "MiB may still come" in job.error, job.again) == (JobState.FAILED, True, True)
        assert not list((tmp_path / "state/media/incoming").iterdir())

    run(tmp_path / "state", work)
