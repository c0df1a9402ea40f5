"""What the server promises its engine and its store: on loopback, with a scripted engine and a store of the test."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import IPv4Address
from threading import Thread

import pytest

from netipl.errors import UnavailableError
from netipl.guests.lease import Lease
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import Message, decode, encode
from netipl.protocols.dhcp4.options import Options
from netipl.provisioning.changes import Change, LeaseSet
from netipl.provisioning.exchange import Arrival, Outcome, Reply, Routed
from netipl.provisioning.timeline import Observation, Seen
from netipl.servers.dhcp4.server import Answer, Dhcp4Server

pytestmark = pytest.mark.root  # it opens a packet socket

SERVER, CLIENT = IPv4Address("127.0.0.1"), IPv4Address("127.0.0.2")
PORT = 26767
DEADLINE = 30
REPLIES = {
    MessageType.DISCOVER: MessageType.OFFER,
    MessageType.REQUEST: MessageType.ACK,
    MessageType.INFORM: MessageType.ACK,
}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def message(kind: MessageType, xid: int, op: OpCode = OpCode.BOOTREQUEST) -> Message:
    return Message(op=op, xid=xid, mac=Mac(b"RT0000"), options=Options({Option.MESSAGE_TYPE: bytes((kind,))}))


def answer(asked: Message, arrival: Arrival) -> Outcome:
    """A REQUEST changes a lease, DISCOVER and INFORM change nothing; all are answered."""
    assert (arrival.local, arrival.source, arrival.interface) == (SERVER, CLIENT, "lo")
    kind = MessageType(asked.options.message_type or 0)
    lease = Lease(network="lab", address=IPv4Address(asked.xid), mac=asked.mac, expires=NOW)
    return Outcome(
        changes=(LeaseSet(lease),) if kind is MessageType.REQUEST else (),
        reply=Reply(message(REPLIES[kind], asked.xid, OpCode.BOOTREPLY), Routed(CLIENT, PORT + 1)),
        observations=(Observation(at=NOW, seen=Seen.DHCP_REQUEST, detail={"xid": asked.xid}),),
    )


class Store:
    """Takes changes and says nothing until the test does, from another thread as the journal does."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[Callable[[Exception | None], None]] = asyncio.Queue()
        self.reloads: asyncio.Queue[asyncio.Future[None]] = asyncio.Queue()

    def commit(self, _: Iterable[Change], done: Callable[[Exception | None], None]) -> None:
        self.waiting.put_nowait(done)

    async def says(self, error: Exception | None) -> None:
        done = await asyncio.wait_for(self.waiting.get(), DEADLINE)
        teller = Thread(target=done, args=(error,))
        teller.start()
        await asyncio.to_thread(teller.join)

    async def reload(self) -> None:
        finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.reloads.put_nowait(finished)
        await finished


