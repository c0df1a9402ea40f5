"""A mirror on the loopback interface, as a process of its own, that misbehaves where it is told to.

`python tests/mirror_server.py DIRECTORY` serves the files beneath it, with ranges and ETags, and prints its port. PUT
to /behaviour/PATH says, in JSON, what becomes of the next requests for PATH; GET /asked tells what was asked so far.
"""

import hashlib
import json
import subprocess
import sys
import threading
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

DEADLINE = 60


@dataclass(frozen=True)
class MirrorServer:
    """The running process, as a test sees it."""

    root: Path
    port: int

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def put(self, path: str, data: bytes) -> bytes:
        """A file; what it holds."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        return data

    def behave(self, path: str, *ways: dict[str, Any]) -> None:
        """The next requests for `path` are answered in these ways, and those after them well.

        `status`; `location` of a redirect; `cut` after so many bytes; `whole` in spite of a range; `shift`: bytes by
        which a range is another than asked for; `wrong`: other bytes; `etag`; `encoding`; `hold` until it is released.
        """
        self._ask(f"behaviour/{path}", json.dumps(ways).encode())

    def release(self) -> None:
        """What is held goes on."""
        self._ask("release", b"")

    def asked(self, path: str) -> list[dict[str, str]]:
        """The headers of the requests for `path` so far, in order."""
        with urllib.request.urlopen(self.url("asked"), timeout=DEADLINE) as response:
            return [headers for asked, headers in json.load(response) if asked == f"/{path}"]

    def _ask(self, path: str, data: bytes) -> None:
        request = urllib.request.Request(self.url(path), data, method="PUT")
        urllib.request.urlopen(request, timeout=DEADLINE).close()


@contextmanager
def mirror_server(root: Path) -> Iterator[MirrorServer]:
    """From its word that it listens to the end of the block."""
    command = [sys.executable, __file__, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield MirrorServer(root, int(process.stdout.readline()))
        finally:
            process.kill()


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None: ...

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/release":
            self.server.released.set()
        else:
            self.server.ways[self.path.removeprefix("/behaviour")] = json.loads(data)
        self._send(204, b"")

    def do_GET(self) -> None:
        if self.path == "/asked":
            self._send(200, json.dumps(self.server.asked).encode())
            return
        path = unquote(self.path)
        ways = self.server.ways[path]
        way = ways.pop(0) if ways else {}
        self.server.asked.append((path, dict(self.headers.items())))
        if "location" in way:
            self._send(302, b"", Location=way["location"])
        elif "status" in way:
            self._send(way["status"], b"no", **way.get("headers", {}))
        else:
            self._file(way)

    def _file(self, way: dict[str, Any]) -> None:
        place = self.server.root / unquote(self.path).lstrip("/")
        if not place.is_file():
            self._send(404, b"there is no such file")
            return
        data = bytes(way["wrong"], "ascii") * place.stat().st_size if "wrong" in way else place.read_bytes()
        etag = way.get("etag", f'"{hashlib.md5(data).hexdigest()}"')
        fields = {"ETag": etag} if etag else {}
        fields |= {"Content-Encoding": way["encoding"]} if "encoding" in way else {}
        if etag and self.headers.get("If-None-Match") == etag:
            self._send(304, b"")
            return
        asked_for, size, start = self.headers.get("Range"), len(data), 0
        is_same = self.headers.get("If-Range") in {None, etag}
        if asked_for and is_same and not way.get("whole"):
            start = int(asked_for.removeprefix("bytes=").rstrip("-")) + way.get("shift", 0)
            if start >= size:
                self._send(416, b"", **{"Content-Range": f"bytes */{size}"})
                return
            fields["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        self._begin(206 if "Content-Range" in fields else 200, size - start, fields)
        if "cut" in way:
            self.wfile.write(data[start : start + way["cut"]])
            self.wfile.flush()
            if way.get("hold"):
                self.server.released.wait(DEADLINE)
            self.close_connection = True
            return
        self.wfile.write(data[start:])

    def _send(self, status: int, data: bytes, **fields: str) -> None:
        self._begin(status, len(data), fields)
        self.wfile.write(data)

    def _begin(self, status: int, size: int, fields: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(size))
        self.end_headers()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = root
        self.ways: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.released = threading.Event()

    def handle_error(self, *_: object) -> None:
        """A client that goes away is none."""


def main() -> int:
    server = _Server(Path(sys.argv[1]))
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
