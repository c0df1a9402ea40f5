"""A simulated guest as a station on an Ethernet: frames in, frames out, ARP in between.

A datagram whose next hop is not known waits, alone, for the answer to the question that is asked for it; nothing asks
again but the next datagram. Source: SLOF lib/libnet/ipv4.c (C).
"""

from ipaddress import IPv4Address

from netipl.firmware.netboot import BROADCAST
from netipl.firmware.tftp_client import CLIENT_PORT
from netipl.machines.simulated import frames
from netipl.machines.simulated.attempt import Attempt
from netipl.machines.simulated.frames import Arp, Envelope, Unreachable
from netipl.net import Mac
from netipl.protocols.dhcp4.message import ANY
from netipl.protocols.udp4 import Datagram

_LAST_QUESTION = 1.0
"""Seconds that the firmware waits for the MAC of whom it gives its address back to."""


class Station:
    """The guest of `attempt` and its table of neighbours."""

    __slots__ = ("_envelope", "_neighbours", "_waiting", "attempt")

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self._neighbours: dict[IPv4Address, Mac] = {}
        self._waiting: dict[IPv4Address, Datagram] = {}
        self._envelope: Envelope | None = None

    @property
    def mac(self) -> Mac:
        return self.attempt.machine.mac

    @property
    def transaction(self) -> bytes:
        """What its DHCP messages are known by."""
        return self.attempt.machine.xid.to_bytes(4, "big")

    @property
    def settled(self) -> bool:
        """Whether it has come to its end and nothing of it waits to be sent."""
        return self.attempt.ended is not None and not self._waiting

    @property
    def deadline(self) -> float | None:
        """When `expired` is to be called."""
        if self.attempt.ended is None:
            return self.attempt.deadline
        return self.attempt.ended + _LAST_QUESTION if self._waiting else None

    def start(self, now: float) -> list[bytes]:
        return self._frames(self.attempt.start(now))

    def expired(self, now: float) -> list[bytes]:
        if self.attempt.ended is not None:
            self._waiting.clear()
        return self._frames(self.attempt.expired(now))

    def receive(self, content: frames.Content, now: float) -> list[bytes]:
        """What a frame to this station, or to all, carried."""
        if isinstance(content, Datagram):
            return self._frames(self.attempt.receive(content, now))
        if isinstance(content, Arp):
            return self._arp(content)
        return self._unreachable(content, now)

    def _unreachable(self, content: Unreachable, now: float) -> list[bytes]:
        if content.source_port != CLIENT_PORT:
            return []
        return self._frames(self.attempt.unreachable(content.code, now))

    def _arp(self, arp: Arp) -> list[bytes]:
        if arp.is_reply:
            return self._learn(arp.sender_address, arp.sender)
        if arp.target_address != self.attempt.address or arp.target_address == ANY:
            return []
        answer = Arp(
            is_reply=True,
            sender=self.mac,
            sender_address=arp.target_address,
            target=arp.sender,
            target_address=arp.sender_address,
        )
        return [frames.encode(answer, source=self.mac, destination=arp.sender)]

    def _learn(self, address: IPv4Address, mac: Mac) -> list[bytes]:
        self._neighbours[address] = mac
        waiting = self._waiting.pop(address, None)
        return [] if waiting is None else [self._sealed(waiting, mac)]

    def _frames(self, datagrams: list[Datagram]) -> list[bytes]:
        envelope = self._envelope
        if len(datagrams) == 1 and envelope is not None and envelope.fits(datagrams[0]):
            return [envelope.seal(datagrams[0].payload)]
        return [self._frame(datagram) for datagram in datagrams]

    def _frame(self, datagram: Datagram) -> bytes:
        if datagram.destination == BROADCAST:
            return frames.encode(datagram, source=self.mac, destination=frames.BROADCAST)
        hop = self.attempt.next_hop(datagram.destination)
        mac = self._neighbours.get(hop)
        if mac is not None:
            return self._sealed(datagram, mac)
        self._waiting[hop] = datagram
        question = Arp(is_reply=False, sender=self.mac, sender_address=self.attempt.address, target_address=hop)
        return frames.encode(question, source=self.mac, destination=frames.BROADCAST)

    def _sealed(self, datagram: Datagram, mac: Mac) -> bytes:
        if len(datagram.payload) % 2:
            return frames.encode(datagram, source=self.mac, destination=mac)
        self._envelope = Envelope(datagram, source=self.mac, destination=mac)
        return self._envelope.seal(datagram.payload)
