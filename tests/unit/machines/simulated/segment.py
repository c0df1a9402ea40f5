"""Simulated guests and the scripted servers of tests/scripted_network.py on one Ethernet, in virtual time."""

from collections import deque
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address

from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.l2 import Ether

from netipl.firmware.netboot import BROADCAST
from netipl.machines.simulated import frames
from netipl.machines.simulated.attempt import Attempt
from netipl.machines.simulated.crowd import Crowd
from netipl.machines.simulated.frames import Arp
from netipl.net import Mac
from netipl.protocols.udp4 import Datagram
from tests.scripted_network import Script, Server, ToGuest, Unreachable, Way

SERVER_MAC = Mac.parse("02:00:00:00:00:01")


class Segment:
    """Each guest has a scripted server of its own; all servers have one MAC."""

    def __init__(self, attempts: Sequence[Attempt], scripts: Sequence[Script]) -> None:
        self.crowd = Crowd(attempts)
        self.asked: list[IPv4Address] = []
        """The addresses that ARP asked for."""
        self.now = 0.0
        pairs = list(zip(attempts, scripts, strict=True))
        self._servers = {attempt.machine.mac: Server(script) for attempt, script in pairs}
        self._ways = {attempt.machine.mac: Way(script) for attempt, script in pairs}
        self._on_the_way: deque[bytes] = deque()
        self._guests = len(attempts)

    def run(self, *, until: float = 1000.0) -> None:
        """All of them, until the last has ended."""
        for number in range(self._guests):
            self._take(self.crowd.start(number, self.now))
        while not self.crowd.finished and self.now < until:
            if self._on_the_way:
                self._take(self.crowd.receive(self._on_the_way.popleft(), self.now))
            else:
                self._wait()

    def _wait(self) -> None:
        mac, server = min(self._servers.items(), key=lambda item: item[1].deadline or float("inf"))
        guests = self.crowd.next_due
        assert guests is not None, "somebody waits for something"
        if server.deadline is not None and server.deadline < guests:
            self.now = max(self.now, server.deadline)
            self._answer(mac, server.expired(self.now))
        else:
            self.now = max(self.now, guests)
            self._take(list(self.crowd.expired(self.now)))

    def _take(self, sent: Iterable[bytes]) -> None:
        for frame in sent:
            sender, content = Mac(frame[6:12]), frames.decode(frame)
            if isinstance(content, Arp):
                self._tell(sender, content)
            elif isinstance(content, Datagram):
                for copy in self._ways[sender].to_server(content):
                    assert isinstance(copy, Datagram)
                    self._answer(sender, self._servers[sender].receive(copy, self.now))

    def _tell(self, sender: Mac, question: Arp) -> None:
        self.asked.append(question.target_address)
        answer = Arp(
            is_reply=True,
            sender=SERVER_MAC,
            sender_address=question.target_address,
            target=sender,
            target_address=question.sender_address,
        )
        self._on_the_way.append(frames.encode(answer, source=SERVER_MAC, destination=sender))

    def _answer(self, guest: Mac, answers: Iterable[ToGuest]) -> None:
        for answer in answers:
            for copy in self._ways[guest].to_guest(answer):
                self._on_the_way.append(_framed(copy, guest))


def _framed(answer: ToGuest, guest: Mac) -> bytes:
    if isinstance(answer, Unreachable):
        quoted = IP() / UDP(sport=2001, dport=69)
        return bytes(Ether(dst=str(guest)) / IP() / ICMP(type=3, code=answer.code) / quoted)
    to = frames.BROADCAST if answer.destination == BROADCAST else guest
    return frames.encode(answer, source=SERVER_MAC, destination=to)
