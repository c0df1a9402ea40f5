"""Where the workers' questions are answered: what a name is, whose transfer an ACK belongs to, and who has too many.

Knows every transfer of every worker, by the ledger. A transfer whose worker or daemon has died waits there until its
client is heard of again: one way for every kind of restart.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Final

from netipl.content import Content
from netipl.errors import ContentError, NetiplError
from netipl.protocols.tftp.codes import ErrorCode, Mode
from netipl.protocols.tftp.negotiation import Terms, negotiate
from netipl.protocols.tftp.packet import OptionAck, encode
from netipl.protocols.tftp.resolution import Arriving, Denied, Missing, Resolution
from netipl.protocols.tftp.server import Reason
from netipl.servers.tftp import control
from netipl.servers.tftp.ledger import Entry, Ledger, Peer
from netipl.servers.tftp.opening import Opened, as_netascii, opened
from netipl.servers.tftp.process import WorkerProcess
from netipl.servers.tftp.sightings import Sightings
from netipl.servers.tftp.sockets import largest_block
from netipl.servers.tftp.troubles import Troubles
from netipl.wire import printable

Resolve = Callable[[bytes, IPv4Address, int, IPv4Address], Resolution]
"""From the name asked for, the client's address and port and our address that was asked."""

_ASK_AGAIN: Final = 0.25
"""Seconds between two looks at a file that is arriving."""

_ORPHANED: Final = 60.0
"""Seconds after which a transfer without a worker is given up: its client has long stopped asking."""