class Client:
    """Sends from the client's port, and reads replies as (kind, xid)."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def ask(self, kind: MessageType, xid: int) -> None:
        self.sock.sendto(encode(message(kind, xid)), (str(SERVER), PORT))

    async def reply(self) -> tuple[int | None, int]:
        data = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.sock, 2048), DEADLINE)
        return decode(data).options.message_type, decode(data).xid


def conversation(
    test: Callable[[Dhcp4Server, Client, Store], Awaitable[None]], *, answer: Answer = answer
) -> list[Observation]:
    """Runs `test` against an open server that it starts or not; gives what was observed."""
    observed: list[Observation] = []

    async def talk() -> None:
        store = Store()
        server = Dhcp4Server(
            interfaces=[],
            addresses=[SERVER],
            answer=answer,
            commit=store.commit,
            reload=store.reload,
            observe=observed.extend,
            port=PORT,
        )
        server.open()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            sock.bind((str(CLIENT), PORT + 1))
            await test(server, Client(sock), store)

    asyncio.run(talk())
    return observed


@contextmanager
def running(server: Dhcp4Server) -> Iterator[asyncio.Task[None]]:
    task = asyncio.ensure_future(server.run())
    try:
        yield task
    finally:
        task.cancel()


def test_a_reply_leaves_after_its_change_is_stored_and_an_offer_does_not_wait() -> None:
    async def test(server: Dhcp4Server, client: Client, store: Store) -> None:
        with running(server):
            client.ask(MessageType.REQUEST, 1)
            for xid in (2, 3):  # the second is read after whatever the REQUEST brought at once
                client.ask(MessageType.DISCOVER, xid)
                assert await client.reply() == (MessageType.OFFER, xid)
            await store.says(None)
            assert await client.reply() == (MessageType.ACK, 1)

    assert [seen.detail["xid"] for seen in conversation(test)] == [2, 3, 1]


def test_an_ack_without_a_change_waits_for_the_changes_before_it() -> None:
    async def test(server: Dhcp4Server, client: Client, store: Store) -> None:
        with running(server):
            client.ask(MessageType.REQUEST, 1)
            first = await asyncio.wait_for(store.waiting.get(), DEADLINE)
            client.ask(MessageType.INFORM, 2)
            client.ask(MessageType.DISCOVER, 3)
            assert await client.reply() == (MessageType.OFFER, 3)
            first(None)
            assert await client.reply() == (MessageType.ACK, 1)
            await store.says(None)
            assert await client.reply() == (MessageType.ACK, 2)

    conversation(test)


def test_what_was_stored_together_is_answered_together() -> None:
    async def test(server: Dhcp4Server, client: Client, store: Store) -> None:
        with running(server):
            told = []
            for xid in (1, 2, 3):
                client.ask(MessageType.REQUEST, xid)
                told.append(await asyncio.wait_for(store.waiting.get(), DEADLINE))
            for done in told:  # all before the loop turns
                done(None)
            assert [await client.reply() for _ in told] == [(MessageType.ACK, xid) for xid in (1, 2, 3)]

    conversation(test)


def test_after_a_failed_commit_nothing_is_answered_until_the_inventory_is_what_is_stored() -> None:
    async def test(server: Dhcp4Server, client: Client, store: Store) -> None:
        with running(server):
            client.ask(MessageType.REQUEST, 1)
            await store.says(UnavailableError("the disk is full", remedy="make room"))
            reload = await asyncio.wait_for(store.reloads.get(), DEADLINE)
            client.ask(MessageType.DISCOVER, 2)
            while not server.counts["dropped while leases could not be stored"]:  # noqa: ASYNC110 - nothing tells it
                await asyncio.sleep(0)
            reload.set_exception(UnavailableError("the disk is still full"))
            again = await asyncio.wait_for(store.reloads.get(), DEADLINE)
            again.set_result(None)
            await asyncio.sleep(0)
            client.ask(MessageType.DISCOVER, 3)
            assert await client.reply() == (MessageType.OFFER, 3)
            assert server.counts["leases cannot be stored, no DHCP reply is sent"] == 2

    assert [seen.detail["xid"] for seen in conversation(test)] == [3]


def test_in_a_jam_what_was_begun_is_finished_before_anything_is_begun() -> None:
    taken: list[int] = []

    def noted(asked: Message, arrival: Arrival) -> Outcome:
        taken.append(asked.xid)
        return answer(asked, arrival)

    async def test(server: Dhcp4Server, client: Client, store: Store) -> None:
        for xid in range(250):  # 192 are read at once, 58 after them
            client.ask(MessageType.REQUEST if xid == 190 else MessageType.DISCOVER, xid)
        with running(server):
            await store.says(None)
            answered = {await client.reply() for _ in range(250)}
            assert {xid for _, xid in answered} == set(range(250)), "and nobody is forgotten"

    conversation(test, answer=noted)
    assert taken[0] == 190


def test_after_a_jam_nobody_is_answered_who_has_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netipl.servers.dhcp4.server._PATIENCE", -1.0)  # as if all had waited for too long

    async def test(server: Dhcp4Server, client: Client, store: Store) -> None:
        for xid in range(193):
            client.ask(MessageType.REQUEST if xid == 192 else MessageType.DISCOVER, xid)
        with running(server):
            await store.says(None)
            assert await client.reply() == (MessageType.ACK, 192)
            assert server.counts["DISCOVERs too old after a jam"] == 192

    conversation(test)
