"""One simulated guest between power on and the end of its network boot: it obeys the model and keeps what came of it.

Datagrams in and out, times as numbers of seconds; who carries them is `station.py` on Ethernet and `sockets.py` on
ordinary sockets.
"""

from collections.abc import Callable
from ipaddress import IPv4Address

from netipl.firmware.dhcp_client import BootData
from netipl.firmware.netboot import Command, Finished, Machine, NetworkBoot, Print
from netipl.protocols.udp4 import Datagram

Show = Callable[[bytes], None]


class Attempt:
    """One boot. `show` is given what the console prints, as it comes; with `data` DHCP is left out."""

    __slots__ = ("_boot", "_data", "_show", "began", "console", "ended", "finished", "machine")

    def __init__(self, machine: Machine, *, data: BootData | None = None, show: Show | None = None) -> None:
        self.machine = machine
        self.console = bytearray()
        self.began = 0.0
        self.ended: float | None = None
        """When the model came to its end, or `give_up` was called."""
        self.finished: Finished | None = None
        self._boot = NetworkBoot(machine)
        self._data = data
        self._show = show

    @property
    def address(self) -> IPv4Address:
        """Its own; 0.0.0.0 as long as it has none."""
        return self._boot.address

    @property
    def deadline(self) -> float | None:
        """When `expired` is to be called, if nothing arrives before."""
        return self._boot.deadline

    def next_hop(self, destination: IPv4Address) -> IPv4Address:
        return self._boot.next_hop(destination)

    def start(self, now: float) -> list[Datagram]:
        """Power on."""
        self.began = now
        if self._data is not None:
            return self._obey(self._boot.start_with(self._data, now), now)
        return self._obey(self._boot.start(now), now)

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        return self._obey(self._boot.receive(datagram, now), now)

    def unreachable(self, code: int, now: float) -> list[Datagram]:
        """An ICMP destination unreachable came back."""
        return self._obey(self._boot.unreachable(code, now), now)

    def expired(self, now: float) -> list[Datagram]:
        return self._obey(self._boot.expired(now), now)

    def give_up(self, now: float) -> None:
        """Its time is over, wherever it is."""
        if self.ended is None:
            self.ended = now

    def _obey(self, commands: list[Command], now: float) -> list[Datagram]:
        datagrams = []
        for command in commands:
            if isinstance(command, Datagram):
                datagrams.append(command)
            elif isinstance(command, Print):
                self.console += command.text
                if self._show is not None:
                    self._show(command.text)
            else:
                self.finished = command
                self.ended = now
        return datagrams
