"""Clients that do harm: each is answered or cut, counted, and costs the others nothing."""

import asyncio
import re
import socket
from ipaddress import IPv4Address
from pathlib import Path
from typing import cast

import pytest

from netipl.content import Content, FileRange, Zeros, inline, of_file
from netipl.errors import UnavailableError
from netipl.protocols.tftp.resolution import Resolution
from netipl.servers.bootfiles.connection import Timeouts
from netipl.servers.bootfiles.server import BootFilesServer, Limits
from tests.integration.bootfiles.serving import LOOPBACK, Serving, pieces, serve

GET = b"GET /e HTTP/1.1\r\nHost: x\r\n\r\n"
TREE: dict[str, Resolution] = {"e": inline(b"hello")}
ENDLESS: dict[str, Resolution] = {"e": Content((Zeros(length=1 << 40),))}
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


def statuses(received: bytes) -> list[int]:
    return [int(status) for status in STATUS.findall(received)]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n", 400, id="TLS"),
        pytest.param(b"GET\r\n\r\n", 400, id="no target"),
        pytest.param(b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400, id="bytes that no target has"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", 400, id="no host"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, id="two hosts"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nA\0: b\r\n\r\n", 400, id="NUL in a header"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, id="negative length"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501, id="unknown coding"),
        pytest.param(b"GET /" + b"x" * 100_000, 431, id="endless target"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 50_000, 431, id="endless header"),
    ],
)
def test_malformed_requests_get_an_error_and_the_end(sent: bytes, status: int) -> None:
    async def talk(serving: Serving) -> None:
        assert statuses(await serving.exchange(sent)) == [status]
        assert serving.server.counts.total() == 1
        assert serving.asked == []

    serve(talk, TREE)


