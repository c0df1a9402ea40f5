"""An HTTP server on a Unix socket that answers as the daemon's API does, with documents that were written down.

It runs in a thread of the test. What was asked is kept, and a question that has no answer left is refused.
"""

import json
import socketserver
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

PREFIX = "/api/v1/"


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: Any  # Any: JSON


@dataclass(frozen=True)
class Answer:
    """`events` are sent one after the other, and then the stream ends."""

    json: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    events: tuple[Any, ...] | None = None
    text: str = ""


class Recorded:
    """The last answer of a path is given again and again; each stream once."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[tuple[str, str], list[Answer]] = defaultdict(list)
        self._lock = threading.Lock()

    def on(self, method: str, path: str, *answers: Answer) -> None:
        self._answers[method, path] += answers

    def get(self, path: str, json_: Any, **headers: str) -> None:
        self.on("GET", path, Answer(json=json_, headers=headers))

    def events(self, newest: int, *streams: tuple[Any, ...]) -> None:
        """The newest event when watching begins, and each stream until it is cut."""
        self.get("events", {"items": [{"number": newest}] if newest else []})
        self.on("STREAM", "events", *(Answer(events=each) for each in streams))

    def of(self, method: str, path: str) -> list[Asked]:
        return [each for each in self.asked if (each.method, each.path) == (method, path)]

    def answer(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            left = self._answers[asked.method, asked.path]
            if not left:
                return problem(410, f"nothing more was written down for {asked.method} {asked.path}")
            return left.pop(0) if len(left) > 1 or asked.method == "STREAM" else left[0]


def problem(status: int, detail: str, remedy: str = "") -> Answer:
    body = {"type": "about:blank", "title": "", "status": status, "detail": detail, "remedy": remedy}
    return Answer(json=body, status=status, headers={"Content-Type": "application/problem+json"})


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None: ...

    def address_string(self) -> str:
        return "unix"

    def do_GET(self) -> None:
        self._handle()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names of http.server

    def _handle(self) -> None:
        where = urlsplit(self.path)
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else None
        streams = "text/event-stream" in self.headers.get("Accept", "")
        method = "STREAM" if streams else self.command
        path = where.path.removeprefix(PREFIX)
        found = self.server.recorded.answer(
            Asked(method, path, parse_qs(where.query), dict(self.headers.items()), body)
        )
        if found.events is not None:
            self._stream(found.events)
        else:
            self._whole(found)

    def _whole(self, answer: Answer) -> None:
        body = b"" if answer.json is None else json.dumps(answer.json).encode()
        body = answer.text.encode() or body
        self.send_response(answer.status)
        for name, value in ({"Content-Type": "application/json"} | answer.headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, events: tuple[Any, ...]) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"retry: 1000\n\n:\n\n")
        for each in events:
            data = json.dumps(each)
            self.wfile.write(f"id: {each['number']}\nevent: {each['what']}\ndata: {data}\n\n".encode())


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, socket: Path) -> None:
        self.recorded = Recorded()
        super().__init__(str(socket), _Handler)

    def handle_error(self, *_: object) -> None: ...  # a client that has seen enough goes away


@contextmanager
def serving(socket: Path) -> Iterator[Recorded]:
    with _Server(socket) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.recorded
        finally:
            server.shutdown()
            thread.join()


def guest(name: str = "web1", **more: Any) -> dict[str, Any]:
    """As `GET /guests/{name}` answers."""
    return {
        "name": name,
        "mac": ["52:54:00:13:33:10"],
        "network": "lab",
        "profile": "debian12",
        "status": "registered",
        "origin": "added",
        "leased": None,
        "build": None,
        "boot": None,
    } | more


def build(state: str = "waiting", **more: Any) -> dict[str, Any]:
    return {
        "id": "20261126T080000000-web1",
        "guest": "web1",
        "network": "lab",
        "profile": "debian12",
        "state": state,
        "asked": "2026-11-26T08:00:00Z",
        "by": "user root",
        "expires": "2026-11-26T14:00:00Z",
        "attempts": 1,
        "boot": None,
        "ended": None,
        "cause": "",
        "remedy": "",
    } | more


BOOT = "20261126T080100000-525400133310-deadbeef"


def boot(state: str = "loading", **more: Any) -> dict[str, Any]:
    return {
        "id": BOOT,
        "mac": "52:54:00:13:33:10",
        "xid": 0xDEADBEEF,
        "began": "2026-11-26T08:01:00Z",
        "network": "lab",
        "guest": "web1",
        "state": state,
        "since": "2026-11-26T08:01:01Z",
        "address": "192.0.2.10",
        "purpose": "install",
        "build": "20261126T080000000-web1",
        "rule": None,
        "cause": "",
    } | more


def event(number: int, what: str, detail: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "at": f"2026-11-26T08:01:{number % 60:02}.000500Z",
        "what": what,
        "network": "lab",
        "guest": "web1",
        "boot": BOOT,
        "build": "20261126T080000000-web1",
        "mac": "52:54:00:13:33:10",
        "address": "192.0.2.10",
        "by": "",
        "detail": detail or {},
    } | more
