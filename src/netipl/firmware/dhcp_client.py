"""The firmware's DHCPv4 client: ten attempts of two seconds, each followed by a fruitless one of DHCPv6.

It takes the first OFFER, of it only the address and options 209 and 210, all else from the ACK, and a plain BOOTP
reply at any time. It never repeats a REQUEST. IPv6 itself is not modelled: its time passes, its packets are not sent.
Sources: SLOF lib/libnet/dhcp.c, ipv6.c, QEMU pc-bios/s390-ccw/netmain.c (C); times and messages measured (M).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from ipaddress import IPv4Address
from typing import Final

from netipl.errors import WireError
from netipl.firmware.console import Console
from netipl.firmware.rules import RULES, RuleId
from netipl.net import Mac
from netipl.protocols.dhcp4 import message
from netipl.protocols.dhcp4.codes import Architecture, MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import ANY, Message
from netipl.protocols.dhcp4.options import Options

ATTEMPTS: Final = 10
_TRY: Final = 2.0
"""Seconds for DISCOVER to ACK, all together."""
_INTERLUDE: Final = 6.0
"""Seconds of IPv6 after each attempt: 4 for a router, 2 for DHCPv6 (M)."""

_ASKED: Final = bytes(
    (
        Option.SUBNET_MASK,
        Option.ROUTER,
        Option.DOMAIN_NAME_SERVER,
        Option.TFTP_SERVER_NAME,
        Option.BOOT_FILE_NAME,
        Option.CLIENT_ARCHITECTURE,
    )
)
_ASKED_AT_LAST: Final = _ASKED + bytes((Option.CONFIGURATION_FILE, Option.PATH_PREFIX))


class State(Enum):
    """Of SLOF's client, and DONE once its caller has gone on."""

    SELECT = auto()
    REQUEST = auto()
    SUCCESS = auto()
    FAULT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class BootData:
    """What a reply says about the boot. `server` None: no TFTP server is known, and the boot fails.

    `netmask` and `router` are applied only if both were sent: `route` is both or None.
    """

    address: IPv4Address
    server: IPv4Address | None
    file: bytes
    configuration_file: bytes | None = None
    path_prefix: bytes | None = None
    route: tuple[IPv4Address, IPv4Address] | None = None
    unresolved: bool = False
    """The server was named by a name: no DNS server is modelled, so it counts as not found."""


