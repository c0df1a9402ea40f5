"""A boot file server on loopback, with a tree of its own, for the length of a test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from netipl.net import Mac
from netipl.protocols.tftp.resolution import Missing, Resolution
from netipl.provisioning.timeline import Observation
from netipl.servers.bootfiles.connection import Timeouts
from netipl.servers.bootfiles.server import BootFilesServer, Limits

LOOPBACK = IPv4Address("127.0.0.1")
DEADLINE = 60
"""In seconds, generous: what is waited for comes at once."""


@dataclass
class Serving:
    """The running server and what it told. `tree` is served as it is when asked."""

    server: BootFilesServer
    tree: dict[str, Resolution]
    asked: list[tuple[str, IPv4Address, IPv4Address]] = field(default_factory=list)
    seen: "asyncio.Queue[Observation]" = field(default_factory=asyncio.Queue)
    callbacks: list[tuple[IPv4Address, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    macs: list[Mac] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.server.bound[0][1]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def until(self, happened: Callable[["Serving"], bool]) -> None:
        """For what the server keeps to itself: it tells nobody when its counts change."""
        while not happened(self):  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.005)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)

    async def exchange(self, sent: bytes) -> bytes:
        """All that is received until the server closes, be it by a reset."""
        reader, writer = await self.connect()
        writer.write(sent)
        received = b"".join([piece async for piece in pieces(reader)])
        writer.close()
        return received


async def pieces(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """What is received until the server closes, be it by a reset."""
    with suppress(ConnectionError):
        while piece := await reader.read(1 << 20):
            yield piece


@asynccontextmanager
async def _running(tree: dict[str, Resolution], limits: Limits, timeouts: Timeouts) -> AsyncIterator[Serving]:
    def resolve(name: str, peer: IPv4Address, local: IPv4Address, macs: tuple[Mac, ...]) -> Resolution:
        serving.asked.append((name, peer, local))
        serving.macs += macs
        return tree.get(name, Missing())

    def callback(peer: IPv4Address, path: str, body: bytes) -> None:
        serving.callbacks.append((peer, path))
        serving.bodies.append(body)

    def observe(observations: Iterable[Observation]) -> None:
        for each in observations:
            serving.seen.put_nowait(each)

    server = BootFilesServer(
        addresses=[LOOPBACK],
        port=0,
        resolve=resolve,
        observe=observe,
        callback=callback,
        limits=limits,
        timeouts=timeouts,
    )
    server.open()
    serving = Serving(server=server, tree=tree)
    task = asyncio.create_task(server.run())
    try:
        yield serving
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


def serve(
    talk: Callable[[Serving], Awaitable[None]],
    tree: dict[str, Resolution] | None = None,
    *,
    limits: Limits | None = None,
    timeouts: Timeouts | None = None,
) -> None:
    """Have `talk` with a server of `tree`."""

    async def main() -> None:
        async with (
            asyncio.timeout(DEADLINE),
            _running(tree or {}, limits or Limits(), timeouts or Timeouts()) as serving,
        ):
            await talk(serving)

    asyncio.run(main())
