"""Consoles in the worker, with a libvirt of our own: opened before a domain runs, left to others, opened again."""

import queue
import threading
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from netipl.errors import ConflictError
from netipl.integrations.libvirt.console import TAKEN, Printed
from netipl.integrations.libvirt.worker import consoles as worker_consoles
from netipl.integrations.libvirt.worker.consoles import Consoles
from netipl.integrations.libvirt.worker.host import Host
from netipl.integrations.libvirt.worker.protocol import Call, Notice, Told

DEADLINE = 60.0
UUID = "bbb4f52a-c2fa-4016-af72-c4ea0d422cbe"


class LibvirtError(Exception):
    """As libvirt raises it."""


class Binding:
    """The names of libvirt that consoles need."""

    libvirtError = LibvirtError  # noqa: N815 - its name there
    VIR_STREAM_NONBLOCK = VIR_STREAM_EVENT_READABLE = 1
    VIR_STREAM_EVENT_ERROR = 4
    VIR_STREAM_EVENT_HANGUP = 8
    VIR_DOMAIN_PAUSED = 3
    VIR_DOMAIN_CONSOLE_FORCE = 1


class Stream:
    """`printed` is what comes of it, b"" for its end; `typed` what was sent, three bytes at a time."""

    def __init__(self) -> None:
        self.printed: list[bytes] = []
        self.typed = b""
        self.is_aborted = False
        self._call: Callable[..., None] | None = None

    def eventAddCallback(self, _: int, call: Callable[..., None], opaque: object) -> None:  # noqa: N802
        self._call = call
        self._opaque = opaque

    def eventRemoveCallback(self) -> None:  # noqa: N802
        self._call = None

    def prints(self, *pieces: bytes) -> None:
        self.printed += pieces
        assert self._call is not None
        self._call(self, Binding.VIR_STREAM_EVENT_READABLE, self._opaque)

    def recv(self, _: int) -> bytes | int:
        return self.printed.pop(0) if self.printed else -2

    def send(self, keys: bytes) -> int:
        self.typed += keys[:3]
        return len(keys[:3])

    def abort(self) -> None:
        self.is_aborted = True


