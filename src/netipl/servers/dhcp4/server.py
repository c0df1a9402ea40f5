"""Between the network and the DHCP engine: reads messages, has their changes stored, and only then sends replies.

What is not understood is dropped and counted. When changes could not be stored, nothing is sent and nothing is answered
until the inventory again says what the store says. Who gets what is decided in `provisioning/dhcp.py`.
"""

import asyncio
import socket
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache, partial
from ipaddress import IPv4Address
from time import monotonic
from typing import Final

import structlog

from netipl.errors import NetiplError, WireError
from netipl.protocols.dhcp4.codes import MAGIC_COOKIE, SERVER_PORT, MessageType, Option
from netipl.protocols.dhcp4.message import Message, decode
from netipl.provisioning.changes import Change
from netipl.provisioning.exchange import Arrival, Outcome, Reply
from netipl.provisioning.timeline import Observation
from netipl.servers.complaints import Complaints
from netipl.servers.dhcp4 import sockets
from netipl.servers.dhcp4.delivery import Delivery
from netipl.servers.dhcp4.interfaces import Wakeups
from netipl.servers.dhcp4.listeners import Listeners
from netipl.servers.unsent import remedy_for
from netipl.values import value
from netipl.wire import printable

_log = structlog.get_logger("netipl.dhcp4")

Answer = Callable[[Message, Arrival], Outcome]
"""The engine on the daemon's inventory. The changes of the outcome are already applied to the inventory."""

Commit = Callable[[Iterable[Change], Callable[[Exception | None], None]], None]
"""As `Journal.submit`: makes changes durable in order and calls back from any thread."""

_AT_ONCE: Final = 192  # datagrams read by one wake-up of one socket, so that no socket starves the others
_DISCOVERS_AT_ONCE: Final = 32  # when more come than are read at once: what was begun is finished first
_MOST_POSTPONED: Final = 8192  # DISCOVERs
_PATIENCE: Final = 1.5  # seconds; the firmware waits 2 for an OFFER, and then 6 more until it asks again
_DISCOVER: Final = MAGIC_COOKIE + bytes((Option.MESSAGE_TYPE, 1, MessageType.DISCOVER))
_OPTIONS_AT: Final = 236  # where the cookie stands (RFC 2131, 2)
_MOST_IN_FLIGHT: Final = 4096  # replies that wait for the store; beyond, clients are left to ask again
_RETRY: Final = 1.0  # seconds until something that failed is tried again

_address = lru_cache(maxsize=4096)(IPv4Address)


@value()
class _Ready:
    """A reply and the way it leaves."""

    reply: Reply
    source: IPv4Address
    interface: str
    came_by: socket.socket


@dataclass(slots=True)
class _Batch:
    """What one wake-up brought and is finished together."""

    changes: list[Change] = field(default_factory=list)
    replies: list[_Ready] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)


