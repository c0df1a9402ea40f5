"""What daemon and worker say to each other over their SEQPACKET pair: one message a packet, as a JSON array.

JSON, since neither side trusts the other further than it must. Addresses are numbers; names and texts are Latin-1, so
that any byte survives. Descriptors travel beside a message as SCM_RIGHTS.
"""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

LARGEST: Final = 1 << 16
"""Bytes of one message."""

MOST_DESCRIPTORS: Final = 200
"""Beside one message; Linux allows 253 (SCM_MAX_FD)."""

MOST_PROGRESS: Final = 1000
"""Transfers in one `Progress`."""


class Part(NamedTuple):
    """A piece of a content: of the file with index `file` among the descriptors, or zeros (None)."""

    file: int | None
    offset: int
    length: int


class Listen(NamedTuple):
    """To a worker, once: serve the sockets sent along, bound to these addresses; the last is for `handover.give`."""

    addresses: list[int]


class Ask(NamedTuple):
    """From a worker: what is `name` to this client?"""

    token: int
    local: int
    address: int
    port: int
    name: str
    mode: str
    options: list[list[str]]


class AskResume(NamedTuple):
    """From a worker: which transfer does this client acknowledge?"""

    token: int
    local: int
    address: int
    port: int


class Serve(NamedTuple):
    """To a worker: send this, as transfer `number` on `terms` (block size, window size, timeout).

    It begins with the OACK `first_packet`, if there is one; a transfer taken up again goes on behind block `acked`.
    """

    token: int
    number: int
    parts: list[Part]
    terms: list[int]
    first_packet: str
    acked: int | None


class Refuse(NamedTuple):
    """To a worker: answer with this ERROR, or with silence (None)."""

    token: int
    code: int | None
    message: str


class Drop(NamedTuple):
    """To a worker: end every transfer to this client."""

    address: int


class Move(NamedTuple):
    """To a worker: another one has taken up this client's transfer."""

    local: int
    address: int
    port: int


class Progress(NamedTuple):
    """From a worker: for each transfer its number and acknowledged block."""

    blocks: list[list[int]]


class Over(NamedTuple):
    """From a worker: a transfer is over; `reason` is a `Reason`, `said` is the client's own word."""

    number: int
    reason: str
    acked: int
    retransmitted: int
    nanoseconds: int
    said: str


class Dropped(NamedTuple):
    """From a worker: so many datagrams were malformed or too many."""

    datagrams: int
    last: str


class Unsent(NamedTuple):
    """From a worker: so many packets the kernel did not take from `local`, the last for this `error` (an errno)."""

    local: int
    packets: int
    error: int


Message = Listen | Ask | AskResume | Serve | Refuse | Drop | Move | Progress | Over | Dropped | Unsent

_KINDS: Final[Mapping[str, type[Message]]] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (Listen, Ask, AskResume, Serve, Refuse, Drop, Move, Progress, Over, Dropped, Unsent)
    }
)


def encode(message: Message) -> bytes:
    return json.dumps([type(message).__name__, *message], separators=(",", ":")).encode()


def decode(data: bytes) -> Message:
    """Raises ValueError on what no `encode` made."""
    kind, *fields = json.loads(data)
    try:
        return _KINDS[kind](*fields)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{kind!r} with {len(fields)} fields is no message") from error


def parts_of(serve: Serve) -> Sequence[Part]:
    """JSON knows no tuples with names: the parts as such."""
    return [Part(*part) for part in serve.parts]