class Domain:
    """One that libvirt has; `refusal` is why its console may not be opened."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.is_paused = False
        self.active = True
        self.refusal = ""
        self.streams: list[Stream] = []
        self.is_opening, self.may_open = threading.Event(), threading.Event()
        self.may_open.set()

    def connect(self) -> Any:
        return self.connection

    def UUIDString(self) -> str:  # noqa: N802
        return UUID

    def isActive(self) -> bool:  # noqa: N802
        return self.active

    def state(self) -> tuple[int, int]:
        return (Binding.VIR_DOMAIN_PAUSED if self.is_paused else 1), 0

    def openConsole(self, _: object, stream: Stream, flags: int) -> None:  # noqa: N802
        self.is_opening.set()
        assert self.may_open.wait(DEADLINE)
        if self.refusal and not flags & Binding.VIR_DOMAIN_CONSOLE_FORCE:
            raise LibvirtError(self.refusal)
        self.streams.append(stream)


class Connection:
    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        domain.connection = self

    def newStream(self, _: int) -> Stream:  # noqa: N802
        return Stream()

    def lookupByUUIDString(self, _: str) -> Domain:  # noqa: N802
        return self._domain


class Bench:
    def __init__(self) -> None:
        self.notices: queue.Queue[Notice] = queue.Queue()
        self.domain = Domain()
        self.host = Host(Binding, "fake:///", self.notices.put)
        self.host.current = Connection(self.domain)
        self.consoles = Consoles(self.host)

    def ask(self, call: Call, **arguments: Any) -> None:
        self.consoles.handlers[call](self.host, arguments)

    def next(self, told: Told) -> dict[str, Any]:
        while (notice := self.notices.get(timeout=DEADLINE)).told is not told:
            pass
        return dict(notice.detail)

    @property
    def stream(self) -> Stream:
        return self.domain.streams[-1]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def wanted(bench: Bench) -> Bench:
    bench.ask(Call.CONSOLES, uuids=[UUID])
    return bench


def test_one_that_runs_is_opened_when_it_is_wanted_and_may_lack_its_first_lines(bench: Bench) -> None:
    assert not wanted(bench).next(Told.CONSOLE_OPENED)["is_whole"]


def test_one_that_is_started_is_opened_before_it_runs(bench: Bench) -> None:
    bench.domain.active = False
    wanted(bench)
    assert not bench.domain.streams
    bench.domain.active = bench.domain.is_paused = True
    for paused in bench.host.paused:
        paused(bench.domain)
    assert len(bench.domain.streams) == 1
    assert bench.next(Told.CONSOLE_OPENED)["is_whole"]
    for happened in bench.host.happened:
        happened(bench.domain, "started")
    assert len(bench.domain.streams) == 1


def test_one_that_nobody_wants_is_left_alone(bench: Bench) -> None:
    for paused in bench.host.paused:
        paused(bench.domain)
    assert not bench.domain.streams


def test_one_that_is_wanted_no_more_is_closed(bench: Bench) -> None:
    wanted(bench).ask(Call.CONSOLES, uuids=[])
    assert bench.stream.is_aborted


def test_what_is_printed_is_told(bench: Bench) -> None:
    wanted(bench).stream.prints(b"one\r\n", b"two\r\n")
    printed = Printed.of_json(bench.next(Told.CONSOLE))
    assert "".join(piece.text for piece in printed.pieces) == "one\r\ntwo\r\n"


def test_a_daemon_that_is_behind_is_told_later_and_all_of_it(bench: Bench) -> None:
    behind = threading.Event()
    bench.host.unsent = lambda: 0 if behind.is_set() else 2 << 20
    wanted(bench).next(Told.CONSOLE_OPENED)
    bench.stream.prints(b"one\r\n")
    bench.stream.prints(b"two\r\n")
    assert bench.notices.empty()
    behind.set()
    assert Printed.of_json(bench.next(Told.CONSOLE)).pieces[0].text == "one\r\ntwo\r\n"


def test_and_so_is_its_end_behind_its_last_words(bench: Bench) -> None:
    wanted(bench).stream.prints(b"last wor", b"")
    assert Printed.of_json(bench.next(Told.CONSOLE)).pieces[0].text == "last wor"
    assert bench.next(Told.CONSOLE_CLOSED)["reason"] == ""
    assert bench.stream.is_aborted


def test_one_that_somebody_else_has_is_tried_again_and_never_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_consoles, "_AGAIN", 0.1)
    bench = Bench()
    bench.domain.refusal = "operation failed: Active console session exists for this domain"
    wanted(bench)
    assert bench.next(Told.CONSOLE_CLOSED)["reason"] == TAKEN
    bench.domain.refusal = ""
    assert bench.next(Told.CONSOLE_OPENED)
    assert bench.notices.empty()  # it was told once


def test_bytes_are_told_while_they_are_wanted(bench: Bench) -> None:
    wanted(bench).ask(Call.CONSOLE_RAW, uuid=UUID, wanted=True)
    bench.stream.prints(b"\x1b[31mred\r\n")
    assert Printed.of_json(bench.next(Told.CONSOLE)).raw == b"\x1b[31mred\r\n"


def test_keys_are_sent_to_the_last(bench: Bench) -> None:
    wanted(bench).ask(Call.CONSOLE_KEYS, uuid=UUID, keys=b64encode(b"poweroff\r").decode())
    assert bench.stream.typed == b"poweroff\r"


def test_where_no_console_is_open_it_says_why(bench: Bench) -> None:
    bench.domain.refusal = "cannot find console device '<null>'"
    wanted(bench)
    with pytest.raises(ConflictError, match="cannot find console device"):
        bench.ask(Call.CONSOLE_KEYS, uuid=UUID, keys="")


def test_those_of_a_connection_that_is_lost_are_opened_again_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_consoles, "_AGAIN", 0.1)
    bench = Bench()
    wanted(bench)
    bench.host.current = Connection(bench.domain)
    bench.next(Told.CONSOLE_CLOSED)
    bench.next(Told.CONSOLE_OPENED)
    assert len(bench.domain.streams) == 2


def test_who_starts_it_waits_until_another_has_opened_it(bench: Bench) -> None:
    """The event that it is started comes while it is still paused; it may not run before its console is open."""
    bench.domain.active = False
    wanted(bench)
    bench.domain.active = bench.domain.is_paused = True
    may_open = bench.domain.may_open
    may_open.clear()
    event = threading.Thread(target=bench.host.happened[0], args=(bench.domain, "started"))
    event.start()
    assert bench.domain.is_opening.wait(DEADLINE)
    resumed = threading.Thread(target=bench.host.paused[0], args=(bench.domain,))
    resumed.start()
    resumed.join(0.2)
    assert resumed.is_alive()
    may_open.set()
    resumed.join(DEADLINE)
    assert len(bench.domain.streams) == 1


def test_many_that_start_at_once_are_opened_once(bench: Bench) -> None:
    bench.domain.active = False
    wanted(bench)
    bench.domain.active = True
    threads = [
        threading.Thread(target=happened, args=(bench.domain, "started"))
        for happened in bench.host.happened
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bench.domain.streams) == 1