_BUSY: Final = "the server is busy"
_TOO_MANY: Final = "too many transfers"
_REMEDIES: Final = {_TOO_MANY: "raise transfers_per_address in [tftp], if so many are meant"}
_QUIET: Final = frozenset({Reason.MOVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one service takes on at most."""

    transfers: int = 4096
    transfers_per_address: int = 16
    arriving: timedelta = timedelta(seconds=15)
    """How long a request waits for a file that is still arriving."""


class Desk:
    """Set `tasks` before the first `hear`; `workers` are those that run, by their index."""

    tasks: asyncio.TaskGroup

    def __init__(self, *, ledger: Ledger, resolve: Resolve, sightings: Sightings, limits: Limits) -> None:
        self.workers: dict[int, WorkerProcess] = {}
        self._ledger = ledger
        self._resolve = resolve
        self._sightings = sightings
        self._limits = limits
        self._next_number = 1
        self._waiting: dict[int, set[asyncio.Task[None]]] = {}
        self._troubles = Troubles()

    def begin(self) -> None:
        """Takes up the numbers and the clock of what the ledger was opened with."""
        self._next_number = max(self._ledger.entries, default=0) + 1
        for entry in self._ledger.entries.values():
            entry.since = time.monotonic()

    def hear(self, index: int, message: control.Message) -> None:
        """Acts on what worker `index` says."""
        match message:
            case control.Ask():
                self._asked(index, message)
            case control.AskResume():
                self._asked_to_resume(index, message)
            case control.Progress():
                self._progressed(message)
            case control.Over():
                self._over(message)
            case control.Dropped():
                self._troubles.dropped(message)
            case control.Unsent():
                self._troubles.unsent(message)

    def lost(self, index: int) -> None:
        """Worker `index` is gone; its transfers wait for their clients."""
        self.workers.pop(index, None)
        for entry in list(self._ledger.entries.values()):
            if entry.worker == index:
                entry.worker, entry.since = None, time.monotonic()

    def drop(self, address: int) -> None:
        """Ends all transfers to `address`, wherever they run, and all its requests."""
        for task in self._waiting.pop(address, set()):
            task.cancel()
        for worker in self.workers.values():
            worker.send(control.Drop(address))
        for entry in self._ledger.of_address(address):
            self._fail(entry, Reason.DROPPED)

    def sweep(self) -> None:
        """Gives up what nobody asks for any more; to be called every second or so."""
        now = time.monotonic()
        for entry in list(self._ledger.entries.values()):
            if entry.worker is None and now - entry.since > _ORPHANED:
                self._fail(entry, "the client did not come back after a restart")
        if not self._ledger.is_written:
            self._ledger.rewrite()
        self._troubles.tell()

    def _asked(self, index: int, ask: control.Ask) -> None:
        self._forget_others(index, _peer(ask))
        if refusal := self._over_limit(ask.address):
            self._troubles.refused(ask.address, refusal, _REMEDIES.get(refusal, ""))
            self._refuse(index, ask.token, ErrorCode.UNDEFINED, refusal)
            return
        resolution = self._resolution(_name(ask), _peer(ask))
        if isinstance(resolution, Arriving) or (isinstance(resolution, Content) and _is_text(ask)):
            self._later(index, ask)
        else:
            self._answer(index, ask, resolution)

    def _answer(self, index: int, ask: control.Ask, resolution: Resolution) -> None:
        name = _name(ask)
        match resolution:
            case Content():
                self._serve(index, ask, resolution)
            case Missing():
                self._sightings.missing(ask.address, name)
                self._refuse(index, ask.token, ErrorCode.FILE_NOT_FOUND, "file not found")
            case Denied(reason=reason):
                self._sightings.denied(ask.address, name, reason)
                self._refuse(index, ask.token, ErrorCode.ACCESS_VIOLATION, "access denied")
            case Arriving():
                self._troubles.refused(ask.address, f"{printable(name)} is still arriving")
                self._refuse(index, ask.token, ErrorCode.UNDEFINED, "the file is still arriving")

    def _later(self, index: int, ask: control.Ask) -> None:
        task = self.tasks.create_task(self._answer_later(index, ask))
        self._waiting.setdefault(ask.address, set()).add(task)
        task.add_done_callback(lambda done: self._no_longer(ask.address, done))

    def _no_longer(self, address: int, task: asyncio.Task[None]) -> None:
        waiting = self._waiting.get(address, set())
        waiting.discard(task)
        if not waiting:
            self._waiting.pop(address, None)

    async def _answer_later(self, index: int, ask: control.Ask) -> None:
        deadline = time.monotonic() + self._limits.arriving.total_seconds()
        resolution = self._resolution(_name(ask), _peer(ask))
        while isinstance(resolution, Arriving) and time.monotonic() < deadline:
            await asyncio.sleep(_ASK_AGAIN)
            resolution = self._resolution(_name(ask), _peer(ask))
        if isinstance(resolution, Content) and _is_text(ask):
            try:
                resolution = await asyncio.to_thread(as_netascii, resolution)
            except ContentError as error:
                self._unreadable(index, ask, error)
                return
        self._answer(index, ask, resolution)

    def _serve(self, index: int, ask: control.Ask, content: Content) -> None:
        try:
            served = opened(content)
        except ContentError as error:
            self._unreadable(index, ask, error)
            return
        options = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in ask.options)
        largest = largest_block(IPv4Address(ask.local), IPv4Address(ask.address))
        terms, agreed = negotiate(options, size=served.size, largest_block=largest)
        oack = encode(OptionAck(options=agreed)).decode("latin-1") if agreed else ""
        entry = self._entry(index, ask, served, terms)
        self._ledger.add(entry)
        self._sightings.started(entry)
        self._send(index, _serve(ask.token, entry, served, first_packet=oack), served)

    def _unreadable(self, index: int, ask: control.Ask, error: ContentError) -> None:
        self._sightings.denied(ask.address, _name(ask), str(error))
        self._refuse(index, ask.token, ErrorCode.ACCESS_VIOLATION, "the file cannot be read")

    def _asked_to_resume(self, index: int, ask: control.AskResume) -> None:
        entry = self._ledger.of_peer(_peer(ask))
        if entry is None:
            self._send(index, control.Refuse(ask.token, None, ""))
            return
        served = self._same_content(entry)
        if served is None:
            self._fail(entry, Reason.CHANGED)
            self._refuse(index, ask.token, ErrorCode.UNDEFINED, Reason.CHANGED)
            return
        self._take_from(entry, index)
        self._send(index, _serve(ask.token, entry, served, acked=entry.acked), served)

    def _same_content(self, entry: Entry) -> Opened | None:
        """The content that `entry` began with, or None if it is no longer there."""
        content = self._resolution(entry.name, entry.peer)
        if not isinstance(content, Content):
            return None
        try:
            served = opened(as_netascii(content) if entry.netascii else content)
        except NetiplError:
            return None
        if served.fingerprint == entry.fingerprint:
            return served
        served.close()
        return None

    def _take_from(self, entry: Entry, index: int) -> None:
        """Gives the transfer to worker `index` under a new number, so that nothing the old one says counts."""
        if entry.worker is not None and entry.worker != index:
            self._send(entry.worker, control.Move(entry.local, entry.address, entry.port))
        self._ledger.renumber(entry, self._number())
        entry.worker = index

    def _progressed(self, progress: control.Progress) -> None:
        for number, acked in progress.blocks:
            entry = self._ledger.entries.get(number)
            if entry is not None:
                self._ledger.move(entry, acked)
                self._sightings.progressed(entry)

    def _over(self, over: control.Over) -> None:
        entry = self._ledger.entries.get(over.number)
        if entry is None:
            return
        reason = Reason[over.reason]
        entry.acked = over.acked
        if reason in _QUIET:
            self._ledger.remove(entry)
        elif reason is Reason.FINISHED:
            self._ledger.remove(entry)
            seconds = time.monotonic() - entry.began_at
            self._sightings.finished(entry, seconds=seconds, retransmitted=over.retransmitted)
        else:
            self._fail(entry, f"{reason.value}: {over.said}" if over.said else reason)

    def _fail(self, entry: Entry, reason: Reason | str) -> None:
        self._ledger.remove(entry)
        self._sightings.failed(entry, reason)

    def _forget_others(self, index: int, peer: Peer) -> None:
        """A client that asks anew has ended what it had: here its worker knows already, elsewhere it is told."""
        entry = self._ledger.of_peer(peer)
        if entry is not None:
            if entry.worker is not None and entry.worker != index:
                self._send(entry.worker, control.Move(*peer))
            self._fail(entry, Reason.SUPERSEDED)

    def _over_limit(self, address: int) -> str:
        """Why this client gets no further transfer, or nothing."""
        if len(self._ledger.entries) >= self._limits.transfers:
            return _BUSY
        waiting = len(self._waiting.get(address, ()))
        running = len(self._ledger.of_address(address))
        return _TOO_MANY if running + waiting >= self._limits.transfers_per_address else ""

    def _resolution(self, name: bytes, peer: Peer) -> Resolution:
        local, address, port = peer
        try:
            return self._resolve(name, IPv4Address(address), port, IPv4Address(local))
        except NetiplError as error:
            return Denied(str(error))
        except Exception as bug:  # noqa: BLE001 - one name must not end the boots of all others
            self._troubles.broken(name, bug)
            return Denied("the server failed")

    def _entry(self, index: int, ask: control.Ask, served: Opened, terms: Terms) -> Entry:
        return Entry(
            number=self._number(),
            local=ask.local,
            address=ask.address,
            port=ask.port,
            name=_name(ask),
            netascii=_is_text(ask),
            size=served.size,
            fingerprint=served.fingerprint,
            block_size=terms.block_size,
            window_size=terms.window_size,
            timeout=terms.timeout,
            worker=index,
            began_at=time.monotonic(),
        )

    def _number(self) -> int:
        self._next_number += 1
        return self._next_number

    def _refuse(self, index: int, token: int, code: ErrorCode, message: str) -> None:
        self._send(index, control.Refuse(token, code, message))

    def _send(self, index: int, message: control.Message, served: Opened | None = None) -> None:
        worker = self.workers.get(index)
        if worker is not None:
            worker.send(message, served.descriptors if served is not None else ())
        if served is not None:
            served.close()


def _serve(
    token: int, entry: Entry, served: Opened, *, first_packet: str = "", acked: int | None = None
) -> control.Serve:
    terms = [entry.block_size, entry.window_size, entry.timeout]
    return control.Serve(token, entry.number, served.parts, terms, first_packet, acked)


def _name(ask: control.Ask) -> bytes:
    return ask.name.encode("latin-1")


def _peer(ask: control.Ask | control.AskResume) -> Peer:
    return ask.local, ask.address, ask.port


def _is_text(ask: control.Ask) -> bool:
    return ask.mode.lower() == Mode.NETASCII
