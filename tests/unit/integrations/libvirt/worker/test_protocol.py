"""What daemon and worker say to each other survives the way, and garbage is only ever a WireError."""

import pytest

from netipl.errors import (
    ConflictError,
    MissingError,
    NetiplError,
    RefusedError,
    UnavailableError,
    UsageError,
    WireError,
)
from netipl.integrations.libvirt.worker.protocol import (
    Call,
    Failure,
    Message,
    Notice,
    Reply,
    Request,
    Told,
    decode,
    encode,
)


@pytest.mark.parametrize(
    "message",
    [
        Request(1, Call.DOMAINS),
        *(Request(2, call, {"uuid": "x"}) for call in Call),
        Reply(3),
        Reply(4, {"name": "web1\nü", "active": True}),
        *(Notice(told, {"reason": "a\u2028b"}) for told in Told),
    ],
)
def test_a_message_survives_the_way_in_one_line(message: Message) -> None:
    line = encode(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(line) == message


@pytest.mark.parametrize("kind", [MissingError, ConflictError, RefusedError, UsageError, UnavailableError, NetiplError])
def test_an_error_stays_what_it_is(kind: type[NetiplError]) -> None:
    arrived = decode(encode(Failure(5, kind("no", remedy="try"))))
    assert isinstance(arrived, Failure)
    assert (arrived.number, type(arrived.error), str(arrived.error), arrived.error.remedy) == (5, kind, "no", "try")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"[]",
        b"null",
        b'{"number": 1}',
        b'{"number": "x", "result": 1}',
        b'{"number": 1, "call": "format", "arguments": {}}',
        b'{"told": "nothing", "detail": {}}',
        b'{"number": 1, "error": "strange", "message": "", "remedy": ""}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_anything_else_is_a_wire_error(line: bytes) -> None:
    with pytest.raises(WireError):
        decode(line)
