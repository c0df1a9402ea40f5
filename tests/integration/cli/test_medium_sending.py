"""What is sent of a medium is enough, is no more than that, and goes on where the connection broke."""

import asyncio
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from netipl import content
from netipl.cli.medium import sending
from netipl.cli.remote.api import Answer
from netipl.content import Content
from netipl.errors import ConflictError, UnavailableError
from netipl.integrations import tar_tree
from netipl.media.medium import Family
from netipl.provisioning.media_jobs import JobState
from tests import media_trees, synthetic_media
from tests.media_lab import media_lab
from tests.synthetic_media import Synthetic

ROWS = [row for row in synthetic_media.media() if row.family is not Family.DISK_IMAGE and not row.source]
FILLING = {f"repodata/{number}.rpm": bytes(1000) for number in range(20)}


def read(what: Content) -> bytes:
    return b"".join(content.read(what))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_few_files_are_enough_for_every_medium(row: Synthetic, tmp_path: Path) -> None:
    image = synthetic_media.iso({**row.tree, **FILLING}, tmp_path / "medium-s390x.iso")
    data = read(sending.source(image, whole=False))
    if row.family is Family.UBUNTU:
        assert data == image.read_bytes()

    async def work() -> None:
        async with media_lab(tmp_path / "state") as lab:
            job = await lab.send(await lab.add("m", None, called="medium-s390x.iso"), data)
            assert job.state is JobState.DONE, job
            medium = lab.plane.medium("m")
            assert (medium.family, medium.title, medium.level) == (row.family, row.title, row.level)

    asyncio.run(work())


def test_what_is_not_needed_is_not_sent(tmp_path: Path) -> None:
    tree = synthetic_media.write({**media_trees.rhel("Fedora", "41"), **FILLING}, tmp_path / "tree")
    few = tmp_path / "few.tar"
    few.write_bytes(read(sending.source(tree, whole=False)))
    assert not FILLING.keys() & tar_tree.tree(few).keys()
    all_of_it = tmp_path / "all.tar"
    all_of_it.write_bytes(read(sending.source(tree, whole=True)))
    assert tar_tree.tree(all_of_it).keys() >= FILLING.keys()
    with tarfile.open(all_of_it) as archive:
        assert {member.mode for member in archive} == {0o644}


class Line:
    """An API whose connection breaks after so many bytes, each time."""

    def __init__(self, *breaks: int) -> None:
        self.came = b""
        self._breaks = list(breaks)

    def send(self, path: str, pieces: Iterator[bytes], size: int, *, offset: int) -> Answer:
        assert path == "media-jobs/m-1/data"
        if offset != len(self.came):
            raise ConflictError("another offset")
        ends = self._breaks.pop(0) if self._breaks else size
        data = b"".join(pieces)
        assert len(data) == size
        self.came += data[:ends]
        if ends < size:
            raise UnavailableError("the line is cut")
        return Answer(json={"state": "waiting"})

    def get(self, path: str) -> Answer:
        return Answer(json={"state": "uploading", "files": [{"done": len(self.came)}]})


def test_what_is_cut_goes_on_where_it_was() -> None:
    line = Line(0, 100, 0, 50)
    paused: list[float] = []
    told: list[tuple[int, int]] = []
    data = bytes(range(200)) * 10
    job = {"id": "m-1"}
    sent = sending.send(line, job, content.inline(data), lambda *each: told.append(each), pause=paused.append)  # type: ignore[arg-type]
    assert (sent["state"], line.came) == ("waiting", data)
    assert len(paused) == 4
    assert told[-1] == (len(data), len(data))


def test_a_line_that_brings_nothing_is_given_up() -> None:
    line = Line(*[0] * 100)
    paused: list[float] = []
    with pytest.raises(UnavailableError, match="the line is cut"):
        sending.send(line, {"id": "m-1"}, content.inline(b"x"), lambda *_: None, pause=paused.append)  # type: ignore[arg-type]
    assert len(paused) == 9
