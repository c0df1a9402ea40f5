"""When an endpoint sends again: over real sockets, with the time as it is told."""

import itertools
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from netipl.protocols.tftp.packet import Ack, Data, OptionAck, ReadRequest, decode, encode
from netipl.protocols.tftp.retransmission import SECOND
from netipl.protocols.tftp.server import MOST_REPEATED
from netipl.servers.tftp import control
from netipl.servers.tftp.batches import BATCH, Inbox
from netipl.servers.tftp.bodies import Files
from netipl.servers.tftp.endpoint import Endpoint
from tests.network_namespaces import eventually

CROWD = 2 * BATCH
DATA = b"x" * 5_000
START = 1_000 * SECOND
LATE = START + SECOND
OPTION_ACK = OptionAck(options=((b"blksize", b"1428"),))


@dataclass
class Crowd:
    """An endpoint, and clients that have asked for a file and say nothing more."""

    endpoint: Endpoint
    clients: list[socket.socket]
    server: tuple[str, int]
    told: list[control.Message] = field(default_factory=list)

    def ask(self) -> None:
        for client in self.clients:
            client.sendto(encode(ReadRequest(name=b"file", options=((b"blksize", b"1428"),))), self.server)
        eventually(self._all_have_asked, "all have asked")
        for number, message in enumerate(list(self.told)):
            if isinstance(message, control.Ask):
                file = os.memfd_create("file")
                os.write(file, DATA)
                parts = [control.Part(0, 0, len(DATA))]
                oack = encode(OPTION_ACK).decode("latin-1")
                serve = control.Serve(message.token, number, parts, [1428, 1, 0], oack, None)
                self.endpoint.begin(serve, [file], START)

    def _all_have_asked(self) -> bool:
        self.endpoint.serve(START)
        return sum(isinstance(message, control.Ask) for message in self.told) == len(self.clients)

    def acknowledge(self) -> None:
        """All at once; loopback delivers before `sendto` returns."""
        for client in self.clients:
            client.sendto(encode(Ack(block=0)), self.server)

    def heard(self) -> list[list[object]]:
        """What each client has got so far."""
        return [list(map(decode, _waiting(client))) for client in self.clients]

    def packets(self) -> int:
        return sum(map(len, self.heard()))


def _waiting(client: socket.socket) -> Iterator[bytes]:
    while True:
        try:
            yield client.recv(65536)
        except BlockingIOError:
            return


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    with ExitStack() as stack:
        here = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        here.bind(("127.0.0.1", 0))
        clients = []
        for _ in range(CROWD):
            client = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            client.setblocking(False)
            client.bind(("127.0.0.1", 0))
            clients.append(client)
        told: list[control.Message] = []
        endpoint = Endpoint(
            here,
            local=0x7F000001,
            tokens=itertools.count(),
            inbox=Inbox(),
            files=Files(),
            tell=told.append,
            listen=lambda _: None,
        )
        made = Crowd(endpoint, clients, here.getsockname(), told)
        made.ask()
        assert made.heard() == [[OPTION_ACK]] * CROWD
        yield made


def test_an_ack_that_waits_to_be_read_is_no_lost_one(crowd: Crowd) -> None:
    crowd.acknowledge()
    crowd.endpoint.tick(LATE)
    assert crowd.heard() == [[Data(block=1, data=DATA[:1428])]] * CROWD


def test_when_all_are_silent_a_few_are_tried(crowd: Crowd) -> None:
    crowd.endpoint.tick(LATE)
    assert crowd.packets() == MOST_REPEATED
    crowd.endpoint.tick(LATE)
    assert crowd.packets() == 1


def test_each_answer_allows_another_to_be_tried(crowd: Crowd) -> None:
    crowd.endpoint.tick(LATE)
    crowd.heard()
    for client in crowd.clients[-5:]:
        client.sendto(encode(Ack(block=0)), crowd.server)
    crowd.endpoint.serve(LATE)
    crowd.heard()
    crowd.endpoint.tick(LATE)
    assert crowd.packets() == 5