class Dhcp4Server:
    """`open` binds the ports, while there is the privilege; `run` serves until it is cancelled."""

    def __init__(
        self,
        *,
        interfaces: Sequence[str],
        addresses: Sequence[IPv4Address],
        answer: Answer,
        commit: Commit,
        reload: Callable[[], Awaitable[None]],
        observe: Callable[[Iterable[Observation]], None],
        port: int = SERVER_PORT,
    ) -> None:
        """`addresses`: ours in each network, which relays send to and replies come from.

        `reload` makes the inventory what the store says, after a commit that failed; it may raise NetiplError.
        Clients are at `port` + 1.
        """
        self._addresses = frozenset(addresses)
        self._answer = answer
        self._commit = commit
        self._reload = reload
        self._observe = observe
        self._port = port
        self._listeners = Listeners(interfaces, port, opened=self._watch, closing=self._unwatch)
        self._dropped = Complaints("netipl.dhcp4")
        self._unstored = Complaints("netipl.dhcp4")
        self._unsent = Complaints("netipl.dhcp4")
        self._unanswered = Complaints("netipl.dhcp4")
        self._delivery: Delivery | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watched: set[socket.socket] = set()
        self._interface_name = lru_cache(maxsize=256)(socket.if_indextoname)
        self._in_flight = 0
        self._postponed: deque[tuple[float, sockets.Packet, socket.socket]] = deque()
        self._catching_up = False
        self._told_of: deque[tuple[_Batch, Exception | None]] = deque()
        self._failed = asyncio.Event()
        self._settled = asyncio.Event()

    @property
    def counts(self) -> Counter[str]:
        """How often what went wrong, since the start."""
        kinds = (self._dropped, self._unstored, self._unsent, self._unanswered)
        return sum((kind.counts for kind in kinds), start=Counter())

    def open(self) -> None:
        """Raises UnavailableError with its remedy; then nothing stays open."""
        self._delivery = Delivery(sorted(self._addresses), self._port)
        try:
            self._listeners.open()
        except BaseException:
            self._close()
            raise
        for sock in self._delivery.by_address.values():
            self._watch(sock)

    async def run(self) -> None:
        """Serve until cancelled. Raises UnavailableError when it has to open first and cannot."""
        if self._delivery is None:
            self.open()
        wakeups = Wakeups()
        self._loop = asyncio.get_running_loop()
        try:
            for sock in self._watched:
                self._loop.add_reader(sock, self._readable, sock)
            self._loop.add_reader(wakeups, self._follow, wakeups)
            self._follow(wakeups)
            while True:
                await self._failed.wait()
                await self._recover()
        finally:
            self._loop.remove_reader(wakeups)
            wakeups.close()
            self._close()
            self._loop = None

    def _close(self) -> None:
        self._listeners.close()
        for sock in list(self._watched):
            self._unwatch(sock)
        if self._delivery is not None:
            self._delivery.close()
            self._delivery = None

    def _watch(self, sock: socket.socket) -> None:
        self._watched.add(sock)
        if self._loop is not None:
            self._loop.add_reader(sock, self._readable, sock)

    def _unwatch(self, sock: socket.socket) -> None:
        self._watched.discard(sock)
        if self._loop is not None:
            self._loop.remove_reader(sock)

    def _follow(self, wakeups: Wakeups) -> None:
        if self._loop is None:
            return
        wakeups.clear()
        self._interface_name.cache_clear()
        if not self._listeners.follow():
            self._loop.call_later(_RETRY, self._follow, wakeups)

    def _readable(self, sock: socket.socket) -> None:
        packets = list(sockets.receive(sock, _AT_ONCE))
        if len(packets) == _AT_ONCE or self._postponed:
            packets = self._urgent(packets, sock)
        self._serve([(packet, sock) for packet in packets])

    def _urgent(self, packets: list[sockets.Packet], sock: socket.socket) -> list[sockets.Packet]:
        """All but the DISCOVERs, which wait until what was begun before them is finished."""
        urgent = []
        now = monotonic()
        for packet in packets:
            if not packet.data.startswith(_DISCOVER, _OPTIONS_AT):
                urgent.append(packet)
            elif len(self._postponed) < _MOST_POSTPONED:
                self._postponed.append((now, packet, sock))
            else:
                self._dropped.counts["DISCOVERs dropped in a jam"] += 1
        self._catch_up_soon()
        return urgent

    def _catch_up_soon(self) -> None:
        if self._loop is not None and self._postponed and not self._catching_up:
            self._catching_up = True
            self._loop.call_soon(self._catch_up)

    def _catch_up(self) -> None:
        """A few of the DISCOVERs that wait, but for those whose clients have given up waiting themselves."""
        self._catching_up = False
        latest = monotonic() - _PATIENCE
        while self._postponed and self._postponed[0][0] < latest:
            self._postponed.popleft()
            self._dropped.counts["DISCOVERs too old after a jam"] += 1
        few = min(_DISCOVERS_AT_ONCE, len(self._postponed))
        self._serve([self._postponed.popleft()[1:] for _ in range(few)])
        self._catch_up_soon()

    def _serve(self, packets: Iterable[tuple[sockets.Packet, socket.socket]]) -> None:
        at_once, after = _Batch(), _Batch()
        for packet, sock in packets:
            if self._failed.is_set():  # which is logged already
                self._dropped.counts["dropped while leases could not be stored"] += 1
            elif self._in_flight > _MOST_IN_FLIGHT:
                self._dropped.add("more DHCP messages come than leases can be stored")
            else:
                self._turn(packet, sock, at_once, after)
        self._deliver(at_once)
        if after.replies or after.changes:
            self._store(after)

    def _turn(self, packet: sockets.Packet, sock: socket.socket, at_once: _Batch, after: _Batch) -> None:
        """One message: into `after` what follows from it once its changes are stored, into `at_once` the rest."""
        outcome = self._outcome(packet)
        if outcome is None:
            return
        waits = bool(outcome.changes) or (self._stores(after) and not _is_offer(outcome.reply))
        batch = after if waits else at_once
        batch.changes += outcome.changes
        batch.observations += outcome.observations
        for observation in outcome.observations:
            if "remedy" in observation.detail:
                self._complain_of(observation)
        if outcome.reply is not None:
            source = self._source(outcome.reply, packet)
            batch.replies.append(_Ready(outcome.reply, source, self._interface(packet.interface) or "", sock))

    def _stores(self, after: _Batch) -> bool:
        """Whether something said earlier is not durable yet: only an OFFER promises nothing that may rest on it."""
        return self._in_flight > 0 or bool(after.changes)

    def _outcome(self, packet: sockets.Packet) -> Outcome | None:
        source = _address(packet.source)
        if packet.source_port not in {self._port, self._port + 1} or source in self._addresses:
            self._dropped.counts["from another port or from ourselves"] += 1
            return None
        arrival = Arrival(
            interface=self._interface(packet.interface),
            local=_address(packet.destination) if packet.destination == packet.ours else None,
            source=source,
        )
        try:
            return self._answer(decode(packet.data), arrival)
        except WireError as error:
            self._dropped.add("a malformed DHCP message", source=packet.source, reason=printable(str(error)))
        except Exception as bug:  # noqa: BLE001 - one message must not end the service of all others
            self._dropped.add("a DHCP message broke the server", source=packet.source, error=printable(repr(bug)))
        return None

    def _interface(self, index: int) -> str | None:
        try:
            return self._interface_name(index)
        except OSError:  # gone since
            return None

    @staticmethod
    def _source(reply: Reply, packet: sockets.Packet) -> IPv4Address:
        """The address that was asked; for a broadcast the one that the reply names, or the interface's."""
        if packet.destination == packet.ours:
            return _address(packet.ours)
        return reply.message.options.server_identifier or _address(packet.ours)

    def _deliver(self, batch: _Batch) -> None:
        for ready in batch.replies:
            if self._delivery is None:
                return
            try:
                self._delivery.send(ready.reply, ready.source, ready.interface, ready.came_by)
            except (OSError, ValueError) as error:
                self._unsent.add(
                    "a DHCP reply cannot be sent",
                    interface=ready.interface,
                    error=printable(str(error)),
                    remedy=remedy_for(getattr(error, "errno", None)),
                )
        if batch.observations:
            self._observe(batch.observations)

    def _store(self, batch: _Batch) -> None:
        self._in_flight += 1 + len(batch.replies)
        self._settled.clear()
        self._commit(batch.changes, partial(self._told, batch))

    def _told(self, batch: _Batch, error: Exception | None) -> None:
        """In the thread of the store; the first of a group wakes the loop for all of it."""
        self._told_of.append((batch, error))
        with suppress(RuntimeError):  # the loop has ended, and nobody is left to send to
            if self._loop is not None and len(self._told_of) == 1:
                self._loop.call_soon_threadsafe(self._stored_group)

    def _stored_group(self) -> None:
        try:
            while self._told_of:
                self._stored(*self._told_of.popleft())
        finally:  # what one could not finish does not hold up those behind it
            if self._told_of and self._loop is not None:
                self._loop.call_soon(self._stored_group)

    def _stored(self, batch: _Batch, error: Exception | None) -> None:
        self._in_flight -= 1 + len(batch.replies)
        if not self._in_flight:
            self._settled.set()
        if error is None:
            self._deliver(batch)
        else:
            self._failed.set()
            self._complain(error)

    async def _recover(self) -> None:
        """Make the inventory what is stored; until then every message is dropped."""
        while self._failed.is_set():
            await self._settled.wait()
            try:
                await self._reload()
            except NetiplError as error:
                self._complain(error)
                await asyncio.sleep(_RETRY)
            else:
                self._failed.clear()

    def _complain_of(self, observation: Observation) -> None:
        reason, remedy = (printable(str(observation.detail[key])) for key in ("reason", "remedy"))
        self._unanswered.add("a DHCP client gets no answer", client=str(observation.mac), reason=reason, remedy=remedy)

    def _complain(self, error: Exception) -> None:
        remedy = error.remedy if isinstance(error, NetiplError) else ""
        self._unstored.add("leases cannot be stored, no DHCP reply is sent", error=printable(str(error)), remedy=remedy)


def _is_offer(reply: Reply | None) -> bool:
    return reply is not None and reply.message.options.message_type == MessageType.OFFER
