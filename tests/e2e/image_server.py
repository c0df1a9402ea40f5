"""A directory by HTTP with ranges and entity tags: `python -m tests.e2e.image_server DIRECTORY PORT [DIES_AFTER]`.

It ends in the middle of an answer, like a machine whose power fails, when it has sent DIES_AFTER bytes.
"""

import os
import re
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_PIECE = 64 << 10


class _Server(ThreadingHTTPServer):
    directory: Path
    left: int | None = None


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        file = self.server.directory / Path(self.path).name
        size, start = file.stat().st_size, 0
        if found := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")):
            start = int(found[1])
        self.send_response(HTTPStatus.PARTIAL_CONTENT if start else HTTPStatus.OK)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.send_header("ETag", f'"{file.stat().st_mtime_ns}"')
        self.send_header("Content-Length", str(size - start))
        self.end_headers()
        with file.open("rb") as source:
            source.seek(start)
            while piece := source.read(_PIECE):
                self.wfile.write(piece)
                self._count(len(piece))

    def _count(self, sent: int) -> None:
        if self.server.left is not None:
            self.server.left -= sent
            if self.server.left <= 0:
                os._exit(0)


def main() -> None:
    """Serve until killed."""
    server = _Server(("", int(sys.argv[2])), _Handler)
    server.directory = Path(sys.argv[1])
    server.left = int(sys.argv[3]) if len(sys.argv) > 3 else None
    server.serve_forever()


if __name__ == "__main__":
    main()
