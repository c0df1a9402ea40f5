"""The server's half of TFTP on one port: who is answered, which transfers run, and when each is over.

It takes datagrams and answers to its questions, and returns what to send or to ask; ACKs of a running transfer go
straight to `transfers[peer].ack`. A peer is an integer for the client's address and port. Times are nanoseconds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from netipl.protocols.tftp.codes import ErrorCode, Mode
from netipl.protocols.tftp.negotiation import Terms
from netipl.protocols.tftp.packet import Ack, Error, ReadRequest, WriteRequest, decode, encode
from netipl.protocols.tftp.retransmission import SECOND, RoundTrip
from netipl.protocols.tftp.transfer import DEAD, NOTHING, Transfer
from netipl.wire import printable

REPEAT: Final = SECOND
"""A request that equals one answered so lately gets no second answer: the next file would take it for its own."""

MOST_ASKED: Final = 1024
"""Questions that wait for their answer; further requests are dropped, and their clients ask again."""

MOST_REPEATED: Final = 16
"""Timers heeded at once. When more have run out, no packet was lost: the clients, their host or the way are busy."""

_MOST_REMEMBERED: Final = 8192
_PATIENCE_WITH_ANSWERS: Final = 60 * SECOND

Source = TypeVar("Source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """To find out: what `request` of `peer` stands for. Answer with `begin` or `refuse`."""

    token: int
    peer: int
    request: ReadRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """To find out: which transfer `peer` acknowledges. Answer with `resume` or `ignore`."""

    token: int
    peer: int


class Reason(StrEnum):
    """Why a transfer is over. Words for people; FINISHED is the one success."""

    FINISHED = "finished"
    SILENT = "the client fell silent"
    UNCONFIRMED = "the client never answered"
    LAST_UNCONFIRMED = "the last block was never acknowledged"
    SUPERSEDED = "the client asked for another file"
    DROPPED = "the guest began another boot"
    MOVED = "another worker serves the client"
    CHANGED = "the file changed while it was sent"
    UNSENDABLE = "the network refused the packets"
    CLIENT = "the client ended it"


@dataclass(frozen=True, slots=True)
class Ended(Generic[Source]):
    """A transfer that is over; `said` is the message of the client's ERROR, safe to show."""

    transfer: Transfer[Source]
    reason: Reason
    said: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    peer: int
    datagram: bytes
    request: ReadRequest | None
    block: int
    at: int


