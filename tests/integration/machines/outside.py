"""An outside of our own: `unshare --net python -m tests.integration.machines.outside COMMAND` runs the command in it.

It has a default route that leads nowhere, as NAT programs want one, and a web server with one page.
"""

import http.server
import socketserver
import subprocess
import sys
import threading

from netipl.machines import iproute

ADDRESS, PORT = "198.51.100.1", 8099
PAGE = b"the outside"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""


def main() -> int:
    """Make the outside, run the command in it, and return its exit status."""
    iproute.configure(
        "link set lo up",
        f"address add {ADDRESS}/32 dev lo",
        "link add near type veth peer name far",
        "address add 198.51.100.129/25 dev near",
        "link set near up",
        "link set far up",
        "route add default via 198.51.100.254 dev near",
    )
    with socketserver.TCPServer((ADDRESS, PORT), Page) as server:  # an HTTPServer asks DNS for its name
        threading.Thread(target=server.serve_forever, daemon=True).start()
        status = subprocess.run(sys.argv[1:], check=False).returncode
        server.shutdown()
    return status


if __name__ == "__main__":
    sys.exit(main())
