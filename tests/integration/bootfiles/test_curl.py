"""The server with the client that guests and people use."""

import asyncio
import hashlib
import json
import random
import re
import shutil
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from netipl.content import Content, Zeros, inline, of_file
from netipl.net import Mac
from netipl.protocols.tftp.resolution import Arriving, Denied, Resolution
from netipl.provisioning.timeline import Seen
from tests.integration.bootfiles.serving import LOOPBACK, Serving, serve

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")

SIZE = 3_000_001


DATA = random.Random(1).randbytes(SIZE)


@pytest.fixture
def initrd(tmp_path: Path) -> Path:
    path = tmp_path / "initrd"
    path.write_bytes(DATA)
    return path


async def curl(*arguments: str | Path) -> bytes:
    process = await asyncio.create_subprocess_exec(
        "curl", "--silent", "--show-error", "--noproxy", "*", *arguments, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output


def test_a_file_arrives_whole_and_is_observed(initrd: Path) -> None:
    async def talk(serving: Serving) -> None:
        assert await curl(serving.url("/boot/x/initrd")) == DATA
        assert serving.asked == [("boot/x/initrd", LOOPBACK, LOOPBACK)]
        seen = await serving.seen.get()
        assert (seen.seen, seen.address) == (Seen.HTTP_SERVED, LOOPBACK)
        assert seen.detail == {"name": "boot/x/initrd", "status": 200, "size": SIZE}

    serve(talk, {"boot/x/initrd": of_file(initrd)})


def test_a_content_of_all_kinds_of_segments_is_one_file(initrd: Path) -> None:
    content = (
        inline(b"head" * 100_000) + of_file(initrd) + Content((Zeros(length=600_000),)) + of_file(initrd).part(7, 99)
    )
    whole = b"head" * 100_000 + DATA + bytes(600_000) + DATA[7:99]

    async def talk(serving: Serving) -> None:
        assert hashlib.sha256(await curl(serving.url("/image"))).digest() == hashlib.sha256(whole).digest()
        part = await curl("--range", "399990-3400020", serving.url("/image"))
        assert part == whole[399990:3400021]

    serve(talk, {"image": content})


@pytest.mark.parametrize(("asked", "start", "stop"), [("0-0", 0, 1), ("5-", 5, SIZE), ("-5", SIZE - 5, SIZE)])
def test_a_range_is_a_206(initrd: Path, asked: str, start: int, stop: int) -> None:
    async def talk(serving: Serving) -> None:
        head, _, body = (await curl("--range", asked, "--include", serving.url("/i"))).partition(b"\r\n\r\n")
        assert body == DATA[start:stop]
        assert head.startswith(b"HTTP/1.1 206 ")
        assert f"Content-Range: bytes {start}-{stop - 1}/{SIZE}\r\nContent-Length: {stop - start}" in head.decode()

    serve(talk, {"i": of_file(initrd)})


def test_a_download_that_broke_off_is_resumed(initrd: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(DATA[:1_234_567])

    async def talk(serving: Serving) -> None:
        await curl("--continue-at", "-", "--output", target, serving.url("/i"))

    serve(talk, {"i": of_file(initrd)})
    assert target.read_bytes() == DATA


def test_a_range_behind_the_end_is_a_416(initrd: Path) -> None:
    async def talk(serving: Serving) -> None:
        answer = await curl("--include", "--range", f"{SIZE}-", serving.url("/i"))
        assert answer.startswith(b"HTTP/1.1 416 ")
        assert f"Content-Range: bytes */{SIZE}\r\n".encode() in answer

    serve(talk, {"i": of_file(initrd)})


def test_head_tells_all_and_sends_nothing(initrd: Path) -> None:
    async def talk(serving: Serving) -> None:
        fields = (await curl("--head", "--range", "0-5", serving.url("/i"))).decode()
        assert fields.startswith("HTTP/1.1 200 ")
        for field in (f"Content-Length: {SIZE}", "Accept-Ranges: bytes", "ETag: ", "Last-Modified: ", "Date: "):
            assert f"\r\n{field}" in fields

    serve(talk, {"i": of_file(initrd)})


def test_what_the_client_has_is_a_304(initrd: Path, tmp_path: Path) -> None:
    async def talk(serving: Serving) -> None:
        tag, target = tmp_path / "tag", tmp_path / "target"
        await curl("--etag-save", tag, "--output", target, serving.url("/i"))
        head = await curl("--etag-compare", tag, "--include", "--output", "-", serving.url("/i"))
        assert head.startswith(b"HTTP/1.1 304 ")
        head = await curl("--time-cond", target, "--include", "--output", "-", serving.url("/i"))
        assert head.startswith(b"HTTP/1.1 304 ")

    serve(talk, {"i": of_file(initrd)})


def test_several_requests_use_one_connection() -> None:
    async def talk(serving: Serving) -> None:
        urls = [serving.url(path) for path in ("/e", "/nil", "/e")]
        output = await curl("--write-out", "connected %{num_connects}\n", *urls)
        assert re.findall(rb"connected (\d)", output) == [b"1", b"0", b"0"]

    serve(talk, {"e": inline(b"")})


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/nil", 404, "Not Found"),
        ("/", 404, "Not Found"),
        ("/denied", 403, "Forbidden"),
        ("/arriving", 503, "Service Unavailable"),
        ("/%2e%2e/x", 403, "Forbidden"),
        ("/a%5Cb", 403, "Forbidden"),
        ("/a%00b", 403, "Forbidden"),
        ("/%zz", 400, "Bad Request"),
        ("/lost", 500, "Internal Server Error"),
    ],
)
def test_errors_are_problem_details(tmp_path: Path, path: str, status: int, title: str) -> None:
    lost = tmp_path / "lost"
    lost.write_bytes(b"x")
    tree: dict[str, Resolution] = {"denied": Denied("its secret"), "arriving": Arriving(), "lost": of_file(lost)}
    lost.unlink()

    async def talk(serving: Serving) -> None:
        head, _, body = (await curl("--include", "--path-as-is", serving.url(path))).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 %d " % status)
        assert b"Content-Type: application/problem+json" in head
        details = json.loads(body)
        assert (details["status"], details["title"]) == (status, title)
        assert "secret" not in details["detail"]
        assert status != 503 or b"Retry-After: " in head

    serve(talk, tree)


