"""The firmware model boots from the real engines in virtual time: DHCP, plans, tree and TFTP, and what is seen of them.

As in the daemon, what TFTP saw is told a moment later than what DHCP saw. Faults of the network are given as functions.
"""

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Address

from netipl.content import Content, read
from netipl.firmware.netboot import BROADCAST, Command, Finished, Machine, NetworkBoot
from netipl.protocols.dhcp4 import message
from netipl.protocols.dhcp4.codes import CLIENT_PORT, SERVER_PORT
from netipl.protocols.dhcp4.message import Message
from netipl.protocols.tftp.codes import ErrorCode
from netipl.protocols.tftp.negotiation import negotiate
from netipl.protocols.tftp.packet import Data, OptionAck, encode
from netipl.protocols.tftp.resolution import Denied, Missing
from netipl.protocols.tftp.retransmission import SECOND
from netipl.protocols.tftp.server import Reason, Server, Wanted
from netipl.protocols.tftp.transfer import FINISHED, Transfer
from netipl.protocols.udp4 import Datagram
from netipl.provisioning.exchange import Arrival, Unicast
from netipl.provisioning.timeline import Observation, Seen
from tests.plane import SERVER, Plane

TFTP = 69
_TOLD_AFTER = 0.05
_PROGRESS = 0.5

Fault = Callable[[Datagram], Datagram | None]
"""What becomes of a datagram on its way: the same, another one, or nothing."""


def untouched(datagram: Datagram) -> Datagram:
    return datagram


@dataclass
class _Served:
    name: str
    content: Content