class DhcpClient:
    """One boot's DHCP. `send` broadcasts a message from an address. It ends with `data` set, or with `failed` True."""

    def __init__(self, *, mac: Mac, xid: int, console: Console, send: Callable[[Message, IPv4Address], None]) -> None:
        self.deadline = 0.0
        self.address = ANY
        """Our address from the first answer that gave one, be it in an attempt that failed."""
        self.data: BootData | None = None
        self.failed = False
        self._mac = mac
        self._xid = xid
        self._console = console
        self._send = send
        self._offered = ANY
        self._server = ANY
        self._remembered: dict[int, bytes] = {}
        self._state = State.SELECT
        self._left = ATTEMPTS
        self._trying = False

    @property
    def finished(self) -> bool:
        return self.failed or self.data is not None

    def start(self, now: float) -> None:
        self._console.printf("  Requesting information via DHCP:     ")
        self._attempt(now)

    def expired(self, now: float) -> None:
        """The time of an attempt, or of the IPv6 after it, is over."""
        if self._trying:
            self._fault(now)
        else:
            self._attempt(now)

    def receive(self, payload: bytes, now: float) -> None:
        """A datagram from port 67 to port 68."""
        try:
            reply = message.decode(payload)
        except WireError:
            return
        if reply.op != OpCode.BOOTREPLY or reply.xid != self._xid:
            return
        self._remember(reply.options)
        if reply.options.message_type is None:
            self._succeed(reply)
        elif self._state is State.SELECT and reply.options.message_type == MessageType.OFFER:
            self._take_offer(reply)
        elif self._state is State.REQUEST and reply.options.message_type == MessageType.ACK:
            self._server = reply.options.server_identifier or ANY
            self._succeed(reply)
        elif self._state is State.REQUEST and reply.options.message_type == MessageType.NAK:
            self._offered = self._server = ANY
            self._state = State.FAULT
            if self._trying:
                self._fault(now)

    def _remember(self, options: Options) -> None:
        """Options 209 and 210 stay from whatever reply brought them last, an OFFER too (M)."""
        for code in (Option.CONFIGURATION_FILE, Option.PATH_PREFIX):
            if code in options:
                self._remembered[code] = options[code]

    def release(self) -> tuple[IPv4Address, Message]:
        """The server's address and the message that gives the lease back."""
        options: dict[int, bytes] = {
            Option.MESSAGE_TYPE: bytes((MessageType.RELEASE,)),
            Option.SERVER_IDENTIFIER: self._server.packed,
        }
        return self._server, self._request(options, ciaddr=self._offered)

    def _attempt(self, now: float) -> None:
        self._console.printf(f"\b\b\b{self._left:03}")
        if not self._left:
            self._console.printf("\n" + RULES[RuleId.DHCP_SILENCE].words.format(attempts=ATTEMPTS) + "\n")
            self.failed = True
            return
        self._left -= 1
        self._trying = True
        self._state = State.SELECT
        self.deadline = now + _TRY
        options: dict[int, bytes] = {
            Option.MESSAGE_TYPE: bytes((MessageType.DISCOVER,)),
            Option.PARAMETER_LIST: _ASKED,
        }
        self._send(self._request(options), self._offered)

    def _fault(self, now: float) -> None:
        self._trying = False
        self.deadline = now + _INTERLUDE

    def _take_offer(self, offer: Message) -> None:
        self._offered = offer.yiaddr
        self._server = offer.options.server_identifier or ANY
        self._state = State.REQUEST
        options: dict[int, bytes] = {
            Option.MESSAGE_TYPE: bytes((MessageType.REQUEST,)),
            Option.REQUESTED_ADDRESS: self._offered.packed,
            Option.SERVER_IDENTIFIER: self._server.packed,
            Option.PARAMETER_LIST: _ASKED_AT_LAST,
            Option.CLIENT_ARCHITECTURE: Architecture.S390_BASIC.to_bytes(2, "big"),
        }
        self._send(self._request(options), self.address)

    def _succeed(self, reply: Message) -> None:
        """An answer during the IPv6 interlude sets the address, but the next attempt asks again (M)."""
        self.address = self._offered = reply.yiaddr
        self._state = State.SUCCESS
        if self._trying:
            self.data = boot_data(reply, Options(self._remembered))
            if self.data.unresolved:
                self._console.printf("\n" + RULES[RuleId.NAME_UNRESOLVED].words + "\n")
            self._console.printf("\b\b\b\bdone\n")

    def _request(self, options: dict[int, bytes], *, ciaddr: IPv4Address = ANY) -> Message:
        return Message(op=OpCode.BOOTREQUEST, xid=self._xid, ciaddr=ciaddr, mac=self._mac, options=Options(options))


def boot_data(reply: Message, remembered: Options) -> BootData:
    """What the firmware reads from an ACK or a BOOTP reply: 66 before siaddr, 67 before `file`.

    Options 209 and 210 are those that it has `remembered`.
    A server name that is no address is looked up by DNS, which is not modelled: it counts as not found.
    """
    options = reply.options
    is_dhcp = options.message_type is not None
    siaddr = reply.siaddr if reply.siaddr != ANY else None
    name = _text(options, Option.TFTP_SERVER_NAME) if is_dhcp else None
    if name is None and siaddr is None:
        name = reply.sname
    file = _text(options, Option.BOOT_FILE_NAME) if is_dhcp else None
    return BootData(
        address=reply.yiaddr,
        server=_address(name) or siaddr,
        unresolved=bool(name) and _address(name) is None,
        file=reply.file if file is None else file,
        configuration_file=_text(remembered, Option.CONFIGURATION_FILE),
        path_prefix=_text(remembered, Option.PATH_PREFIX),
        route=_route(options),
    )


def _text(options: Options, code: Option) -> bytes | None:
    """An option as a C string: up to its first NUL."""
    value = options.get(code)
    return None if value is None else value.partition(b"\0")[0]


def _address(name: bytes | None) -> IPv4Address | None:
    if not name:
        return None
    try:
        return IPv4Address(name.decode())
    except ValueError:
        return None


def _route(options: Options) -> tuple[IPv4Address, IPv4Address] | None:
    netmask, router = options.get(Option.SUBNET_MASK), options.get(Option.ROUTER)
    if netmask is None or router is None:
        return None
    return IPv4Address(netmask), IPv4Address(router[:4])
