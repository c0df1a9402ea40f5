"""Consoles of domains, each opened as the domain starts and before it runs, where netipl starts it; read until it ends.

A console that somebody else has open is never taken from them: it is tried again until they have left it. libvirt
calls back in the thread of its event loop, where what was printed is read; it is told a few times in a second.
"""

import os
import threading
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, sleep, time
from typing import Final

from netipl.errors import ConflictError, UnavailableError
from netipl.integrations.libvirt.console import TAKEN
from netipl.integrations.libvirt.worker.calls import Arguments, Handler
from netipl.integrations.libvirt.worker.console_feed import ConsoleFeed
from netipl.integrations.libvirt.worker.host import Host, Libvirt
from netipl.integrations.libvirt.worker.protocol import Call, Json, Notice, Told

_GATHERED: Final = 0.05
"""Seconds for which what is printed is gathered."""
_AGAIN: Final = 5.0
"""Seconds after which a console that could not be opened is tried again."""
_AT_ONCE: Final = 256 * 1024
_READS: Final = 16
"""In one call back, so that other consoles have their turn."""
_MOST_UNSENT: Final = 1 << 20
_WOULD_BLOCK: Final = -2
_KEYS_WITHIN: Final = 5.0

_BUSY: Final = "Active console session exists"


@dataclass(slots=True)
class _Open:
    connection: Libvirt
    stream: Libvirt
    feed: ConsoleFeed