@dataclass
class VirtualNetwork:
    """`now` is in seconds. `changed` are names of files that change before their last block is sent."""

    plane: Plane
    to_server: Fault = untouched
    to_guest: Fault = untouched
    asked: Callable[[Message], list[Datagram]] = lambda _: []
    """Told of each DHCP message before it is answered; what it returns comes to the guest first."""
    changed: frozenset[str] = frozenset()
    now: float = 0.0
    _boot: NetworkBoot | None = None
    _waiting: deque[Datagram] = field(default_factory=deque)
    _told: list[tuple[float, int, Observation]] = field(default_factory=list)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._tokens = itertools.count(1)
        self._tftp: Server[_Served] = Server(tokens=self._tokens, address_of=lambda peer: peer >> 16)
        self._began = self.plane.now
        self._next_tick = 1.0
        self._next_progress = _PROGRESS
        self._reported: dict[int, int] = {}

    def boot(self, machine: Machine, *, until: Callable[[], bool] = lambda: False, most: float = 400.0) -> NetworkBoot:
        """Powers the guest on and lets time go by until its firmware has ended, or `until` is true."""
        boot = self._boot = NetworkBoot(machine)
        self._act(boot.start(self.now))
        end = self.now + most
        while boot.finished is None and not until() and self.now < end:
            if self._waiting:
                self._act(boot.receive(self._waiting.popleft(), self.now))
            else:
                assert boot.deadline is not None
                self._pass(boot.deadline)
                if boot.deadline <= self.now:
                    self._act(boot.expired(self.now))
        return boot

    @property
    def running(self) -> list[tuple[str, int]]:
        """Names of files that are sent, each with the blocks that are acknowledged."""
        return [(each.source.name, each.acked) for each in self._tftp.transfers.values()]

    def power_off(self) -> None:
        """Nothing of the guest comes any more, and nothing reaches it."""
        self._boot = None
        self._waiting.clear()

    def wait(self, seconds: float) -> None:
        """The guest says nothing that the network carries."""
        end = self.now + seconds
        self._waiting.clear()
        while self.now < end:
            self._pass(end)

    # time

    def _pass(self, latest: float) -> None:
        """To the next moment at which the server has something to do, `latest` at the latest."""
        due = self._tftp.next_due()
        moments = [latest, self._next_tick, self._next_progress, *(at for at, *_ in self._told[:1])]
        self.now = max(self.now, min([*moments, *([due / SECOND + 1e-6] if due is not None else [])]))
        self.plane.now = self._began + timedelta(seconds=self.now)
        while self._told and self._told[0][0] <= self.now:
            self.plane.observe(heapq.heappop(self._told)[2])
        if self.now >= self._next_progress:
            self._next_progress += _PROGRESS
            self._progress()
        for transfer, block in self._tftp.due(self._ns):
            self._send(transfer, block)
        self._settle()
        if self.now >= self._next_tick:
            self._next_tick += 1.0
            self.plane.tick()

    @property
    def _ns(self) -> int:
        return int(self.now * SECOND)

    # the guest

    def _act(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, Datagram):
                self._from_guest(command)
            elif isinstance(command, Finished):
                return

    def _from_guest(self, datagram: Datagram) -> None:
        assert self._boot is not None
        arrived = self.to_server(datagram)
        if arrived is None:
            return
        if arrived.destination_port == SERVER_PORT:
            self._dhcp(arrived)
        elif self._boot.next_hop(arrived.destination) == SERVER:
            self._tftp_packet(arrived)

    def _to_guest(self, port: int, to: IPv4Address, to_port: int, payload: bytes) -> None:
        arrived = self.to_guest(
            Datagram(source=SERVER, source_port=port, destination=to, destination_port=to_port, payload=payload)
        )
        if arrived is not None and self._boot is not None:
            self._waiting.append(arrived)

    # DHCP

    def _dhcp(self, datagram: Datagram) -> None:
        asked = message.decode(datagram.payload)
        self._waiting.extend(self.asked(asked))
        local = None if datagram.destination == BROADCAST else datagram.destination
        reply = self.plane.answer(asked, Arrival(interface="lab0", local=local)).reply
        while self.plane.dropped:
            self._tftp.drop(int(self.plane.dropped.pop()))
            self._settle()
        if reply is not None:
            to = reply.to.address if isinstance(reply.to, Unicast) else BROADCAST
            self._to_guest(SERVER_PORT, to, CLIENT_PORT, message.encode(reply.message))

    # TFTP

    def _tftp_packet(self, datagram: Datagram) -> None:
        peer = int(datagram.source) << 16 | datagram.source_port
        transfer = self._tftp.transfers.get(peer)
        payload = datagram.payload
        if transfer is not None and payload.startswith(b"\0\4"):
            block = transfer.ack(int.from_bytes(payload[2:4]), self._ns)
            if block == FINISHED:
                self._tftp.end(peer, Reason.FINISHED)
            elif block > 0:
                self._send(transfer, block)
        else:
            answer = self._tftp.receive(peer, payload, self._ns)
            if isinstance(answer, Wanted):
                self._wanted(answer)
            elif isinstance(answer, bytes):
                self._reply(peer, answer)
        self._settle()

    def _wanted(self, wanted: Wanted) -> None:
        self._settle()
        name, peer = wanted.request.name, IPv4Address(wanted.peer >> 16)
        found = self.plane.resolve(name, peer)
        shown = name.decode("latin-1")
        match found:
            case Content():
                terms, agreed = negotiate(wanted.request.options, size=found.size, largest_block=1428)
                transfer = self._tftp.begin(
                    wanted.token,
                    number=wanted.token,
                    source=_Served(shown, found),
                    size=found.size,
                    terms=terms,
                    first_packet=encode(OptionAck(options=agreed)) if agreed else b"",
                    now=self._ns,
                )
                assert transfer is not None
                self._tell(Seen.TFTP_STARTED, peer, name=shown, size=found.size)
                self._send(transfer, 0 if transfer.first_packet else 1)
            case Missing():
                self._tell(Seen.TFTP_MISSING, peer, name=shown)
                self._refuse(wanted.token, ErrorCode.FILE_NOT_FOUND)
            case Denied(reason=reason):
                self._tell(Seen.TFTP_DENIED, peer, name=shown, reason=reason)
                self._refuse(wanted.token, ErrorCode.ACCESS_VIOLATION)

    def _refuse(self, token: int, code: ErrorCode) -> None:
        refusal = self._tftp.refuse(token, code, "no", self._ns)
        if refusal is not None:
            self._reply(*refusal)

    def _send(self, transfer: Transfer[_Served], first: int) -> None:
        if first == 0:
            self._reply(transfer.peer, transfer.first_packet)
            return
        if transfer.sent == transfer.last and transfer.source.name.lstrip("/") in self.changed:
            self._reply(transfer.peer, self._tftp.fail(transfer.peer, ErrorCode.UNDEFINED, Reason.CHANGED))
            return
        size = transfer.terms.block_size
        for block in transfer.burst(first):
            data = b"".join(read(transfer.source.content.part((block - 1) * size, block * size)))
            self._reply(transfer.peer, encode(Data(block=block & 0xFFFF, data=data)))

    def _reply(self, peer: int, payload: bytes) -> None:
        self._to_guest(TFTP, IPv4Address(peer >> 16), peer & 0xFFFF, payload)

    # what is seen

    def _progress(self) -> None:
        for transfer in self._tftp.transfers.values():
            if transfer.acked > self._reported.get(transfer.number, 0):
                self._reported[transfer.number] = transfer.acked
                sent = min(transfer.acked * transfer.terms.block_size, transfer.size)
                peer = IPv4Address(transfer.peer >> 16)
                self._tell(Seen.TFTP_PROGRESS, peer, name=transfer.source.name, size=transfer.size, sent=sent)

    def _settle(self) -> None:
        for ended in self._tftp.ended:
            peer, name = IPv4Address(ended.transfer.peer >> 16), ended.transfer.source.name
            if ended.reason is Reason.FINISHED:
                self._tell(Seen.TFTP_FINISHED, peer, name=name, size=ended.transfer.size)
            else:
                reason = f"{ended.reason.value}: {ended.said}" if ended.said else ended.reason.value
                self._tell(Seen.TFTP_FAILED, peer, name=name, reason=reason)
        self._tftp.ended.clear()

    def _tell(self, seen: Seen, peer: IPv4Address, **detail: str | int) -> None:
        observation = Observation(at=self.plane.now, seen=seen, address=peer, detail=detail)
        heapq.heappush(self._told, (self.now + _TOLD_AFTER, next(self._order), observation))
