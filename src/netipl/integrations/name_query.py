"""Asks a DNS server for the IPv4 addresses of a name, as the firmware does: one question, to that server alone.

Sources: RFC 1035, 4.1 (messages), 2.3.4 (sizes); SLOF lib/libnet/dns.c asks for A records with recursion.
"""

import secrets
import socket
import struct
from contextlib import closing
from ipaddress import IPv4Address
from typing import Final

from netipl.errors import UnavailableError, UsageError, WireError
from netipl.wire import Reader

PORT: Final = 53
_PATIENCE: Final = 3.0
_HEADER: Final = struct.Struct("! H H H H H H")  # id, flags, counts of questions, answers, authorities, additional
_RECURSION: Final = 0x0100
_CODE: Final = 0x000F
_POINTER: Final = 0xC0
_A, _IN = 1, 1
_LONGEST: Final = 512
_LONGEST_LABEL: Final = 63


def question(name: str, number: int) -> bytes:
    """For the A records of `name`. Raises UsageError for what is no name of DNS."""
    labels = name.rstrip(".").split(".")
    if not name.isascii() or not all(0 < len(label) <= _LONGEST_LABEL for label in labels):
        raise UsageError(f"{name!r} is no name of DNS")
    wire = b"".join(bytes((len(label),)) + label.encode() for label in labels) + b"\0"
    return _HEADER.pack(number, _RECURSION, 1, 0, 0, 0) + wire + struct.pack("! H H", _A, _IN)


def answers(data: bytes, number: int) -> tuple[IPv4Address, ...]:
    """The addresses in an answer to question `number`; none for a name that does not exist. Raises WireError."""
    reader = Reader(data)
    identifier, flags, questions, count, _, _ = (reader.u16() for _ in range(6))
    if identifier != number:
        raise WireError(f"an answer to question {identifier}")
    if flags & _CODE:
        return ()
    for _ in range(questions):
        _skip_name(reader)
        reader.take(4)
    found = []
    for _ in range(count):
        _skip_name(reader)
        kind, _class = reader.u16(), reader.u16()
        reader.take(4)
        value = reader.take(reader.u16())
        if kind == _A and len(value) == 4:
            found.append(IPv4Address(value))
    return tuple(found)


def addresses(name: str, server: IPv4Address, port: int = PORT) -> tuple[IPv4Address, ...]:
    """What `server` says. Raises UsageError for no name, and UnavailableError where nobody answers."""
    number = secrets.randbits(16)
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asking:
        asking.settimeout(_PATIENCE)
        try:
            asking.connect((str(server), port))
            asking.send(question(name, number))
            return answers(asking.recv(_LONGEST), number)
        except (OSError, WireError) as error:
            words = getattr(error, "strerror", None) or str(error)
            raise UnavailableError(f"the DNS server {server} does not answer: {words}") from error


def _skip_name(reader: Reader) -> None:
    """Labels up to the empty one, or to a pointer."""
    while length := reader.u8():
        if length >= _POINTER:
            reader.take(1)
            return
        reader.take(length)
