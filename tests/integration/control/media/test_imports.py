"""Every family's media come from mirrors, directories, ISO images and archives, and none that is damaged is shown."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from netipl.media.medium import Family, Medium, Role
from netipl.provisioning.media_jobs import JobState
from netipl.provisioning.timeline import Deed
from tests import synthetic_media
from tests.media_lab import BY, MediaLab, archive, blobs, media_lab
from tests.mirror_server import MirrorServer, mirror_server
from tests.synthetic_media import Synthetic

ROWS = [row for row in synthetic_media.media() if row.name != "disk image"]
ON_IMAGES = [row for row in ROWS if not row.source]
"""Of the others only a mirror's address tells the version."""

RHEL = next(row for row in ROWS if row.tree.keys() >= {".treeinfo"})


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MirrorServer]:
    with mirror_server(tmp_path_factory.mktemp("mirror")) as found:
        yield found


def run(root: Path, work: Callable[[MediaLab], Awaitable[None]]) -> None:
    async def main() -> None:
        async with media_lab(root) as lab:
            await work(lab)

    asyncio.run(main())


def check(lab: MediaLab, medium: Medium, row: Synthetic) -> None:
    assert (medium.family, medium.version, medium.title) == (row.family, row.version, row.title)
    assert (medium.architecture, medium.by) == ("s390x", BY)
    for role, name in row.files.items():
        file = next(file for its, file in medium.files if its is role)
        assert file.sha256 == hashlib.sha256(row.tree[name]).hexdigest()
        assert lab.served(medium, name) == row.tree[name]


@pytest.mark.parametrize("row", [row for row in ROWS if not row.listed], ids=lambda row: row.name)
def test_it_comes_from_a_mirror(row: Synthetic, mirror: MirrorServer, tmp_path: Path) -> None:
    place = f"{ROWS.index(row)}{urlsplit(row.source).path}"
    for name, data in row.tree.items():
        mirror.put(f"{place}/{name}", data)

    async def work(lab: MediaLab) -> None:
        medium = await lab.added("m", mirror.url(place))
        check(lab, medium, row)
        assert medium.source == mirror.url(place)

    run(tmp_path, work)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_it_comes_from_a_directory(row: Synthetic, tmp_path: Path) -> None:
    source = synthetic_media.write(row.tree, tmp_path / f"source{urlsplit(row.source).path}")

    async def work(lab: MediaLab) -> None:
        check(lab, await lab.added("m", source), row)

    run(tmp_path / "state", work)


@pytest.mark.parametrize("row", ON_IMAGES, ids=lambda row: row.name)
def test_it_comes_from_an_image_that_is_sent_and_all_of_it_is_served(row: Synthetic, tmp_path: Path) -> None:
    image = synthetic_media.iso(row.tree, tmp_path / "medium.iso")

    async def work(lab: MediaLab) -> None:
        job = await lab.add("m", None, called="medium.iso", tree=True)
        assert job.state is JobState.UPLOADING
        job = await lab.send(job, image.read_bytes())
        assert job.state is JobState.DONE, job
        medium = lab.plane.medium("m")
        check(lab, medium, row)
        assert {name: lab.served(medium, f"tree/{name}") for name in row.tree} == row.tree
        assert lab.read(medium, Role.ISO) == image.read_bytes()
        assert lab.served(medium, "medium.iso") == image.read_bytes()
        assert lab.served(medium, "tree/none") is None

    run(tmp_path / "state", work)


