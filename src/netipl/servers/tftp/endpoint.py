"""One address served by a worker: its socket, its transfers and what it tells the daemon.

`serve` and `_send` run once per packet and are written for that; everything else happens once per file.
"""

import socket
from collections.abc import Callable, Iterator
from time import monotonic_ns
from typing import Final

from netipl.errors import ContentError, WireError
from netipl.protocols.tftp.codes import DATA_HEADER, ErrorCode, OpCode
from netipl.protocols.tftp.negotiation import Terms
from netipl.protocols.tftp.packet import ReadRequest
from netipl.protocols.tftp.retransmission import SECOND
from netipl.protocols.tftp.server import MOST_REPEATED, Reason, Server, Unknown, Wanted
from netipl.protocols.tftp.transfer import FINISHED, Transfer
from netipl.servers.tftp import control
from netipl.servers.tftp.batches import BATCH, Inbox, Outbox, address_of, peer_of, port_of
from netipl.servers.tftp.bodies import Body, Files, MappedFile, spans_of
from netipl.wire import printable

REPORT_BLOCKS: Final = 8192
"""With the interval at which `report` is called, fewer than 16,384 blocks go unreported."""

REPORT_INTERVAL: Final = SECOND // 2

_ACK: Final = OpCode.ACK << 16
_AFTER_ACK: Final = _ACK + 0x10000
"""The first 32 bits of every ACK lie between them."""

Tell = Callable[[control.Message], None]
"""To the daemon."""

Listen = Callable[[int], None]
"""Hears, at the time given, what the daemon has said."""