class Consoles:
    """Of the domains of `host` that are wanted, by their UUIDs."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._lock = threading.Condition()
        self._wanted = frozenset[str]()
        self._open: dict[str, _Open] = {}
        self._opening = set[str]()
        self._why_not: dict[str, str] = {}
        self._printed = threading.Event()
        host.happened.append(self._happened)
        threading.Thread(target=self._run, name="consoles", daemon=True).start()

    @property
    def handlers(self) -> Mapping[Call, Handler]:
        return {Call.CONSOLES: self._want, Call.CONSOLE_RAW: self._want_raw, Call.CONSOLE_KEYS: self._type}

    # what the daemon asks

    def _want(self, _: Host, arguments: Arguments) -> Json:
        with self._lock:
            self._wanted = frozenset(arguments["uuids"])
            self._host.paused[:] = [self._open_one] if self._wanted else []  # who pauses nothing needs no driver for it
            unwanted = [self._open.pop(uuid) for uuid in self._open.keys() - self._wanted]
            self._why_not.clear()
        for console in unwanted:
            self._close(console)
        self._open_missing()

    def _want_raw(self, _: Host, arguments: Arguments) -> Json:
        with self._lock:
            self._of(arguments).feed.wants_raw = bool(arguments["wanted"])

    def _type(self, _: Host, arguments: Arguments) -> Json:
        """All of it, or as much as the guest takes."""
        with self._lock:
            stream = self._of(arguments).stream
        keys, until = b64decode(arguments["keys"]), monotonic() + _KEYS_WITHIN
        while keys:
            sent = stream.send(keys)
            if sent > 0:
                keys = keys[sent:]
            elif monotonic() > until:
                raise UnavailableError("its guest takes no more keys", remedy="see whether the guest runs")
            else:
                sleep(0.01)

    def _of(self, arguments: Arguments) -> _Open:
        uuid = arguments["uuid"]
        if uuid not in self._open:
            why = self._why_not.get(uuid, "its machine is not running")
            raise ConflictError(f"its console is not open: {why}", remedy="start the guest: netipl guest start")
        return self._open[uuid]

    # what libvirt tells

    def _happened(self, domain: Libvirt, event: str) -> None:
        if event in {"started", "resumed"}:
            self._open_one(domain)
        elif event == "stopped":
            with self._lock:
                self._why_not.pop(domain.UUIDString(), None)

    def _readable(self, stream: Libvirt, _: int, uuid: str) -> None:
        """In the thread of libvirt's event loop."""
        with self._lock:
            console = self._open.get(uuid)
        if console is None or console.stream is not stream:
            return
        try:
            for _ in range(_READS):
                data = stream.recv(_AT_ONCE)
                if data == _WOULD_BLOCK:
                    return
                if not data:
                    break
                with self._lock:
                    console.feed.read(data, monotonic())
                self._printed.set()
            else:
                return
        except self._host.binding.libvirtError:
            pass  # its end, however it came
        self._ended(uuid, console)

    def _ended(self, uuid: str, console: _Open) -> None:
        with self._lock:
            if self._open.get(uuid) is not console:
                return
            del self._open[uuid]
            printed = console.feed.take(monotonic() + 1, time())
        if printed is not None:
            self._host.tell(Notice(Told.CONSOLE, printed.to_json()))
        self._close(console)
        self._host.tell(Notice(Told.CONSOLE_CLOSED, {"uuid": uuid, "reason": ""}))

    # opening

    def _open_missing(self) -> None:
        """Of all that run."""
        with self._lock:
            missing = self._wanted - self._open.keys()
        for uuid in missing:
            with suppress(self._host.binding.libvirtError, UnavailableError):
                domain = self._host.connection.lookupByUUIDString(uuid)
                if domain.isActive():
                    self._open_one(domain)

    def _open_one(self, domain: Libvirt) -> None:
        """It is open then, or cannot be: whoever does it first. The lock is not held while libvirt is asked."""
        uuid = domain.UUIDString()
        with self._lock:
            self._lock.wait_for(lambda: uuid not in self._opening)
            if uuid not in self._wanted or uuid in self._open:
                return
            self._opening.add(uuid)
        try:
            self._opened(uuid, domain)
        except self._host.binding.libvirtError as error:
            self._cannot(uuid, TAKEN if _BUSY in str(error) else str(error))
        finally:
            with self._lock:
                self._opening.discard(uuid)
                self._lock.notify_all()

    def _opened(self, uuid: str, domain: Libvirt) -> None:
        binding = self._host.binding
        has_not_run = domain.state()[0] == binding.VIR_DOMAIN_PAUSED
        connection = domain.connect()
        stream = connection.newStream(binding.VIR_STREAM_NONBLOCK)
        domain.openConsole(None, stream, 0)
        with self._lock:
            self._why_not.pop(uuid, None)
            self._open[uuid] = _Open(connection, stream, ConsoleFeed(uuid, monotonic()))
        self._host.tell(Notice(Told.CONSOLE_OPENED, {"uuid": uuid, "is_whole": has_not_run, "at": time()}))
        watched = binding.VIR_STREAM_EVENT_READABLE | binding.VIR_STREAM_EVENT_HANGUP | binding.VIR_STREAM_EVENT_ERROR
        stream.eventAddCallback(watched, self._readable, uuid)

    def _cannot(self, uuid: str, why: str) -> None:
        """Told once for each reason."""
        if self._why_not.get(uuid) != why:
            self._why_not[uuid] = why
            self._host.tell(Notice(Told.CONSOLE_CLOSED, {"uuid": uuid, "reason": why}))

    def _close(self, console: _Open) -> None:
        with suppress(self._host.binding.libvirtError):
            console.stream.eventRemoveCallback()
        with suppress(self._host.binding.libvirtError):
            console.stream.abort()

    # telling

    def _run(self) -> None:
        """For good, in a thread of its own."""
        try:
            self._tell()
        finally:
            os._exit(1)  # without it nothing would be heard of any console

    def _tell(self) -> None:
        tried = monotonic()
        while True:
            if self._printed.wait(_AGAIN / 10):
                self._printed.clear()
                sleep(_GATHERED)
            if self._host.unsent() > _MOST_UNSENT:  # the daemon is behind: what is printed waits here, within a limit
                self._printed.set()
                continue
            with self._lock:
                consoles = dict(self._open)
                printed = [console.feed.take(monotonic(), time()) for console in consoles.values()]
            for each in printed:
                if each is not None:
                    self._host.tell(Notice(Told.CONSOLE, each.to_json()))
            for uuid, console in consoles.items():
                if console.connection is not self._host.current:
                    self._ended(uuid, console)
            if monotonic() - tried > _AGAIN:
                tried = monotonic()
                self._open_missing()
