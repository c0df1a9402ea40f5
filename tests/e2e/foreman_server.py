"""As much of Foreman as a host asks for: `python -m tests.e2e.foreman_server ADDRESS PORT HOST.json`.

The file has `token`, `mac`, `ip`, `values` and `calls`. /unattended/provision is the template of that kind
(tests/foreman_templates.py), rendered with `values` for whoever has the token and says that MAC, as anaconda does; its
URLs are those of the proxy that asks. /unattended/built makes the calls (tests/foreman_conversation.py) before it is
answered, and the token is spent.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.foreman_conversation import make
from tests.foreman_templates import rendered, templates

_MAC = "X-RHN-Provisioning-MAC-0"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    spent: ClassVar[set[str]] = set()

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        query = {key: said[-1] for key, said in parse_qs(at.query).items()}
        host: dict[str, Any] = json.loads(Path(sys.argv[3]).read_text())  # Any: JSON
        is_known = query.get("token") == host["token"] and self.headers.get("X-Forwarded-For") == host["ip"]
        if not is_known or host["token"] in self.spent or "url" not in query:
            self._answer(404)
        elif at.path == "/unattended/built":
            self._answer(201 if self._built(host) else 500)
        elif at.path == "/unattended/provision" and self._says_its_mac(host):
            urls = {
                f"foreman_url('{word}')": f"{query['url']}/unattended/{word}?token={host['token']}"
                for word in ("built", "failed")
            }
            self._answer(200, rendered(templates()[1], host["values"] | urls).encode())
        else:
            self._answer(404)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def _says_its_mac(self, host: dict[str, Any]) -> bool:  # Any: JSON
        return self.headers.get(_MAC, "").split()[1:] == [host["mac"]]

    def _built(self, host: dict[str, Any]) -> bool:  # Any: JSON
        self.spent.add(host["token"])
        return len(make(host["calls"])) == len(host["calls"]["calls"])

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), _Handler).serve_forever()