class Server(Generic[Source]):
    """All transfers of one port. `tokens` are shared by the ports of a process; `address_of` a peer is the client."""

    def __init__(self, *, tokens: Iterator[int], address_of: Callable[[int], int]) -> None:
        self.transfers: dict[int, Transfer[Source]] = {}
        self.ended: list[Ended[Source]] = []
        """What is over and not yet taken by the caller, who empties it."""
        self._tokens = tokens
        self._address_of = address_of
        self._asked: dict[int, _Asked] = {}
        self._token_of: dict[int, int] = {}
        self._answered: dict[tuple[int, bytes], int] = {}
        self._strangers: dict[int, int] = {}
        self._round_trips: dict[int, RoundTrip] = {}

    def receive(self, peer: int, datagram: bytes, now: int) -> Wanted | Unknown | bytes | None:
        """What to ask or to send upon any datagram that is not an ACK of a running transfer. Raises WireError."""
        match decode(datagram):
            case ReadRequest() as request:
                return self._read(peer, datagram, request, now)
            case WriteRequest():
                return self._refusal(peer, datagram, ErrorCode.ACCESS_VIOLATION, "nothing is written here", now)
            case Ack(block=block):
                return self._stranger(peer, datagram, block, now)
            case Error(message=message):
                self.end(peer, Reason.CLIENT, printable(message))
        return None

    def begin(
        self, token: int, *, number: int, source: Source, size: int, terms: Terms, first_packet: bytes, now: int
    ) -> Transfer[Source] | None:
        """Begins the transfer asked for by `token`, or None if its client has given up asking."""
        asked = self._take(token)
        if asked is None or asked.request is None:
            return None
        self._remember(asked.peer, asked.datagram, now)
        return self._add(
            Transfer(
                peer=asked.peer,
                number=number,
                source=source,
                size=size,
                terms=terms,
                round_trip=self._round_trip(asked.peer),
                now=now,
                first_packet=first_packet,
            )
        )

    def refuse(self, token: int, code: ErrorCode, message: str, now: int) -> tuple[int, bytes] | None:
        """The peer and the ERROR to send it, or None if it has given up asking."""
        asked = self._take(token)
        if asked is None:
            return None
        self._remember(asked.peer, asked.datagram, now)
        return asked.peer, encode(Error(code=code, message=message.encode()))

    def resume(
        self,
        token: int,
        *,
        number: int,
        source: Source,
        size: int,
        terms: Terms,
        reported: int,
        now: int,
    ) -> tuple[Transfer[Source], int] | None:
        """The transfer taken up again and what `ack` says; None if there is nothing to take up."""
        asked = self._take(token)
        if asked is None or asked.request is not None:
            return None
        transfer = Transfer(
            peer=asked.peer,
            number=number,
            source=source,
            size=size,
            terms=terms,
            round_trip=self._round_trip(asked.peer),
            now=now,
        )
        block = transfer.resume(reported, asked.block, now)
        return None if block == NOTHING else (self._add(transfer), block)

    def ignore(self, token: int, now: int) -> None:
        """The peer is nobody's client. It gets no ERROR: that would reach the next file of a client just served."""
        asked = self._take(token)
        if asked is not None and len(self._strangers) < _MOST_REMEMBERED:
            self._strangers[asked.peer] = now

    def end(self, peer: int, reason: Reason, said: str = "") -> None:
        """Ends the transfer to `peer`, if there is one."""
        transfer = self.transfers.pop(peer, None)
        if transfer is not None:
            self.ended.append(Ended(transfer, reason, said))

    def fail(self, peer: int, code: ErrorCode, reason: Reason) -> bytes:
        """Ends the transfer to `peer` and gives the ERROR for it."""
        self.end(peer, reason)
        return encode(Error(code=code, message=reason.value.encode()))

    def drop(self, address: int) -> None:
        """Ends all transfers to `address` and forgets what it asked: another boot begins there."""
        for peer in [peer for peer in self.transfers if self._address_of(peer) == address]:
            self.end(peer, Reason.DROPPED)
        for answered in [answered for answered in self._answered if self._address_of(answered[0]) == address]:
            del self._answered[answered]
        for peer in [peer for peer in self._token_of if self._address_of(peer) == address]:
            self._forget_question(peer)

    def due(self, now: int, most: int = MOST_REPEATED) -> list[tuple[Transfer[Source], int]]:
        """The transfers whose timer has run out, each with the first block to send again; `most`, the longest due."""
        again = []
        late = sorted((it for it in self.transfers.values() if it.deadline <= now), key=lambda it: it.deadline)
        for transfer in late[:most]:
            block = transfer.due(now)
            if block == DEAD:
                self.end(transfer.peer, _silent(transfer))
            elif block != NOTHING:
                again.append((transfer, block))
        return again

    def next_due(self) -> int | None:
        """When `due` has something to do at the earliest, if no ACK comes before."""
        return min((transfer.deadline for transfer in self.transfers.values()), default=None)

    def sweep(self, now: int) -> None:
        """Forgets what is too old to matter; to be called about every second."""
        self._answered = {answered: at for answered, at in self._answered.items() if now - at < REPEAT}
        self._strangers = {peer: at for peer, at in self._strangers.items() if now - at < REPEAT}
        for token in [token for token, it in self._asked.items() if now - it.at > _PATIENCE_WITH_ANSWERS]:
            self._take(token)
        if len(self._round_trips) > _MOST_REMEMBERED:
            self._round_trips = {self._address_of(it.peer): it.round_trip for it in self.transfers.values()}

    def _read(self, peer: int, datagram: bytes, request: ReadRequest, now: int) -> Wanted | bytes | None:
        if self._is_repeat(peer, datagram, now):
            return None
        self._forget_question(peer)
        if self._is_last_block_out(peer):
            self.end(peer, Reason.FINISHED)  # it would not ask for more without it
        else:
            self.end(peer, Reason.SUPERSEDED)
        if request.mode.lower() not in _MODES:
            return self._refusal(peer, datagram, ErrorCode.ILLEGAL_OPERATION, "octet and netascii only", now)
        token = self._ask(_Asked(peer, datagram, request, 0, now))
        return None if token is None else Wanted(token=token, peer=peer, request=request)

    def _stranger(self, peer: int, datagram: bytes, block: int, now: int) -> Unknown | None:
        if peer in self._token_of or peer in self._strangers or peer in self.transfers:
            return None
        token = self._ask(_Asked(peer, datagram, None, block, now))
        return None if token is None else Unknown(token=token, peer=peer)

    def _refusal(self, peer: int, datagram: bytes, code: ErrorCode, message: str, now: int) -> bytes | None:
        if self._is_repeat(peer, datagram, now):
            return None
        self._remember(peer, datagram, now)
        return encode(Error(code=code, message=message.encode()))

    def _is_repeat(self, peer: int, datagram: bytes, now: int) -> bool:
        token = self._token_of.get(peer)
        if token is not None and self._asked[token].datagram == datagram:
            return True
        answered_at = self._answered.get((peer, datagram))
        return answered_at is not None and now - answered_at < REPEAT

    def _remember(self, peer: int, datagram: bytes, now: int) -> None:
        if len(self._answered) >= _MOST_REMEMBERED:
            del self._answered[next(iter(self._answered))]
        self._answered[peer, datagram] = now

    def _is_last_block_out(self, peer: int) -> bool:
        transfer = self.transfers.get(peer)
        return transfer is not None and transfer.confirmed and transfer.acked + 1 == transfer.last

    def _ask(self, asked: _Asked) -> int | None:
        if len(self._asked) >= MOST_ASKED:
            return None
        token = next(self._tokens)
        self._asked[token] = asked
        self._token_of[asked.peer] = token
        return token

    def _take(self, token: int) -> _Asked | None:
        asked = self._asked.pop(token, None)
        if asked is not None:
            del self._token_of[asked.peer]
        return asked

    def _forget_question(self, peer: int) -> None:
        token = self._token_of.get(peer)
        if token is not None:
            self._take(token)

    def _add(self, transfer: Transfer[Source]) -> Transfer[Source]:
        self.end(transfer.peer, Reason.SUPERSEDED)
        self.transfers[transfer.peer] = transfer
        return transfer

    def _round_trip(self, peer: int) -> RoundTrip:
        return self._round_trips.setdefault(self._address_of(peer), RoundTrip())


_MODES: Final = {mode.value.encode() for mode in Mode}


def _silent(transfer: Transfer[Source]) -> Reason:
    if not transfer.confirmed:
        return Reason.UNCONFIRMED
    return Reason.LAST_UNCONFIRMED if transfer.sent == transfer.last else Reason.SILENT
