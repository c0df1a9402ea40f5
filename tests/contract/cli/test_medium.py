"""`netipl medium`: what the daemon answers becomes words and an exit status."""

import json
from pathlib import Path
from typing import Any

import pytest

from netipl.cli.medium import jobs
from netipl.cli.medium.sizes import readable
from tests.contract.cli.conftest import Run
from tests.recorded_api import Answer, Recorded, problem

JOB: dict[str, Any] = {
    "id": "rhel-1",
    "work": "import",
    "name": "rhel",
    "source": "https://mirror.example/",
    "state": "waiting",
    "step": "",
    "files": [],
    "medium": "rhel-1",
    "by": "user root",
    "asked": "2026-11-26T08:00:00Z",
    "warnings": [],
    "error": "",
    "remedy": "",
    "again": False,
    "faults": [],
}
MEDIUM: dict[str, Any] = {
    "id": "rhel-1",
    "name": "rhel",
    "family": "rhel",
    "title": "RHEL 9.4",
    "level": "z14",
    "size": 99 << 20,
    "has_tree": True,
    "profiles": ["web", "db"],
    "source": "https://mirror.example/",
}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PAUSE", 0)


def test_an_import_is_followed_to_its_end(run: Run, api: Recorded) -> None:
    api.on("POST", "media", Answer(json=JOB, status=202))
    fetching = {
        **JOB,
        "state": "running",
        "step": "fetching",
        "files": [{"name": "a/kernel.img", "done": 1, "size": 2}],
    }
    api.on("GET", "media-jobs/rhel-1", *(Answer(json=each) for each in (fetching, {**JOB, "state": "done"})))
    api.get("media/rhel", MEDIUM)
    done = run("medium", "add", "rhel", "https://mirror.example/", "--tree")
    assert (done.status, done.out) == (0, "rhel: RHEL 9.4, verified and kept\n")
    assert "rhel: fetching" in done.err
    assert api.asked[0].body == {
        "name": "rhel",
        "source": "https://mirror.example/",
        "called": "upload",
        "tree": True,
        "unpack": False,
        "key": "",
        "sha256": None,
    }
    assert json.loads(run("medium", "add", "rhel", "https://mirror.example/", "--json").out) == MEDIUM


@pytest.mark.parametrize(("again", "status"), [(False, 1), (True, 3)])
def test_what_may_work_another_time_has_another_status(run: Run, api: Recorded, again: bool, status: int) -> None:
    failed = {**JOB, "state": "failed", "error": "it is\x1b[2Jbroken", "remedy": "fetch it anew", "again": again}
    api.on("POST", "media", Answer(json=failed, status=202))
    done = run("medium", "add", "rhel", "https://mirror.example/")
    assert (done.status, done.out) == (status, "")
    assert done.err.splitlines()[-2:] == ["netipl: rhel: it is\\x1b[2Jbroken", "        fetch it anew"]


def test_a_daemon_that_is_away_for_a_while_is_waited_for(run: Run, api: Recorded) -> None:
    api.on("POST", "media", Answer(json=JOB, status=202))
    away = problem(503, "the database is away")
    api.on("GET", "media-jobs/rhel-1", away, away, Answer(json={**JOB, "state": "done"}))
    api.get("media/rhel", MEDIUM)
    assert run("medium", "add", "rhel", "https://mirror.example/").status == 0


def test_media_are_listed_with_those_that_arrive(run: Run, api: Recorded) -> None:
    api.get("media", {"items": [MEDIUM], "next": None})
    files = [{"name": "a", "done": 30, "size": 100}, {"name": "b", "done": 60, "size": 100}]
    arriving = {**JOB, "name": "sles", "state": "running", "files": files}
    failed = {**JOB, "name": "alpine", "state": "failed", "error": "no room"}
    over = [{**JOB, "state": "done"}, {**JOB, "work": "verify", "state": "running"}]
    api.get("media-jobs", {"items": [arriving, failed, *over]})
    assert [line.split() for line in run("medium", "list").out.splitlines()[1:]] == [
        ["rhel", "there", "RHEL", "9.4", "z14", "99.0", "MiB", "yes", "web,", "db"],
        ["sles", "arriving", "45%", "https://mirror.example/"],
        ["alpine", "failed", "no", "room"],
    ]
    assert [json.loads(line) for line in run("medium", "list", "--json").out.splitlines()] == [MEDIUM, arriving, failed]


def test_one_that_failed_is_listed_until_its_name_is_tried_again(run: Run, api: Recorded) -> None:
    api.get("media", {"items": [], "next": None})
    failed = [
        {**JOB, "id": f"rhel-{number}", "name": "rhel", "state": "failed", "error": "no room"} for number in (1, 2)
    ]
    api.on("GET", "media-jobs", Answer(json={"items": failed}))
    assert len(run("medium", "list").out.splitlines()) == 2
    api.on("GET", "media-jobs", Answer(json={"items": [*failed, {**JOB, "name": "rhel", "state": "done"}]}))
    run("medium", "list")
    assert len(run("medium", "list").out.splitlines()) == 1


def test_what_is_broken_is_named_and_the_status_says_so(run: Run, api: Recorded) -> None:
    fault = {"file": "images/initrd.img", "what": "its bytes are not what they were"}
    api.on("POST", "media/rhel/verify", Answer(json={**JOB, "state": "done", "faults": [fault]}, status=202))
    done = run("medium", "verify", "rhel")
    assert done.status == 1
    assert "rhel: images/initrd.img: its bytes are not what they were" in done.err
    assert "import it again from https://mirror.example/" in done.err


def test_one_that_arrives_is_cancelled_and_one_that_is_used_stays(run: Run, api: Recorded) -> None:
    api.on("DELETE", "media/sles", problem(404, "the medium sles is still arriving"))
    api.on("DELETE", "media/rhel", problem(409, "the medium rhel is used by the profiles web"))
    api.get("media-jobs", {"items": [{**JOB, "id": "sles-1", "name": "sles", "state": "running"}]})
    api.on("DELETE", "media-jobs/sles-1", Answer(json=JOB))
    done = run("medium", "remove", "sles", "rhel", "--yes")
    assert (done.status, done.out) == (1, "sles: its import is cancelled\n")
    assert "is used by the profiles web" in done.err


def test_what_is_wrong_is_told_before_the_daemon_is_asked(run: Run, api: Recorded) -> None:
    assert run("medium", "add", "a b", "https://mirror.example/").status == 2
    assert run("medium", "add", "rhel", "https://mirror.example/", "--sha256", "12").status == 2
    assert run("medium", "add", "rhel", "https://mirror.example/", "--key", "/none").status == 3
    assert run("medium", "add", "rhel", "/none").status == 3
    assert not api.asked


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 KiB"), (99 << 20, "99.0 MiB"), (10 << 30, "10.0 GiB")],
)
def test_sizes_are_read_by_people(size: int, words: str) -> None:
    assert readable(size) == words


def test_a_path_that_is_not_there_is_of_this_machine(run: Run, tmp_path: Path) -> None:
    done = run("medium", "add", "rhel", str(tmp_path / "nowhere.iso"))
    assert (done.status, "nowhere.iso: no such file or directory" in done.err) == (3, True)
    assert "--on-host" in done.err