def test_a_target_without_a_path_is_malformed() -> None:
    async def talk(serving: Serving) -> None:
        assert statuses(await serving.exchange(b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")) == [400]

    serve(talk, TREE)


def test_requests_sent_ahead_are_answered_in_order() -> None:
    tree: dict[str, Resolution] = {"a": inline(b"first"), "b": inline(b"second")}
    sent = (
        GET.replace(b"/e", b"/a") + GET.replace(b"/e", b"/b") + GET.replace(b"Host: x", b"Host: x\r\nConnection: close")
    )

    async def talk(serving: Serving) -> None:
        received = await serving.exchange(sent)
        assert statuses(received) == [200, 200, 404]
        assert received.index(b"first") < received.index(b"second")

    serve(talk, tree)


def test_a_request_of_http_1_0_is_answered_and_closed() -> None:
    async def talk(serving: Serving) -> None:
        received = await serving.exchange(b"GET /e HTTP/1.0\r\n\r\n")
        assert statuses(received) == [200]
        assert received.endswith(b"hello")

    serve(talk, TREE)


@pytest.mark.parametrize("sent", [b"G", b"GET /e HTTP/1.1\r\nHost: x\r\nA: "])
def test_a_request_that_is_never_finished_is_given_up(sent: bytes) -> None:
    async def talk(serving: Serving) -> None:
        assert statuses(await serving.exchange(sent)) == [408]
        assert serving.server.counts == {"malformed request: Request Timeout": 1}

    serve(talk, TREE, timeouts=Timeouts(header=0.2))


def test_slow_drops_do_not_prolong_the_time_of_a_request() -> None:
    async def talk(serving: Serving) -> None:
        reader, writer = await serving.connect()

        async def drip() -> None:
            writer.write(b"GET /e HTTP/1.1\r\nHost: x\r\nA: ")
            while not writer.is_closing():
                writer.write(b"x")
                await asyncio.sleep(0.02)  # the drip is what is tested

        dripping = asyncio.create_task(drip())
        assert statuses(await reader.read(-1)) == [408]
        dripping.cancel()
        writer.close()

    serve(talk, TREE, timeouts=Timeouts(header=0.3))


def test_who_says_nothing_is_let_go_without_a_word() -> None:
    async def talk(serving: Serving) -> None:
        assert await serving.exchange(b"") == b""
        received = await serving.exchange(GET)
        assert statuses(received) == [200]

    serve(talk, TREE, timeouts=Timeouts(idle=0.2))


def test_who_does_not_read_is_cut() -> None:
    async def talk(serving: Serving) -> None:
        reader, writer = await serving.connect()
        writer.write(GET)
        await serving.until(lambda each: "a client takes too long to read" in each.server.counts)
        assert sum([len(piece) async for piece in pieces(reader)]) < 1 << 30
        writer.close()

    serve(talk, ENDLESS, timeouts=Timeouts(write=0.3))


@pytest.mark.parametrize("kind", ["zeros", "file"])
def test_who_leaves_in_mid_body_costs_the_others_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(1 << 34)
    tree = ENDLESS if kind == "zeros" else {"e": Content((FileRange(path=path, length=1 << 34),))}

    async def talk(serving: Serving) -> None:
        for _ in range(5):
            reader, writer = await serving.connect()
            writer.write(GET)
            await reader.readexactly(1_000_000)
            writer.transport.abort()
        serving.tree["e"] = inline(b"hello")
        assert statuses(await serving.exchange(GET.replace(b"Host: x", b"Host: x\r\nConnection: close"))) == [200]

    serve(talk, dict(tree))


def test_a_file_that_shrinks_breaks_the_transfer_off(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(1 << 30)

    async def talk(serving: Serving) -> None:
        reader, writer = await serving.connect()
        writer.write(GET)
        await reader.readexactly(100_000)
        with path.open("r+b") as file:
            file.truncate(100)
        assert sum([len(piece) async for piece in pieces(reader)]) < (1 << 30) - 100_000
        writer.close()
        assert serving.server.counts == {"a file was lost while it was sent": 1}

    serve(talk, {"e": of_file(path)})


def test_one_address_has_its_connections_and_no_more() -> None:
    async def talk(serving: Serving) -> None:
        held = [await serving.connect() for _ in range(2)]
        for _, writer in held:
            writer.write(GET)
        for reader, _ in held:
            await reader.readuntil(b"hello")
        assert await serving.exchange(GET) == b""
        assert serving.server.counts == {"too many connections": 1}
        for _, writer in held:
            writer.close()

    serve(talk, TREE, limits=Limits(connections_per_address=2))


def test_a_connection_that_has_ended_makes_room() -> None:
    async def talk(serving: Serving) -> None:
        last = GET.replace(b"Host: x", b"Host: x\r\nConnection: close")
        for _ in range(5):
            assert statuses(await serving.exchange(last)) == [200]
            await serving.until(lambda each: each.server.connected == 0)

    serve(talk, TREE, limits=Limits(connections=1))


def test_a_fault_of_ours_costs_one_connection() -> None:
    async def talk(serving: Serving) -> None:
        serving.tree["e"] = cast("Resolution", 42)
        assert await serving.exchange(GET) == b""
        serving.tree["e"] = inline(b"hello")
        assert statuses(await serving.exchange(GET.replace(b"Host: x", b"Host: x\r\nConnection: close"))) == [200]
        assert serving.server.counts == {"a request failed": 1}

    serve(talk, dict(TREE))


def test_a_port_in_use_is_told_with_its_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = BootFilesServer(
            addresses=[LOOPBACK],
            port=port,
            resolve=lambda *_: inline(b""),
            observe=lambda _: None,
            callback=lambda *_: None,
        )
        with pytest.raises(UnavailableError, match=f"127.0.0.1:{port}: Address already in use") as caught:
            server.open()
        assert f"sport = :{port}" in caught.value.remedy
        assert server.bound == ()


def test_an_address_may_come_later() -> None:
    server = BootFilesServer(
        addresses=[IPv4Address("192.0.2.77")],
        port=0,
        resolve=lambda *_: inline(b""),
        observe=lambda _: None,
        callback=lambda *_: None,
    )
    server.open()
    assert server.bound[0][0] == "192.0.2.77"
    server.close()
