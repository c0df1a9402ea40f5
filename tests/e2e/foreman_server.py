"""As much of Foreman as an installed host asks for: `python -m tests.e2e.foreman_server ADDRESS PORT CALLS.json`.

A GET of /unattended/built makes the calls of the file (tests/foreman_conversation.py) before it is answered, as Foreman
does: with the token that was given to the host, and with no other.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.foreman_conversation import make

TOKEN = "d2f1e9b0-1c2d-4e5f-8a9b-0c1d2e3f4a5b"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        query = parse_qs(at.query)
        if at.path != "/unattended/built" or query.get("token") != [TOKEN] or not query.get("url"):
            self._answer(404)
            return
        document = json.loads(Path(sys.argv[3]).read_text())
        found = make(document)
        self._answer(201 if len(found) == len(document["calls"]) else 500)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), _Handler).serve_forever()
