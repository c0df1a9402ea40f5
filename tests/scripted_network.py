"""A DHCP and TFTP server that follows a script, and a way between it and a guest that loses and doubles by number.

It knows neither sockets nor clocks, so that the same object serves the firmware model in virtual time (`run_model`) and
the real firmware (tests/e2e). What passes is written down per direction as short lines, for comparison.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Final

from netipl.firmware.netboot import BROADCAST, Finished, Machine, NetworkBoot, Print
from netipl.firmware.tftp_client import CLIENT_PORT
from netipl.protocols.dhcp4 import message
from netipl.protocols.dhcp4.codes import SERVER_PORT, MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import ANY, Message
from netipl.protocols.dhcp4.options import Options
from netipl.protocols.tftp import packet
from netipl.protocols.tftp.packet import Ack, Data, Error, OptionAck, ReadRequest
from netipl.protocols.udp4 import Datagram

SERVER: Final = IPv4Address("192.168.76.2")
GUEST: Final = IPv4Address("192.168.76.15")
NETMASK: Final = IPv4Address("255.255.255.0")

Replies = list[bytes]


@dataclass(frozen=True)
class Unreachable:
    """An ICMP port unreachable towards the guest."""

    code: int = 3


ToGuest = Datagram | Unreachable


@dataclass(frozen=True)
class Fault:
    """Does something to the `number`-th packet of a kind (its first word in the record), counted from 1."""

    kind: str
    number: int
    copies: int = 0
    """0 loses it, 2 doubles it."""
    stray: Callable[["Script"], bytes] | None = None
    """TFTP bytes that come to the guest from a foreign port before this packet."""


@dataclass
class Script:
    """What the server does. Names of the tree have no leading slash; numbers in it are TFTP error codes."""

    tree: Mapping[bytes, bytes | int] = field(default_factory=dict)
    file: bytes = b"/"
    server: IPv4Address = SERVER
    address: IPv4Address = GUEST
    siaddr: IPv4Address | None = None
    """None is the server itself."""
    options: Mapping[int, bytes] = field(default_factory=dict)
    """Of the ACK; added to those of every reply."""
    second_offer: IPv4Address | None = None
    """The address in another OFFER, right after the first."""
    offer_options: Mapping[int, bytes] = field(default_factory=dict)
    sname: bytes = b""
    plain_bootp: bool = False
    bootp_cookie: bool = False
    dhcp: bool = True
    refuse: int = 0
    """How many REQUESTs get a NAK."""
    late_offers: int = 0
    """How many DISCOVERs are answered 3 s late, as dnsmasq does that pings first."""
    oack: bytes | None = b"blksize"
    """The name of the option in the OACK; None answers with DATA 1 and blocks of 512 bytes."""
    block_size: int | None = None
    """What the OACK says, if not what was asked for."""
    after_rollover: int = 0
    """The number of the block after 65535."""
    repeat: float | None = 0.3
    """Seconds to the retransmission; None never repeats."""
    name: IPv4Address = SERVER
    """What every question for a name is answered with."""
    tftp: bool = True
    icmp: bool = False
    """Answer requests with ICMP port unreachable."""
    icmp_tries: tuple[int, ...] = ()
    """Numbers of RRQs that get no ICMP, as Linux limits them."""
    faults: tuple[Fault, ...] = ()


class Server:
    """Answers datagrams by its script. `deadline` is when `expired` wants to be called."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.deadline: float | None = None
        self._ports = 40000
        self._port = 0
        self._content = b""
        self._size = 512
        self._block = -1
        self._last = b""
        self._requests = 0
        self._delayed: deque[tuple[float, Datagram]] = deque()
        self._offers = 0

    def receive(self, datagram: Datagram, now: float) -> list[ToGuest]:
        if datagram.destination_port == 67:
            replies = self._dhcp(message.decode(datagram.payload), now)
        elif datagram.destination_port == 53:
            replies = [self._named(datagram)]
        elif not self.script.tftp:
            replies = []
        elif datagram.destination_port == 69:
            replies = self._read(datagram.payload, now)
        else:
            replies = self._acked(datagram, now)
        return replies

    def expired(self, now: float) -> list[ToGuest]:
        if self._delayed and self._delayed[0][0] <= now:
            offer = self._delayed.popleft()[1]
            self.deadline = self._delayed[0][0] if self._delayed else None
            return [offer]
        self._arm(now)
        return [self._tftp(self._last)] if self._last else []

    def _arm(self, now: float) -> None:
        self.deadline = None if self.script.repeat is None or not self._last else now + self.script.repeat

    def _dhcp(self, request: Message, now: float) -> list[ToGuest]:
        script = self.script
        kind = request.options.message_type
        if kind == MessageType.RELEASE or not script.dhcp:
            return []
        if script.plain_bootp:
            return [self._answer(request, None)]
        if kind == MessageType.DISCOVER:
            offer = self._answer(request, MessageType.OFFER)
            self._offers += 1
            if self._offers <= script.late_offers:
                self._delayed.append((now + 3, offer))
                self.deadline = self._delayed[0][0]
                return []
            other = script.second_offer
            return [offer] if other is None else [offer, self._answer(request, MessageType.OFFER, other)]
        if script.refuse:
            script.refuse -= 1
            return [self._answer(request, MessageType.NAK)]
        return [self._answer(request, MessageType.ACK)]

    def _answer(self, request: Message, kind: MessageType | None, address: IPv4Address | None = None) -> Datagram:
        script = self.script
        options: dict[int, bytes] = {}
        if kind is not None:
            options = {Option.MESSAGE_TYPE: bytes((kind,)), Option.SERVER_IDENTIFIER: script.server.packed}
            options |= script.offer_options if kind is MessageType.OFFER else script.options
        elif script.bootp_cookie:
            options = dict(script.options)
        reply = Message(
            op=OpCode.BOOTREPLY,
            xid=request.xid,
            mac=request.mac,
            yiaddr=ANY if kind is MessageType.NAK else address or script.address,
            siaddr=script.server if script.siaddr is None else script.siaddr,
            sname=script.sname,
            file=script.file,
            options=Options(options),
            cookie=kind is not None or script.bootp_cookie,
        )
        return _datagram(script.server, 67, BROADCAST, 68, message.encode(reply))

    def _named(self, datagram: Datagram) -> ToGuest:
        """An A record (RFC 1035, 4.1) to a question without further records."""
        query = datagram.payload
        answer = query[:2] + bytes.fromhex("8180 0001 0001 0000 0000") + query[12:]
        answer += bytes.fromhex("c00c 0001 0001 00000e10 0004") + self.script.name.packed
        return _datagram(datagram.destination, 53, datagram.source, datagram.source_port, answer)

    def _read(self, payload: bytes, now: float) -> list[ToGuest]:
        self._requests += 1
        if self.script.icmp:
            return [] if self._requests in self.script.icmp_tries else [Unreachable()]
        request = packet.decode(payload)
        assert isinstance(request, ReadRequest)
        self._ports += 1
        self._port = self._ports
        found = self.script.tree.get(request.name.lstrip(b"/"), 1) if request.name else 4
        if isinstance(found, int):
            self._last = b""
            self._arm(now)
            return [self._tftp(packet.encode(Error(code=found, message=b"no")))]
        self._content = found
        return self._opened(request, now)

    def _opened(self, request: ReadRequest, now: float) -> list[ToGuest]:
        if self.script.oack is None:
            self._size, self._block = 512, 0
            return self._next_block(now)
        self._block = 0
        asked = int(dict(request.options)[b"blksize"])
        self._size = asked if self.script.block_size is None else self.script.block_size
        self._last = packet.encode(OptionAck(options=((self.script.oack, b"%d" % self._size),)))
        self._arm(now)
        return [self._tftp(self._last)]

    def _acked(self, datagram: Datagram, now: float) -> list[ToGuest]:
        acked = packet.decode(datagram.payload)
        if datagram.destination_port != self._port or not self._last:
            return []
        if isinstance(acked, Error):
            self._last = b""
            self._arm(now)
            return []
        assert isinstance(acked, Ack)
        return self._next_block(now) if acked.block == self._number(self._block) else []

    def _next_block(self, now: float) -> list[ToGuest]:
        start = self._block * self._size
        if self._block and start > len(self._content):
            self._last = b""
            self._arm(now)
            return []
        self._block += 1
        self._last = packet.encode(
            Data(block=self._number(self._block), data=self._content[start : start + self._size])
        )
        self._arm(now)
        return [self._tftp(self._last)]

    def _number(self, block: int) -> int:
        first = self.script.after_rollover
        return block if block < 0x10000 else (block - first) % (0x10000 - first) + first

    def _tftp(self, payload: bytes) -> Datagram:
        return _datagram(self.script.server, self._port, self.script.address, CLIENT_PORT, payload)