@pytest.mark.parametrize("arguments", [[], ["--request", "POST"]])
def test_guests_call_back(arguments: list[str]) -> None:
    async def talk(serving: Serving) -> None:
        answer = await curl("--include", *arguments, serving.url("/callback/web1?method=ins"))
        assert answer.startswith(b"HTTP/1.1 204 ")
        assert b"Content-Length" not in answer
        assert serving.callbacks == [(IPv4Address("127.0.0.1"), "/callback/web1?method=ins")]

    serve(talk)


def test_a_callback_with_a_body_counts_and_ends_the_connection() -> None:
    async def talk(serving: Serving) -> None:
        answer = await curl("--include", "--data", "status=done", serving.url("/callback"))
        assert answer.startswith(b"HTTP/1.1 204 ")
        assert b"Connection: close" in answer
        assert serving.callbacks == [(LOOPBACK, "/callback")]
        assert serving.bodies == [b"status=done"]

    serve(talk)


@pytest.mark.parametrize(
    "header", ["Content-Type: text/plain", "Expect: 100-continue", "Transfer-Encoding: chunked"], ids=str
)
def test_of_what_a_callback_brings_the_end_is_taken(header: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"begin" + b"x" * 100_000 + b"end")

    async def talk(serving: Serving) -> None:
        arguments = ["--include", "--header", header, "--data-binary", f"@{log}"]
        answer = await curl(*arguments, serving.url("/callback/t/failed"))
        assert b"HTTP/1.1 204 " in answer
        assert (b"HTTP/1.1 100 " in answer) == header.startswith("Expect")
        assert serving.bodies == [b"x" * (65_536 - 3) + b"end"]

    serve(talk)


def test_a_callback_that_brings_too_much_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(bytes((1 << 20) + 1))

    async def talk(serving: Serving) -> None:
        answer = await curl("--include", "--data-binary", f"@{log}", serving.url("/callback/t/failed"))
        assert b"HTTP/1.1 413 " in answer
        assert serving.callbacks == []

    serve(talk)


def test_an_installer_says_its_mac_addresses() -> None:
    async def talk(serving: Serving) -> None:
        said = ["X-RHN-Provisioning-MAC-0: eth0 52:54:00:00:00:0a", "X-RHN-Provisioning-MAC-1: lo nothing"]
        await curl(*(part for each in said for part in ("--header", each)), serving.url("/e"))
        assert serving.macs == [Mac.parse("52:54:00:00:00:0a")]

    serve(talk, {"e": inline(b"")})


@pytest.mark.parametrize(
    ("arguments", "path", "status"),
    [
        pytest.param(["--request", "DELETE"], "/e", 405, id="files are only read"),
        pytest.param(["--head"], "/callback", 405, id="HEAD changes nothing"),
        pytest.param(["--data", "x"], "/e", 413, id="no bodies"),
        pytest.param(["--header", "Transfer-Encoding: chunked", "--data", "x"], "/e", 413, id="nor chunked ones"),
    ],
)
def test_what_is_no_reading_is_refused_and_the_connection_closed(arguments: list[str], path: str, status: int) -> None:
    async def talk(serving: Serving) -> None:
        answer = await curl("--include", *arguments, serving.url(path))
        assert answer.startswith(b"HTTP/1.1 %d " % status)
        assert b"Connection: close" in answer
        assert serving.callbacks == []

    serve(talk, {"e": inline(b"")})
