"""A web server on loopback, in a thread, that answers as a function says, and remembers what it was asked."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; names of headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


Answer = Callable[[Asked], tuple[int, object]]
"""A status, and what is sent as JSON."""


@dataclass
class AnsweringServer:
    """`ahead` is how far its clock is."""

    answer: Answer
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    ahead: timedelta = timedelta(0)
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


@contextmanager
def answering(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[AnsweringServer]:
    """Until the end of the context."""
    made = AnsweringServer(answer, scheme="http" if tls is None else "https")

    class Handler(_Handler):
        server_of = made

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.port = server.server_address[1]
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: AnsweringServer

    def log_message(self, *_: object) -> None: ...

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(datetime.now(UTC) + self.server_of.ahead, usegmt=True)

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        headers = {name.lower(): text for name, text in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body)
        self.server_of.asked.append(asked)
        status, document = self.server_of.answer(asked)
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - as http.server has it
