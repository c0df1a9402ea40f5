"""Downloads by FTP from a real server that breaks off, changes its files and has wrong bytes."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Network
from pathlib import Path
from typing import TypeVar

import pytest

from netipl.errors import MissingError, RefusedError
from netipl.integrations.mirror.client import Patience, TryAgainError
from netipl.integrations.mirror.download import Fetched, Wanted
from netipl.integrations.mirror.ftp import FtpDownloads
from netipl.integrations.mirror.guard import Guard
from netipl.media.recognition import Algorithm, Sum
from tests.ftp_server import FtpServer, ftp_server

DATA = bytes(range(251)) * 20_000  # five MB
CUT = 3 << 20
NAME = "pub/a directory/kernel.img"
PATH = "pub/a%20directory/kernel.img"
ONCE = Patience(tries=1)
LATER = 1_700_000_060
Result = TypeVar("Result")


def run(
    work: Callable[[FtpDownloads], Coroutine[None, None, Result]],
    patience: Patience = ONCE,
    allowed: str = "127.0.0.0/8",
) -> Result:
    async def with_threads() -> Result:
        with ThreadPoolExecutor(2) as threads:
            return await work(FtpDownloads(Guard([IPv4Network(allowed)]), threads, patience))

    return asyncio.run(with_threads())


def fetch(
    server: FtpServer, part: Path, *, sum_: Sum | None = None, most: int = 1 << 30, patience: Patience = ONCE
) -> Fetched:
    wanted = Wanted(url=server.url(PATH), sum=sum_, most=most)
    return run(lambda downloads: downloads.file(wanted, part, lambda *_: None), patience)


def sha256(data: bytes) -> Sum:
    return Sum(algorithm=Algorithm.SHA256, digest=hashlib.sha256(data).hexdigest())


def test_a_file_comes_whole_and_a_validator_of_it(tmp_path: Path) -> None:
    with ftp_server(tmp_path / "mirror") as server:
        server.put(NAME, DATA)
        found = fetch(server, tmp_path / "part")
        assert (tmp_path / "part").read_bytes() == DATA
        assert found == Fetched(sha256=sha256(DATA).digest, size=len(DATA), validator="20231114221320")
        unchanged = run(lambda downloads: downloads.is_unchanged(server.url(PATH), found.validator))
        server.put(NAME, DATA, at=LATER)
        assert unchanged
        assert not run(lambda downloads: downloads.is_unchanged(server.url(PATH), found.validator))


def test_what_breaks_off_is_tried_again_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with ftp_server(tmp_path / "mirror", CUT) as server:
        server.put(NAME, DATA)
        fetch(server, tmp_path / "part", patience=Patience(pause=0.01, tries=3))
        assert (tmp_path / "part").read_bytes() == DATA
        assert [server.began(), server.began()] == [0, CUT]


def test_a_part_of_an_earlier_process_is_continued(tmp_path: Path) -> None:
    with ftp_server(tmp_path / "mirror", CUT) as server:
        server.put(NAME, DATA)
        with pytest.raises(TryAgainError):
            fetch(server, tmp_path / "part")
        fetch(server, tmp_path / "part", sum_=sha256(DATA))
        assert (tmp_path / "part").read_bytes() == DATA
        assert [server.began(), server.began()] == [0, CUT]


def test_a_part_of_another_version_is_not_continued(tmp_path: Path) -> None:
    with ftp_server(tmp_path / "mirror", CUT) as server:
        server.put(NAME, DATA)
        with pytest.raises(TryAgainError):
            fetch(server, tmp_path / "part")
        other = server.put(NAME, DATA[::-1], at=LATER)
        fetch(server, tmp_path / "part")
        assert (tmp_path / "part").read_bytes() == other
        assert [server.began(), server.began()] == [0, 0]


def test_pieces_that_do_not_belong_together_come_once_more(tmp_path: Path) -> None:
    """A file that changes and keeps its time."""
    with ftp_server(tmp_path / "mirror", CUT) as server:
        server.put(NAME, DATA)
        with pytest.raises(TryAgainError):
            fetch(server, tmp_path / "part")
        other = server.put(NAME, DATA[::-1])
        fetch(server, tmp_path / "part", sum_=sha256(other))
        assert (tmp_path / "part").read_bytes() == other


def test_wrong_bytes_do_not_stay(tmp_path: Path) -> None:
    with ftp_server(tmp_path / "mirror") as server:
        server.put(NAME, DATA)
        with pytest.raises(RefusedError, match="its sha256 sum is"):
            fetch(server, tmp_path / "part", sum_=sha256(b"another"))
        assert not (tmp_path / "part").exists()


def test_what_is_not_there_or_too_large(tmp_path: Path) -> None:
    with ftp_server(tmp_path / "mirror") as server:
        with pytest.raises(MissingError):
            fetch(server, tmp_path / "part")
        server.put(NAME, DATA)
        with pytest.raises(RefusedError, match="more than 10 bytes"):
            fetch(server, tmp_path / "part", most=10)


def test_a_list_of_sums_is_read_to_its_bound(tmp_path: Path) -> None:
    with ftp_server(tmp_path / "mirror") as server:
        server.put(NAME, DATA)
        assert run(lambda downloads: downloads.beginning(server.url(PATH), 1000)) == DATA[:1000]
        assert run(lambda downloads: downloads.beginning(server.url(PATH), 1 << 30)) == DATA


def test_nothing_comes_from_where_nothing_is_fetched(tmp_path: Path) -> None:
    with (
        ftp_server(tmp_path / "mirror") as server,
        pytest.raises(RefusedError, match="from which nothing is fetched"),
    ):
        run(lambda downloads: downloads.beginning(server.url(PATH), 1000), allowed="10.0.0.0/8")


@pytest.mark.parametrize("url", ["ftp:///pub/kernel.img", "ftp://127.0.0.1/pub/kernel%0d%0aDELE%20x"])
def test_what_is_no_url_of_a_file_is_refused(url: str) -> None:
    with pytest.raises(RefusedError, match="no URL of a file"):
        run(lambda downloads: downloads.beginning(url, 1000))
