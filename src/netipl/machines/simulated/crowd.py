"""Many simulated guests on one Ethernet: which of them a frame is for, and which has waited long enough.

No input or output of its own. A broadcast that all but one would ignore is given to that one only: a thousand guests
must not read a thousand answers each.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address

from netipl.errors import WireError
from netipl.machines.simulated import frames
from netipl.machines.simulated.attempt import Attempt
from netipl.machines.simulated.frames import Arp, Content
from netipl.machines.simulated.station import Station
from netipl.machines.simulated.timers import Timers
from netipl.protocols.udp4 import Datagram

_MAC_LENGTH = 6
_TRANSACTION = slice(4, 8)  # of a DHCP message (RFC 2131, section 2)


class Crowd:
    """The guests of `attempts`."""

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        self._stations = [Station(attempt) for attempt in attempts]
        self._by_mac = {station.mac.octets: station for station in self._stations}
        self._by_transaction = {station.transaction: station for station in self._stations}
        self._by_address: dict[IPv4Address, Station] = {}
        self._timers = Timers(self._stations)
        self._unsettled = set(self._stations)

    @property
    def finished(self) -> bool:
        """Whether all have come to their end."""
        return not self._unsettled

    @property
    def next_due(self) -> float | None:
        """When `expired` is to be called."""
        return self._timers.next_due

    def start(self, number: int, now: float) -> Sequence[bytes]:
        """Power on the `number`-th guest; the frames to send."""
        station = self._stations[number]
        sent = station.start(now)
        self._timers.start(number, now)
        return self._seen(station, sent)

    def receive(self, frame: bytes, now: float) -> Sequence[bytes]:
        """A frame that arrived, whoever it is for; the frames to send."""
        station = self._by_mac.get(frame[:_MAC_LENGTH])
        if station is None and frame[:_MAC_LENGTH] != frames.BROADCAST.octets:
            return ()
        try:
            content = frames.decode(frame)
        except WireError:
            return ()
        if content is None:
            return ()
        station = station or self._meant(content)
        if station is None:
            return ()
        return self._seen(station, station.receive(content, now))

    def expired(self, now: float) -> Iterator[bytes]:
        """What those send whose deadline has passed."""
        for number in self._timers.due(now):
            station = self._stations[number]
            yield from self._seen(station, station.expired(now))

    def _seen(self, station: Station, sent: Sequence[bytes]) -> Sequence[bytes]:
        if station.attempt.ended is not None and station.settled:
            self._unsettled.discard(station)
        return sent

    def _meant(self, content: Content) -> Station | None:
        """By a broadcast."""
        if isinstance(content, Datagram):
            return self._by_transaction.get(content.payload[_TRANSACTION])
        return self._at(content.target_address) if isinstance(content, Arp) else None

    def _at(self, address: IPv4Address) -> Station | None:
        known = self._by_address.get(address)
        if known is None or known.attempt.address != address:
            known = next((each for each in self._stations if each.attempt.address == address), None)
            if known is not None:
                self._by_address[address] = known
        return known
