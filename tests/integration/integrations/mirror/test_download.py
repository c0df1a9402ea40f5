"""Downloads from a real server that breaks connections, lies about ranges, redirects, and has wrong bytes."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from netipl.errors import MissingError, NetiplError, RefusedError, UnavailableError
from netipl.integrations.mirror.client import Patience, client
from netipl.integrations.mirror.download import Downloads, Fetched, Wanted
from netipl.integrations.mirror.part import Part, Version
from netipl.media.recognition import Algorithm, Sum
from tests.mirror_server import MirrorServer, mirror_server

PATIENCE = Patience(pause=0.01, longest=0.02, tries=3)
DATA = bytes(range(251)) * 20_000  # five MB
MOST = 1 << 30
ONE, TWO, THREE = (count << 20 for count in (1, 2, 3))
Result = TypeVar("Result")


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[MirrorServer]:
    root = tmp_path / "mirror"
    root.mkdir()
    with mirror_server(root) as found:
        found.put("kernel", DATA)
        yield found


def run(work: Callable[[Downloads], Coroutine[None, None, Result]], patience: Patience = PATIENCE) -> Result:
    async def with_client() -> Result:
        with ThreadPoolExecutor(2) as threads:
            async with client(patience, 4) as http:
                return await work(Downloads(http, threads, patience))

    return asyncio.run(with_client())


def fetch(url: str, part: Path, *, sum_: Sum | None = None, size: int | None = None, most: int = MOST) -> Fetched:
    wanted = Wanted(url=url, sum=sum_, size=size, most=most)
    return run(lambda downloads: downloads.file(wanted, part, lambda *_: None))


def sha256(data: bytes) -> Sum:
    return Sum(algorithm=Algorithm.SHA256, digest=hashlib.sha256(data).hexdigest())


def test_a_file_comes_with_its_size_and_sum(mirror: MirrorServer, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    wanted = Wanted(url=mirror.url("kernel"), sum=sha256(DATA), size=len(DATA), most=MOST)
    found = run(lambda downloads: downloads.file(wanted, tmp_path / "part", lambda *each: told.append(each)))
    etag = f'"{hashlib.md5(DATA).hexdigest()}"'
    assert found == Fetched(sha256=sha256(DATA).digest, size=len(DATA), validator=etag)
    assert run(lambda downloads: downloads.is_unchanged(wanted.url, etag))
    assert not run(lambda downloads: downloads.is_unchanged(wanted.url, '"another"'))
    assert (tmp_path / "part").read_bytes() == DATA
    assert told[-1] == (len(DATA), len(DATA))


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_every_sum_that_media_have_is_compared(mirror: MirrorServer, tmp_path: Path, algorithm: Algorithm) -> None:
    digest = hashlib.new(algorithm, DATA, usedforsecurity=False).hexdigest()
    fetch(mirror.url("kernel"), tmp_path / "part", sum_=Sum(algorithm=algorithm, digest=digest))
    wrong = Sum(algorithm=algorithm, digest="0" * len(digest))
    with pytest.raises(RefusedError, match=f"its {algorithm} sum is {digest}, and should be 000"):
        fetch(mirror.url("kernel"), tmp_path / "other", sum_=wrong)
    assert not (tmp_path / "other").exists()


def test_a_broken_connection_is_continued_where_it_broke(mirror: MirrorServer, tmp_path: Path) -> None:
    mirror.behave("kernel", {"cut": THREE}, {"cut": ONE})
    assert fetch(mirror.url("kernel"), tmp_path / "part").sha256 == sha256(DATA).digest
    first, second, third = mirror.asked("kernel")
    assert "Range" not in first
    assert second["Range"] == "bytes=3145728-"
    assert third["Range"] == "bytes=4194304-"
    assert second["If-Range"] == third["If-Range"]


def test_a_part_of_a_process_before_is_continued(mirror: MirrorServer, tmp_path: Path) -> None:
    mirror.behave("kernel", *[{"cut": TWO}, {"status": 503}, {"status": 503}, {"status": 503}])
    with pytest.raises(UnavailableError, match="HTTP status 503"):
        fetch(mirror.url("kernel"), tmp_path / "part")
    assert fetch(mirror.url("kernel"), tmp_path / "part").sha256 == sha256(DATA).digest
    assert mirror.asked("kernel")[-1]["Range"] == "bytes=2097152-"


def test_what_is_whole_already_is_not_fetched_again(mirror: MirrorServer, tmp_path: Path) -> None:
    fetch(mirror.url("kernel"), tmp_path / "part")
    assert fetch(mirror.url("kernel"), tmp_path / "part").sha256 == sha256(DATA).digest
    assert len(mirror.asked("kernel")) == 1


def test_a_file_that_changed_meanwhile_is_fetched_anew(mirror: MirrorServer, tmp_path: Path) -> None:
    mirror.behave("kernel", *[{"cut": TWO}, {"status": 503}, {"status": 503}, {"status": 503}])
    with pytest.raises(UnavailableError):
        fetch(mirror.url("kernel"), tmp_path / "part")
    other = mirror.put("kernel", DATA[::-1])
    assert fetch(mirror.url("kernel"), tmp_path / "part").sha256 == sha256(other).digest
    assert (tmp_path / "part").read_bytes() == other


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param({"whole": True}, id="all, where a range was asked for"),
        pytest.param({"shift": 1000}, id="another range than was asked for"),
        pytest.param({"shift": 10_000_000}, id="no range at all"),
    ],
)
def test_a_lie_about_ranges_does_no_harm(mirror: MirrorServer, tmp_path: Path, lie: dict[str, int]) -> None:
    mirror.behave("kernel", {"cut": THREE}, lie)
    assert fetch(mirror.url("kernel"), tmp_path / "part").sha256 == sha256(DATA).digest
    assert (tmp_path / "part").read_bytes() == DATA


def test_bytes_of_another_version_in_a_part_are_found_out_by_the_sum(mirror: MirrorServer, tmp_path: Path) -> None:
    mirror.behave("kernel", {"cut": THREE, "wrong": "x", "etag": '"same"'}, {"etag": '"same"'}, {"etag": '"same"'})
    assert fetch(mirror.url("kernel"), tmp_path / "part", sum_=sha256(DATA)).size == len(DATA)
    assert (tmp_path / "part").read_bytes() == DATA


def test_without_a_validator_a_part_is_not_continued_unless_its_sum_is_known(
    mirror: MirrorServer, tmp_path: Path
) -> None:
    mirror.behave("kernel", {"cut": THREE, "etag": ""}, {"etag": ""})
    fetch(mirror.url("kernel"), tmp_path / "part")
    assert "Range" not in mirror.asked("kernel")[1]
    mirror.behave("kernel", {"cut": THREE, "etag": ""}, {"etag": ""})
    fetch(mirror.url("kernel"), tmp_path / "other", sum_=sha256(DATA))
    assert mirror.asked("kernel")[3]["Range"] == "bytes=3145728-"


def test_redirects_are_followed_but_not_for_ever(mirror: MirrorServer, tmp_path: Path) -> None:
    mirror.behave("moved", {"location": "/kernel"})
    assert fetch(mirror.url("moved"), tmp_path / "part").size == len(DATA)
    mirror.behave("circle", *[{"location": "/circle"}] * 10)
    with pytest.raises(RefusedError, match="redirected more than 5 times"):
        fetch(mirror.url("circle"), tmp_path / "other")
    mirror.behave("away", {"location": "ftp://127.0.0.1/kernel"})
    with pytest.raises(RefusedError, match="redirected to what is no web server"):
        fetch(mirror.url("away"), tmp_path / "other")


@pytest.mark.parametrize(
    ("way", "error", "words"),
    [
        pytest.param({"status": 404}, MissingError, "is not there", id="404"),
        pytest.param({"status": 410}, MissingError, "is not there", id="410"),
        pytest.param({"status": 403}, RefusedError, "HTTP status 403", id="403"),
        pytest.param({"status": 206}, UnavailableError, "another part", id="a part that nobody asked for"),
    ],
)
def test_what_the_server_refuses_is_told(
    mirror: MirrorServer, tmp_path: Path, way: dict[str, int], error: type[NetiplError], words: str
) -> None:
    mirror.behave("kernel", *[way] * PATIENCE.tries)
    with pytest.raises(error, match=words):
        fetch(mirror.url("kernel"), tmp_path / "part")


def test_no_more_is_taken_than_was_asked_for(mirror: MirrorServer, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="more than 1000 bytes"):
        fetch(mirror.url("kernel"), tmp_path / "part", most=1000)
    with pytest.raises(RefusedError, match="and should have 7"):
        fetch(mirror.url("kernel"), tmp_path / "part", size=7)


def test_a_server_that_is_not_there_is_tried_again_and_then_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"http://127\.0\.0\.1:1/kernel: ") as told:
        fetch("http://user:secret@127.0.0.1:1/kernel?_auth_=secret", tmp_path / "part")
    assert "secret" not in f"{told.value} {told.value.remedy}"


def test_a_server_that_hangs_is_given_up(mirror: MirrorServer, tmp_path: Path) -> None:
    hurried = Patience(pause=0.01, longest=0.02, tries=2, piece=0.2, read=60)
    mirror.behave("kernel", *[{"cut": 10, "hold": True}] * 2)
    wanted = Wanted(url=mirror.url("kernel"), most=MOST)
    with pytest.raises(UnavailableError, match="too slowly"):
        run(lambda downloads: downloads.file(wanted, tmp_path / "part", lambda *_: None), hurried)


def test_the_beginning_of_a_long_file_is_enough(mirror: MirrorServer) -> None:
    assert run(lambda downloads: downloads.beginning(mirror.url("kernel"), 1000)) == DATA[:1000]
    mirror.put("short", b"short")
    assert run(lambda downloads: downloads.beginning(mirror.url("short"), 1000)) == b"short"


def test_a_part_of_another_url_is_thrown_away(tmp_path: Path) -> None:
    part = Part(tmp_path / "part")
    part.open("http://one")
    part.restart(Version(url="http://one", validator='"1"', size=5))
    part.write(b"abc")
    part.close()
    again = Part(tmp_path / "part")
    again.open("http://one")
    assert (again.size, again.version) == (3, Version(url="http://one", validator='"1"', size=5))
    again.close()
    other = Part(tmp_path / "part")
    other.open("http://other")
    assert (other.size, other.version) == (0, Version(url="http://other"))
    other.close()


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip"])
def test_a_file_that_is_compressed_where_it_lies_comes_as_it_lies(
    mirror: MirrorServer, tmp_path: Path, encoding: str
) -> None:
    """Apache with `AddEncoding x-gzip .gz` says so of initrd.gz."""
    mirror.put("initrd.gz", DATA)
    mirror.behave("initrd.gz", {"encoding": encoding})
    fetch(mirror.url("initrd.gz"), tmp_path / "part", sum_=sha256(DATA))
    assert (tmp_path / "part").read_bytes() == DATA


def test_a_file_that_is_compressed_on_its_way_is_refused(mirror: MirrorServer, tmp_path: Path) -> None:
    mirror.behave("kernel", {"encoding": "gzip"})
    with pytest.raises(RefusedError, match="another encoding"):
        fetch(mirror.url("kernel"), tmp_path / "part")