def _datagram(source: IPv4Address, source_port: int, to: IPv4Address, port: int, payload: bytes) -> Datagram:
    return Datagram(source=source, source_port=source_port, destination=to, destination_port=port, payload=payload)


class Way:
    """What lies between guest and server: it writes down what is sent, and applies the faults."""

    def __init__(self, script: Script) -> None:
        self.from_guest: list[str] = []
        self.from_server: list[str] = []
        self.transactions: set[int] = set()
        self._script = script
        self._counts: Counter[str] = Counter()

    def to_server(self, datagram: Datagram) -> list[ToGuest]:
        """The copies that arrive."""
        line = described(datagram)
        self.from_guest.append(line)
        if datagram.destination_port == SERVER_PORT:
            self.transactions.add(message.decode(datagram.payload).xid)
        copies, _ = self._passed(line, datagram)
        return copies

    def to_guest(self, answer: ToGuest) -> list[ToGuest]:
        line = described(answer)
        self.from_server.append(line)
        copies, strays = self._passed(line, answer)
        return strays + copies

    def _passed(self, line: str, sent: ToGuest) -> tuple[list[ToGuest], list[ToGuest]]:
        kind = line.split(maxsplit=1)[0]
        self._counts[kind] += 1
        copies, strays = 1, []
        for fault in self._script.faults:
            if (fault.kind, fault.number) == (kind, self._counts[kind]):
                if fault.stray is None:
                    copies = fault.copies
                else:
                    payload = fault.stray(self._script)
                    strays.append(_datagram(self._script.server, 5555, self._script.address, CLIENT_PORT, payload))
        return [sent] * copies, list(strays)


