"""The server against a client that behaves as the firmware, over a link that loses, doubles and reorders, in no time.

The client: lock-step, `blksize`, one port for all its files, a receive ring that is not emptied between files, 4 s of
patience, and 20 seconds of silence a file: the 21st ends it.
"""

import heapq
import itertools
import random
from dataclasses import dataclass, field

import pytest

from netipl.protocols.tftp.codes import ErrorCode
from netipl.protocols.tftp.negotiation import negotiate
from netipl.protocols.tftp.packet import Ack, Data, Error, OptionAck, Packet, ReadRequest, decode, encode
from netipl.protocols.tftp.retransmission import MILLISECOND, SECOND
from netipl.protocols.tftp.server import Server, Wanted
from netipl.protocols.tftp.transfer import FINISHED, Transfer

PEER = 2001
FILES = {b"config": b"x" * 100, b"kernel": bytes(range(256)) * 400, b"initrd": bytes(range(255, -1, -1)) * 401}
WANTED = [b"missing-1", b"missing-2", b"config", b"kernel", b"initrd"]


@dataclass
class Link:
    """A clock and the packets under way, each to arrive at its time."""

    random: random.Random
    loss: float = 0.0
    doubling: float = 0.0
    reordering: float = 0.0
    now: int = 0
    under_way: list[tuple[int, int, bool, bytes]] = field(default_factory=list)
    _count: "itertools.count[int]" = field(default_factory=itertools.count)

    def send(self, *, to_server: bool, data: bytes) -> None:
        if self.random.random() < self.loss:
            return
        for _ in range(2 if self.random.random() < self.doubling else 1):
            late = 3 * MILLISECOND if self.random.random() < self.reordering else MILLISECOND // 2
            heapq.heappush(self.under_way, (self.now + late, next(self._count), to_server, data))


@dataclass
class Firmware:
    """Fetches WANTED in order; `got` are the files, None for those that are missing."""

    link: Link
    got: dict[bytes, bytes | None] = field(default_factory=dict)
    failed: str = ""
    name: bytes = b""
    block: int = 0
    data: bytes = b""
    silent: int = 0
    spoken: int = 0
    unexpected: int = 0
    agreed: bool = False

    def begin(self) -> None:
        left = [name for name in WANTED if name not in self.got]
        self.name = left[0] if left else b""
        self.block, self.data, self.silent, self.agreed, self.unexpected = 0, b"", 0, False, 0
        if self.name:
            self.say(ReadRequest(name=self.name, options=((b"blksize", b"64"),)))

    def say(self, packet: Packet) -> None:
        self.spoken = self.link.now
        self.link.send(to_server=True, data=encode(packet))

    def hear(self, data: bytes) -> None:
        if not self.name or self.failed:
            return
        match decode(data):
            case OptionAck() if not self.block:
                self.agreed = True
                self.say(Ack(block=0))
            case Error(code=ErrorCode.FILE_NOT_FOUND):
                self.got[self.name] = None
                self.begin()
            case Error(message=message):
                self.failed = f"{self.name!r}: {message!r}"
            case Data(block=block, data=piece):
                self.take(block, piece)

    def take(self, block: int, piece: bytes) -> None:
        if block > self.block + 1:
            self.failed = f"{self.name!r}: missing block {self.block + 1}, got {block}"
        elif block == self.block + 1:
            self.block, self.data = block, self.data + piece
            self.say(Ack(block=block))
            if len(piece) < 64:
                self.got[self.name] = self.data
                self.begin()
        elif block == self.block:
            self.say(Ack(block=block))

    def second_of_silence(self) -> None:
        self.silent += 1
        if self.silent > 20:
            self.failed = f"{self.name!r}: missing 21 responses"
        elif self.link.now - self.spoken >= 4 * SECOND:
            self.say(
                Ack(block=self.block) if self.agreed else ReadRequest(name=self.name, options=((b"blksize", b"64"),))
            )


