"""Asks who serves DHCP on an interface, by one DISCOVER and nothing more: no lease is taken, and no port is needed.

It is sent twice: as a frame, like a client's, to other machines; and by the kernel's own broadcast, which also reaches
the servers of this host. That one comes from the dummy address of RFC 7600, since the kernel replaces 0.0.0.0 by ours,
from which no server expects a client. A vendor class says who asks, so that no server takes it for a firmware that
boots. Sources: RFC 2131, 4.4.1 and 4.1 (broadcast flag), packet(7), raw(7).
"""

import secrets
import select
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final, Self

from netipl.errors import UnavailableError, WireError
from netipl.net import Mac
from netipl.protocols import udp4
from netipl.protocols.dhcp4 import message
from netipl.protocols.dhcp4.codes import CLIENT_PORT, SERVER_PORT, MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import Message
from netipl.protocols.dhcp4.options import Options
from netipl.protocols.udp4 import Datagram

PATIENCE: Final = 5.0
"""Seconds to wait: dnsmasq pings an address for three before it offers it."""
_VENDOR_CLASS: Final = b"netipl doctor"
_ASKED: Final = bytes(
    (
        Option.SUBNET_MASK,
        Option.ROUTER,
        Option.DOMAIN_NAME_SERVER,
        Option.TFTP_SERVER_NAME,
        Option.BOOT_FILE_NAME,
        Option.CONFIGURATION_FILE,
        Option.PATH_PREFIX,
    )
)
_ANY: Final = IPv4Address(0)
_DUMMY: Final = IPv4Address("192.0.0.8")
_EVERYBODY: Final = IPv4Address("255.255.255.255")
_BROADCAST: Final = b"\xff" * 6
_LOCAL: Final = 0x02  # a locally administered address, of nobody
_ETH_P_ALL: Final = 0x0003
_ETH_P_IP: Final = 0x0800
_LONGEST: Final = 2048
_RIGHTS: Final = "run it as root, or with the capability NET_RAW"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An answer, the MAC that it came from, and how many seconds it took."""

    interface: str
    source: IPv4Address
    mac: Mac
    after: float
    message: Message

    @property
    def server(self) -> IPv4Address:
        """Who offers: its identifier, which its REQUEST would name."""
        return self.message.options.server_identifier or self.source


def offers(interfaces: Sequence[str], patience: float = PATIENCE) -> list[Offer]:
    """All answers on all of `interfaces`, which are asked at once; each once, however often it is sent.

    Raises UnavailableError.
    """
    with ExitStack() as stack:
        probes = {probe.fileno(): probe for probe in (stack.enter_context(_Probe(each)) for each in interfaces)}
        began = time.monotonic()
        for probe in probes.values():
            probe.ask()
        found: dict[object, Offer] = {}
        while (left := began + patience - time.monotonic()) > 0:
            readable, _, _ = select.select(list(probes), [], [], left)
            for descriptor in readable:
                for offer in probes[descriptor].answers(time.monotonic() - began):
                    found.setdefault((offer.interface, offer.mac, offer.message), offer)
        return list(found.values())


class _Probe:
    """One interface. To be used as a context."""

    def __init__(self, interface: str) -> None:
        self._interface = interface
        self._xid = secrets.randbits(32)
        self._mac = Mac(bytes((_LOCAL,)) + secrets.token_bytes(5))
        self._stack = ExitStack()
        try:
            self._frames = self._stack.enter_context(
                socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, 0)
            )
            self._frames.bind((interface, _ETH_P_ALL))  # what this host sends is given to such sockets alone
            self._packets = self._stack.enter_context(
                socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
            )
            self._packets.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            self._packets.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        except OSError as error:
            self._stack.close()
            remedy = _RIGHTS if isinstance(error, PermissionError) else "`ip link` shows the interfaces that exist"
            raise UnavailableError(f"nobody can be asked on {interface}: {error.strerror}", remedy=remedy) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def fileno(self) -> int:
        return self._frames.fileno()

    def ask(self) -> None:
        """Raises UnavailableError."""
        options: dict[int, bytes] = {
            Option.MESSAGE_TYPE: bytes((MessageType.DISCOVER,)),
            Option.PARAMETER_LIST: _ASKED,
            Option.VENDOR_CLASS: _VENDOR_CLASS,
        }
        discover = Message(
            op=OpCode.BOOTREQUEST, xid=self._xid, broadcast=True, mac=self._mac, options=Options(options)
        )
        payload = message.encode(discover)
        try:
            self._frames.sendto(_packet(_ANY, payload), (self._interface, _ETH_P_IP, 0, 0, _BROADCAST))
            self._packets.sendto(_packet(_DUMMY, payload), (str(_EVERYBODY), 0))
        except OSError as error:
            raise UnavailableError(f"nobody can be asked on {self._interface}: {error.strerror}") from error

    def answers(self, after: float) -> Iterator[Offer]:
        """What has come for our question."""
        while True:
            try:
                packet, (_, protocol, _, _, mac) = self._frames.recvfrom(_LONGEST)
            except OSError:  # nothing more, or the interface is gone
                return
            if protocol != _ETH_P_IP or len(mac) != 6:
                continue
            try:
                datagram = udp4.decode(packet, finished=False)
                reply = message.decode(datagram.payload)
            except WireError:
                continue
            if datagram.destination_port == CLIENT_PORT and reply.op is OpCode.BOOTREPLY and reply.xid == self._xid:
                yield Offer(interface=self._interface, source=datagram.source, mac=Mac(mac), after=after, message=reply)


def _packet(source: IPv4Address, payload: bytes) -> bytes:
    return udp4.encode(
        Datagram(
            source=source,
            source_port=CLIENT_PORT,
            destination=_EVERYBODY,
            destination_port=SERVER_PORT,
            payload=payload,
        )
    )
