"""What the daemon and its libvirt worker say to each other: JSON, one message a line, over a pair of stream sockets.

The daemon asks with a number, and is answered with the same one, in any order. What the worker tells by itself has
none.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from netipl.errors import (
    ConflictError,
    MissingError,
    NetiplError,
    RefusedError,
    UnavailableError,
    UsageError,
    WireError,
)

Json = Any  # Any: JSON

LARGEST: Final = 64 << 20
"""Bytes of a line: all domains of a large host with their XML."""


class Call(StrEnum):
    """What is asked. The comment names the arguments, and behind the arrow what is answered."""

    CAPABILITIES = "capabilities"  # -> xml, is_system
    DOMAINS = "domains"  # -> records of all domains, as records.py makes them
    DOMAIN = "domain"  # uuid -> its record
    DEFINE = "define"  # xml -> the record of the domain
    UNDEFINE = "undefine"  # uuid
    START = "start"  # uuid
    RESUME = "resume"  # uuid: one that was started paused begins to run
    DESTROY = "destroy"  # uuid; one that is off stays so
    SHUTDOWN = "shutdown"  # uuid
    RESET = "reset"  # uuid
    MARK = "mark"  # uuid, name: whose it is, or empty -> its record
    BOOTS_FROM = "boots-from"  # uuid, first, macs, disk: at its next start -> its record
    NETWORK = "network"  # name, or bridge -> its name, active, xml, leases
    ADD_HOST = "add-host"  # name, or bridge; mac, host_name, address -> whether it was not there before
    REMOVE_HOSTS = "remove-hosts"  # name, or bridge; mac -> mac, host_name and address of those that were there
    NETWORKS = "networks"  # -> name, bridge and active of every network that has a bridge
    NAME_GUESTS = (
        "name-guests"  # bridge, names by address, known: names by address that may go -> how many came or went
    )
    MAKE_VOLUME = "make-volume"  # pool, name, bytes -> path, kind, is_block
    REMOVE_VOLUME = "remove-volume"  # path
    CONSOLES = "consoles"  # uuids: of the domains whose consoles are to be open, and no others
    CONSOLE_RAW = "console-raw"  # uuid, wanted: whether its bytes are told as they are, too
    CONSOLE_KEYS = "console-keys"  # uuid, keys: in base64


class Told(StrEnum):
    """What the worker tells by itself. The comment names the keys of `detail`."""

    CONNECTED = "connected"  # domains: records of all
    DISCONNECTED = "disconnected"  # reason, remedy
    LIFECYCLE = "lifecycle"  # uuid, event, reason, at (seconds since 1970); domain: its record, if it is still there
    CONSOLE_OPENED = "console-opened"  # uuid, at; is_whole: whether nothing was printed before
    CONSOLE = "console"  # as `Printed` of console.py
    CONSOLE_CLOSED = "console-closed"  # uuid; reason: why it cannot be opened, or nothing where it has ended


@dataclass(frozen=True, slots=True)
class Request:
    """`arguments` are those of `call`."""

    number: int
    call: Call
    arguments: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of the request of that number."""

    number: int
    result: Json = None


@dataclass(frozen=True, slots=True)
class Failure:
    """That request came to nothing; `error` is one of ours."""

    number: int
    error: NetiplError


@dataclass(frozen=True, slots=True)
class Notice:
    """The worker tells of something."""

    told: Told
    detail: Mapping[str, Json] = field(default_factory=dict)


Message = Request | Reply | Failure | Notice

_ERRORS: Final[Mapping[str, type[NetiplError]]] = {
    "missing": MissingError,
    "conflict": ConflictError,
    "refused": RefusedError,
    "usage": UsageError,
    "unavailable": UnavailableError,
    "other": NetiplError,
}
"""By their names in messages; more general ones behind."""


def encode(message: Message) -> bytes:
    """With the line's end."""
    match message:
        case Request(number, call, arguments):
            made = {"number": number, "call": call, "arguments": dict(arguments)}
        case Reply(number, result):
            made = {"number": number, "result": result}
        case Failure(number, error):
            kind = next(name for name, each in _ERRORS.items() if isinstance(error, each))
            made = {"number": number, "error": kind, "message": str(error), "remedy": error.remedy}
        case Notice(told, detail):
            made = {"told": told, "detail": dict(detail)}
    return json.dumps(made, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Message:
    """Raises WireError."""
    try:
        said = json.loads(line)
        if "told" in said:
            return Notice(Told(said["told"]), said["detail"])
        number = int(said["number"])
        if "call" in said:
            return Request(number, Call(said["call"]), said["arguments"])
        if "error" in said:
            return Failure(number, _ERRORS[said["error"]](said["message"], remedy=said["remedy"]))
        return Reply(number, said["result"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WireError(f"not a message between daemon and libvirt worker: {line[:80]!r}") from error