class Served:
    """The server's adapter: files for the answers, and bytes for the blocks."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.server: Server[bytes] = Server(tokens=itertools.count(), address_of=lambda peer: peer)
        self.sent_twice: list[bytes] = []
        self._last: dict[bytes, int] = {}

    def hear(self, data: bytes) -> None:
        transfer = self.server.transfers.get(PEER)
        if transfer is not None and data[:2] == b"\0\4":
            block = transfer.ack(int.from_bytes(data[2:4], "big"), self.link.now)
            if block == FINISHED:
                self.server.transfers.pop(PEER)
            elif block > 0:
                self.send(transfer, block)
            return
        answer = self.server.receive(PEER, data, self.link.now)
        if isinstance(answer, Wanted):
            self.answer(answer)

    def answer(self, wanted: Wanted) -> None:
        content = FILES.get(wanted.request.name)
        if content is None:
            refusal = self.server.refuse(wanted.token, ErrorCode.FILE_NOT_FOUND, "file not found", self.link.now)
            assert refusal is not None
            self.link.send(to_server=False, data=refusal[1])
            return
        terms, agreed = negotiate(wanted.request.options, size=len(content), largest_block=1428)
        transfer = self.server.begin(
            wanted.token,
            number=1,
            source=content,
            size=len(content),
            terms=terms,
            first_packet=encode(OptionAck(options=agreed)),
            now=self.link.now,
        )
        assert transfer is not None
        self.link.send(to_server=False, data=transfer.first_packet)

    def send(self, transfer: Transfer[bytes], block: int) -> None:
        if block == 0:
            self.link.send(to_server=False, data=transfer.first_packet)
            return
        piece = transfer.source[64 * (block - 1) : 64 * block]
        self.link.send(to_server=False, data=encode(Data(block=block & 0xFFFF, data=piece)))

    def tick(self) -> None:
        for transfer, block in self.server.due(self.link.now):
            self.send(transfer, block)


def boot(link: Link) -> tuple[Firmware, Served]:
    """Runs until the client has all its files or has failed."""
    firmware, served = Firmware(link), Served(link)
    firmware.begin()
    next_second = SECOND
    heard_this_second = False
    while firmware.name and not firmware.failed:
        arrival = link.under_way[0][0] if link.under_way else next_second
        due = served.server.next_due()
        link.now = max(link.now, min(arrival, next_second, next_second if due is None else due))
        served.tick()
        while link.under_way and link.under_way[0][0] <= link.now:
            _, _, to_server, data = heapq.heappop(link.under_way)
            if to_server:
                served.hear(data)
            else:
                heard_this_second = True
                firmware.hear(data)
        if link.now >= next_second:
            next_second += SECOND
            if not heard_this_second:
                firmware.second_of_silence()
            heard_this_second = False
    return firmware, served


def everything() -> dict[bytes, bytes | None]:
    return {name: FILES.get(name) for name in WANTED}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("loss", [0.0, 0.01, 0.05, 0.1])
def test_a_boot_survives_loss_both_ways(loss: float, seed: int) -> None:
    firmware, _ = boot(Link(random.Random(seed), loss=loss))
    assert (firmware.failed, firmware.got) == ("", everything())


@pytest.mark.parametrize("seed", range(5))
def test_a_boot_survives_everything_from_the_guest_doubled_and_reordered(seed: int) -> None:
    link = Link(random.Random(seed))
    send = link.send

    def unreliable(*, to_server: bool, data: bytes) -> None:
        link.doubling, link.reordering = (1.0, 0.2) if to_server else (0.0, 0.0)
        send(to_server=to_server, data=data)

    link.send = unreliable  # type: ignore[method-assign]  # only one direction is to be bad
    firmware, _ = boot(link)
    assert (firmware.failed, firmware.got) == ("", everything())


def test_without_loss_nothing_is_sent_twice() -> None:
    link = Link(random.Random(0))
    sent: list[bytes] = []
    send = link.send

    def noted(*, to_server: bool, data: bytes) -> None:
        if not to_server:
            sent.append(data)
        send(to_server=to_server, data=data)

    link.send = noted  # type: ignore[method-assign]  # to listen in
    boot(link)
    blocks = sum(len(content) // 64 + 1 for content in FILES.values())
    assert len(sent) == blocks + len(FILES) + 2


def test_a_stale_transfer_does_not_reach_the_guest_that_begins_again() -> None:
    link = Link(random.Random(0))
    served = Served(link)
    served.hear(encode(ReadRequest(name=b"kernel", options=((b"blksize", b"64"),))))
    served.hear(encode(Ack(block=0)))
    link.under_way.clear()  # the guest is destroyed, and another boot begins
    served.server.drop(PEER)
    firmware = Firmware(link)
    firmware.begin()
    link.now += 2 * SECOND
    served.tick()
    assert not [data for _, _, to_server, data in link.under_way if not to_server]