def described(sent: ToGuest) -> str:
    """One line: kind first, then all that is the same in every run of the same boot."""
    if isinstance(sent, Unreachable):
        return f"ICMP {sent.code}"
    if sent.destination_port in (67, 68):
        return _dhcp_line(sent)
    if 53 in (sent.source_port, sent.destination_port):
        return f"DNS {sent.payload.hex()}"
    ports = f"{sent.source}:{sent.source_port} > {sent.destination}:{sent.destination_port}"
    match packet.decode(sent.payload):
        case ReadRequest(name=name, mode=mode, options=options):
            return f"RRQ {name!r} {mode!r} {options} {ports}"
        case Data(block=block, data=data):
            return f"DATA {block} {len(data)} bytes {ports}"
        case Ack(block=block):
            return f"ACK {block} {ports}"
        case other:
            return f"{type(other).__name__.upper()} {other} {ports}"


def _dhcp_line(sent: Datagram) -> str:
    read = message.decode(sent.payload)
    kind = read.options.message_type
    name = "BOOTP" if kind is None else MessageType(kind).name
    name = "DHCPACK" if name == "ACK" else name
    fields = f"ciaddr={read.ciaddr} yiaddr={read.yiaddr} secs={read.secs} broadcast={read.broadcast} {read.mac}"
    options = " ".join(f"{code}={value.hex()}" for code, value in read.options.items())
    return f"{name} {sent.source} > {sent.destination} {len(sent.payload)} bytes {fields} {options}"


@dataclass
class Record:
    """One boot as it was seen."""

    console: bytes
    from_guest: list[str]
    from_server: list[str]
    transactions: set[int] = field(default_factory=set)
    """The transaction ids of its DHCP messages."""
    neighbours: set[IPv4Address] = field(default_factory=set)
    """Whose MAC it asked for."""
    finished: Finished | None = None
    """Of the model."""
    stopped: int | None = None
    """Of the firmware: the address of the disabled wait that ended it, if one did."""
    seconds: float = 0.0
    stillness: float = 0.0
    """The longest time, in seconds, that the firmware left a packet without answer or the test itself was not run."""


def run_model(machine: Machine, script: Script, *, until: float = 1000.0) -> Record:
    """Boots the model against the script in virtual time."""
    return _ModelRun(machine, script, until).run()


class _ModelRun:
    def __init__(self, machine: Machine, script: Script, until: float) -> None:
        self._boot = NetworkBoot(machine)
        self._server = Server(script)
        self._way = Way(script)
        self._until = until
        self._console = b""
        self._waiting: deque[ToGuest] = deque()
        self._now = 0.0
        self._neighbours: set[IPv4Address] = set()

    def run(self) -> Record:
        self._act(self._boot.start(self._now))
        while self._boot.finished is None and self._now < self._until:
            if self._waiting:
                self._deliver(self._waiting.popleft())
            else:
                self._wait()
        return Record(
            console=self._console,
            from_guest=self._way.from_guest,
            from_server=self._way.from_server,
            transactions=self._way.transactions,
            neighbours=self._neighbours,
            finished=self._boot.finished,
            seconds=self._now,
        )

    def _deliver(self, answer: ToGuest) -> None:
        if isinstance(answer, Unreachable):
            self._act(self._boot.unreachable(answer.code, self._now))
        else:
            self._act(self._boot.receive(answer, self._now))

    def _wait(self) -> None:
        guest, server = self._boot.deadline, self._server.deadline
        assert guest is not None
        if server is not None and server < guest:
            self._now = max(self._now, server)
            self._to_guest(self._server.expired(self._now))
        else:
            self._now = max(self._now, guest)
            self._act(self._boot.expired(self._now))

    def _act(self, commands: list[Datagram | Print | Finished]) -> None:
        for command in commands:
            if isinstance(command, Print):
                self._console += command.text
            elif isinstance(command, Datagram):
                if command.destination not in (BROADCAST, ANY):
                    self._neighbours.add(self._boot.next_hop(command.destination))
                for copy in self._way.to_server(command):
                    assert isinstance(copy, Datagram)
                    self._to_guest(self._server.receive(copy, self._now))

    def _to_guest(self, answers: list[ToGuest]) -> None:
        for answer in answers:
            self._waiting.extend(self._way.to_guest(answer))
