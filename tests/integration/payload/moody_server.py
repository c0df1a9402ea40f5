"""An HTTP server on loopback that does what it is told for each request: whole answers, and every kind of half one."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

ETAG = '"one"'


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def start(self) -> int:
        """Of the range that is asked for; 0 without one."""
        found = re.match(r"bytes=(\d+)-$", self.headers.get("range", ""))
        return int(found[1]) if found else 0


Reply = Callable[[Request], bytes]
"""All bytes to send; then the connection is closed."""


def status(line: str, *headers: str, body: bytes = b"") -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {line}", *headers, f"Content-Length: {len(body)}", "", ""])
    return head.encode() + body


def whole(data: bytes, etag: str | None = ETAG) -> Reply:
    """A server that knows ranges."""

    def reply(request: Request) -> bytes:
        tags = [f"ETag: {etag}"] if etag else []
        start = request.start
        if start and request.headers.get("if-range", etag) == etag:
            span = f"Content-Range: bytes {start}-{len(data) - 1}/{len(data)}"
            return status("206 Partial Content", span, *tags, body=data[start:])
        return status("200 OK", *tags, body=data)

    return reply


def cut(reply: Reply, count: int) -> Reply:
    """The same, but the connection ends after so many bytes of the body."""

    def shorter(request: Request) -> bytes:
        head, gap, body = reply(request).partition(b"\r\n\r\n")
        return head + gap + body[:count]

    return shorter


def without_ranges(data: bytes) -> Reply:
    return lambda _: status("200 OK", f"ETag: {ETAG}", body=data)


def saying(line: str) -> Reply:
    return lambda _: status(line)


def nothing(_: Request) -> bytes:
    """Closed without an answer."""
    return b""


@dataclass(slots=True)
class MoodyServer:
    """`replies` are used one after the other, the last one for ever."""

    replies: list[Reply]
    port: int
    requests: list[Request] = field(default_factory=list)

    def url(self, path: str = "/image") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, suppress(ConnectionError):
                    request = _read(connection)
                    number = len(self.requests)
                    self.requests.append(request)
                    connection.sendall(self.replies[min(number, len(self.replies) - 1)](request))


@contextmanager
def moody(*replies: Reply) -> Iterator[MoodyServer]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = MoodyServer(list(replies), listening.getsockname()[1])
        thread = threading.Thread(target=server.serve, args=(listening,))
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _read(connection: socket.socket) -> Request:
    data = b""
    while b"\r\n\r\n" not in data and (piece := connection.recv(65536)):
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")) and (piece := connection.recv(65536)):
        body += piece
    method, target, _ = f"{first}  ".split(" ", 2)
    return Request(method, target, headers, body)