def test_an_image_comes_from_a_mirror_where_it_was_cut(mirror: MirrorServer, tmp_path: Path) -> None:
    image = synthetic_media.iso({**RHEL.tree, "big": bytes(range(256)) * 10_000}, tmp_path / "rhel-s390x.iso")
    data = mirror.put("images/rhel-s390x.iso", image.read_bytes())
    mirror.put("images/SHA256SUMS", f"{hashlib.sha256(data).hexdigest()} *rhel-s390x.iso\n".encode())
    mirror.behave("images/rhel-s390x.iso", {"cut": 1 << 20}, {"cut": 1 << 20})

    async def work(lab: MediaLab) -> None:
        medium = await lab.added("m", mirror.url("images/rhel-s390x.iso"), tree=True)
        check(lab, medium, RHEL)
        assert lab.served(medium, "rhel-s390x.iso") == data
        assert lab.served(medium, "tree/.treeinfo") == RHEL.tree[".treeinfo"]
        assert len(mirror.asked("images/rhel-s390x.iso")) == 3

    run(tmp_path / "state", work)


@pytest.mark.parametrize("row", ON_IMAGES, ids=lambda row: row.name)
def test_without_tree_the_image_is_kept_only_where_its_installer_fetches_it(row: Synthetic, tmp_path: Path) -> None:
    image = synthetic_media.iso(row.tree, tmp_path / "medium (s390x).iso")

    async def work(lab: MediaLab) -> None:
        medium = await lab.added("m", image)
        check(lab, medium, row)
        kept = [file.name for role, file in medium.files if role is Role.ISO]
        assert kept == (["medium-s390x-.iso"] if row.family is Family.UBUNTU else [])
        assert not medium.has_tree
        assert lab.served(medium, f"tree/{next(iter(row.tree))}") is None

    run(tmp_path / "state", work)


def test_it_comes_from_an_archive_of_a_directory_and_all_of_it_is_served(tmp_path: Path) -> None:
    async def work(lab: MediaLab) -> None:
        job = await lab.send(await lab.add("m", None, called="rhel", tree=True), archive(RHEL.tree))
        assert job.state is JobState.DONE, job
        medium = lab.plane.medium("m")
        check(lab, medium, RHEL)
        assert {name: lab.served(medium, f"tree/{name}") for name in RHEL.tree} == RHEL.tree

    run(tmp_path, work)


@pytest.mark.parametrize("row", [row for row in ROWS if row.sums], ids=lambda row: row.name)
def test_a_damaged_one_is_not_shown_and_nothing_of_it_stays(row: Synthetic, tmp_path: Path) -> None:
    source = synthetic_media.write(synthetic_media.damaged(row).tree, tmp_path / f"source{urlsplit(row.source).path}")

    async def work(lab: MediaLab) -> None:
        job = await lab.add("m", source)
        assert job.state is JobState.FAILED
        assert re.search(r"its (md5|sha256) sum is|sums differ|has .* bytes", job.error), job
        assert not lab.plane.media
        assert not blobs(tmp_path / "state")
        assert not list((tmp_path / "state/media/incoming").iterdir())
        assert [event.what for event in lab.events] == [Deed.MEDIUM_ASKED, Deed.MEDIUM_FAILED]

    run(tmp_path / "state", work)


def test_a_tree_for_another_machine_is_refused_by_name(tmp_path: Path) -> None:
    source = synthetic_media.write(RHEL.foreign, tmp_path / "source")

    async def work(lab: MediaLab) -> None:
        job = await lab.add("m", source)
        assert (job.state, job.error) == (JobState.FAILED, f"this is {RHEL.title} for x86_64")

    run(tmp_path / "state", work)


def test_what_begins_and_ends_is_an_event_with_who_asked(tmp_path: Path) -> None:
    source = synthetic_media.write(RHEL.tree, tmp_path / "source")

    async def work(lab: MediaLab) -> None:
        medium = await lab.added("m", source)
        await lab.plane.remove("m", by="token other")
        assert [(event.what, event.by) for event in lab.events] == [
            (Deed.MEDIUM_ASKED, BY),
            (Deed.MEDIUM_ADDED, BY),
            (Deed.MEDIUM_REMOVED, "token other"),
        ]
        assert lab.events[1].detail == {"name": "m", "id": medium.id, "source": str(source), "title": RHEL.title}

    run(tmp_path / "state", work)