class Endpoint:
    """Serves one bound socket; `tokens` are its own among those of the worker."""

    def __init__(
        self,
        bound: socket.socket,
        *,
        local: int,
        tokens: Iterator[int],
        inbox: Inbox,
        files: Files,
        tell: Tell,
        listen: Listen,
    ) -> None:
        self.outbox = Outbox(bound.fileno())
        self._socket = bound
        self._descriptor = bound.fileno()
        self._local = local
        self._inbox = inbox
        self._files = files
        self._tell = tell
        self._listen = listen
        self._server: Server[Body] = Server(tokens=tokens, address_of=address_of)
        self._dropped = 0
        self._last_dropped = ""
        self._swept = 0
        self._repeats = MOST_REPEATED
        """So many packets may be sent again. Each that is received allows one more: it shows that the way is free."""

    @property
    def running(self) -> int:
        """How many transfers there are."""
        return len(self._server.transfers)

    def serve(self, now: int) -> int:
        """Takes one batch of datagrams and answers it: how many. Most blocks that follow are laid down here."""
        inbox, outbox, transfers = self._inbox, self.outbox, self._server.transfers
        peers, vectors, headers = outbox.peers, outbox.vectors, outbox.first_header
        received = inbox.receive(self._descriptor)
        self._repeats = min(self._repeats + received, MOST_REPEATED)
        for index, (head, peer, length) in enumerate(inbox.heads(received)):
            transfer = transfers.get(peer)
            if transfer is None or not _ACK <= head < _AFTER_ACK or length < DATA_HEADER:
                self._receive(peer, inbox.datagram(index, length), now)
                continue
            block = transfer.ack(head, now)
            body = transfer.source
            if 0 < block <= body.alone_to:
                count = outbox.count
                outbox.count = count + 1
                peers[2 * count] = peer
                vectors[4 * count] = headers + DATA_HEADER * (block & 0xFFFF)
                vectors[4 * count + 2] = body.base + block * body.block_size
                vectors[4 * count + 3] = body.block_size
            elif block > 0:
                self._send(transfer, block)
            elif block == FINISHED:
                self._server.end(peer, Reason.FINISHED)
        self._flush()
        return received

    def tick(self, now: int) -> int:
        """Sends again what was due `now`; the time at which to look again."""
        due = self._server.next_due()
        if due is not None and due <= now:
            self._catch_up()
            again = self._server.due(now, max(self._repeats, 1))
            self._repeats = max(self._repeats - len(again), 0)
            for transfer, block in again:
                if block == 0:
                    self._reply(transfer.peer, transfer.first_packet)
                else:
                    self._send(transfer, block)
            self._flush()
            due = self._server.next_due()
        return due or now + SECOND

    def _catch_up(self) -> None:
        """Reads what has arrived: an ACK that waits here is not lost. In lock-step each client has one under way."""
        for _ in range(self.running // BATCH + 1):
            if self.serve(monotonic_ns()) < BATCH:
                return

    def report(self, now: int) -> None:
        """Tells the daemon how far the transfers are, and forgets what is old."""
        moved = []
        for transfer in self._server.transfers.values():
            blocks = transfer.acked - transfer.reported
            if blocks > 0 and (blocks >= REPORT_BLOCKS or now - transfer.reported_at >= REPORT_INTERVAL):
                transfer.reported, transfer.reported_at = transfer.acked, now
                moved.append([transfer.number, transfer.acked])
        for start in range(0, len(moved), control.MOST_PROGRESS):
            self._tell(control.Progress(moved[start : start + control.MOST_PROGRESS]))
        if now - self._swept >= SECOND:
            self._swept = now
            self._server.sweep(now)
            self._report_trouble()

    def begin(self, serve: control.Serve, descriptors: list[int], now: int) -> None:
        """Begins or takes up a transfer; the descriptors are ours."""
        files = [self._files.adopt(descriptor) for descriptor in descriptors]
        try:
            spans = spans_of(control.parts_of(serve), files)
        except ContentError as error:
            self._release(files)
            self._refused(self._server.refuse(serve.token, ErrorCode.UNDEFINED, str(error), now))
            self._tell_over(serve.number, Reason.CHANGED)
            return
        size = sum(span.length for span in spans)

        block_size, window_size, timeout = serve.terms
        terms = Terms(block_size=block_size, window_size=window_size, timeout=timeout)
        body = Body(spans, files, block_size, window_size)
        start = self._begin if serve.acked is None else self._resume
        if not start(serve, body, size, terms, now):
            self._release(files)
            self._tell_over(serve.number, Reason.SUPERSEDED)
        self._flush()

    def refuse(self, refuse: control.Refuse, now: int) -> None:
        """Answers with an ERROR, or not at all."""
        if refuse.code is None:
            self._server.ignore(refuse.token, now)
        else:
            self._refused(self._server.refuse(refuse.token, ErrorCode(refuse.code), refuse.message, now))

    def drop(self, drop: control.Drop) -> None:
        self._server.drop(drop.address)
        self._settle()

    def move(self, move: control.Move) -> None:
        if move.local == self._local:
            self._server.end(peer_of(move.address, move.port), Reason.MOVED)
            self._settle()

    def _begin(self, serve: control.Serve, body: Body, size: int, terms: Terms, now: int) -> bool:
        transfer = self._server.begin(
            serve.token,
            number=serve.number,
            source=body,
            size=size,
            terms=terms,
            first_packet=serve.first_packet.encode("latin-1"),
            now=now,
        )
        if transfer is None:
            return False
        if transfer.first_packet:
            self._reply(transfer.peer, transfer.first_packet)
        else:
            self._send(transfer, 1)
        return True

    def _resume(self, serve: control.Serve, body: Body, size: int, terms: Terms, now: int) -> bool:
        taken_up = self._server.resume(
            serve.token, number=serve.number, source=body, size=size, terms=terms, reported=serve.acked or 0, now=now
        )
        if taken_up is None:
            return False
        transfer, block = taken_up
        if block == FINISHED:
            self._server.end(transfer.peer, Reason.FINISHED)
        else:
            self._send(transfer, block)
        return True

    def _send(self, transfer: Transfer[Body], first: int) -> None:
        body, peer, put = transfer.source, transfer.peer, self.outbox.put
        try:
            if transfer.sent == transfer.last:
                body.check()
            for block in transfer.burst(first):
                put(peer, block, body.at(block), body.length(block))
        except (ContentError, OSError):
            self._flush()
            self._fail(peer)

    def _receive(self, peer: int, datagram: bytes, now: int) -> None:
        self._flush()  # what is put still points into transfers that may end now
        self._listen(now)  # a drop sent before this datagram is heard before it
        try:
            answer = self._server.receive(peer, datagram, now)
        except WireError as error:
            self._dropped += 1
            self._last_dropped = str(error)
            return
        self._settle()
        match answer:
            case bytes():
                self._reply(peer, answer)
            case Wanted(token=token, request=request):
                self._ask(token, peer, request)
            case Unknown(token=token):
                self._tell(control.AskResume(token, self._local, address_of(peer), port_of(peer)))

    def _ask(self, token: int, peer: int, request: ReadRequest) -> None:
        name, mode = request.name.decode("latin-1"), request.mode.decode("latin-1")
        options = [[option.decode("latin-1"), value.decode("latin-1")] for option, value in request.options]
        self._tell(control.Ask(token, self._local, address_of(peer), port_of(peer), name, mode, options))

    def _reply(self, peer: int, packet: bytes) -> None:
        try:
            self._socket.sendto(packet, (socket.inet_ntoa(address_of(peer).to_bytes(4, "big")), port_of(peer)))
        except OSError as error:  # lost, as any packet may be
            self.outbox.refuse(error.errno or 0)

    def _refused(self, refusal: tuple[int, bytes] | None) -> None:
        if refusal is not None:
            self._reply(*refusal)

    def _fail(self, peer: int) -> None:
        if peer in self._server.transfers:
            self._reply(peer, self._server.fail(peer, ErrorCode.UNDEFINED, Reason.CHANGED))

    def _flush(self) -> None:
        outbox = self.outbox
        outbox.flush()
        if outbox.unreadable:
            for peer in outbox.unreadable:
                self._fail(peer)
            outbox.unreadable.clear()
        if self._server.ended:
            self._settle()

    def _settle(self) -> None:
        """Reports what is over, and lets its files go."""
        for ended in self._server.ended:
            transfer = ended.transfer
            self._release(transfer.source.files)
            self._tell(
                control.Over(
                    transfer.number,
                    ended.reason.name,
                    transfer.acked,
                    transfer.retransmitted,
                    transfer.heard - transfer.begun,
                    ended.said,
                )
            )
        self._server.ended.clear()

    def _release(self, files: list[MappedFile]) -> None:
        for file in files:
            self._files.release(file)

    def _tell_over(self, number: int, reason: Reason) -> None:
        self._tell(control.Over(number, reason.name, 0, 0, 0, ""))

    def _report_trouble(self) -> None:
        if self._dropped:
            self._tell(control.Dropped(self._dropped, printable(self._last_dropped)))
            self._dropped = 0
        if self.outbox.refused:
            self._tell(control.Unsent(self._local, self.outbox.refused, self.outbox.last_error))
            self.outbox.refused = 0
