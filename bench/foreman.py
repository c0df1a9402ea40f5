"""How long a Smart Proxy takes to answer while Foreman deploys many hosts at once and their boot files come.

Repeat: `python -m bench.foreman [--hosts 200] [--https] [--initrd 64]`. The whole daemon listens on loopback, without
DHCP and TFTP; a mirror in a process of its own sends a kernel and an initrd (MiB) slowly enough for the downloads to
run all the while. curl makes Foreman's calls for a new host (an unused address, validation, a record, four
configurations, two boot files): one after the other, each for all hosts at once and with a connection for each host.
Then the daemon is killed, started anew and asked for everything. A table goes to stderr, JSON to stdout.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from tests.contract.servers.smartproxy.certificates import Authority
from tests.foreman_conversation import Call, Host, make
from tests.network_namespaces import eventually

ADDRESS: Final = "127.0.0.1"
PROXY: Final = 18443
MIRROR: Final = 18001
NETIPL: Final = [sys.executable, "-m", "netipl.cli.main"]
FIRST_MAC: Final = 0x5254_0079_0000
_RATE: Final = 8 << 20
"""Bytes a second of one download."""
_PIECE: Final = 256 << 10

SETTINGS: Final = """
[server]
state_directory = "state"
run_directory = "state/run"
[dhcp]
enabled = false
[tftp]
enabled = false
[http]
enabled = false
[networks.bench]
interface = "lo"
subnet = "10.79.0.0/16"
server = "10.79.0.1"
[foreman]
fetch_from = ["127.0.0.0/8"]
ping = false
"""


def host(number: int) -> Host:
    octets = (FIRST_MAC + number).to_bytes(6, "big")
    return Host(
        name=f"z{number}.example.com",
        mac=octets.hex(":"),
        ip=f"10.79.{1 + number // 200}.{1 + number % 200}",
        network="10.79.0.0",
        next_server="10.79.0.1",
        medium=f"http://{ADDRESS}:{MIRROR}/rh",
    )


class _Mirror(BaseHTTPRequestHandler):
    """`_RATE` a second for each download."""

    protocol_version = "HTTP/1.1"
    size = 64 << 20

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        if not self.path.endswith(".img"):
            self.send_error(404)
            return
        size = self.size if "initrd" in self.path else self.size // 8
        self.send_response(200)
        self.send_header("ETag", '"bench"')
        self.send_header("Content-Length", str(size))
        self.end_headers()
        for _ in range(size // _PIECE):
            self.wfile.write(bytes(_PIECE))
            time.sleep(_PIECE / _RATE)


def mirror(size: int) -> None:
    """Until killed."""
    _Mirror.size = size << 20
    ThreadingHTTPServer((ADDRESS, MIRROR), _Mirror).serve_forever()


def deploy(hosts: int, place: dict[str, str], directory: Path) -> tuple[dict[str, list[float]], int]:
    """Call after call, each for all hosts at once: the seconds that each took, and how many were not as hoped."""
    took: dict[str, list[float]] = defaultdict(list)
    failed = 0
    for calls in zip(*(calls_of(host(number)) for number in range(hosts)), strict=True):
        config = directory / "curl"
        config.write_text("next\n".join(transfer(call, place) for call in calls))
        command = ["curl", "-sS", "-Z", "--parallel-immediate", "--parallel-max", str(hosts), "-K", str(config)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        for line in done.stdout.splitlines():
            status, seconds = line.split()
            took[kind(calls[0])].append(float(seconds))
            failed += int(status) != calls[0].expected
    return took, failed


def calls_of(made: Host) -> list[Call]:
    unused = Call("GET", f"/dhcp/{made.network}/unused_ip?mac={made.mac}")
    return [unused, *made.validate(), *made.create(made.kickstart("inst.repo=http://mirror/rh"))]


def transfer(call: Call, place: dict[str, str]) -> str:
    """A connection of its own."""
    said = {
        "url": place["url"] + call.path,
        "request": call.method,
        "header": "Connection: close",
        "output": "/dev/null",
        "write-out": "%{http_code} %{time_total}\\n",
    }
    if call.body is not None:
        said["data-raw"] = call.body.decode()
    for key, option in (("certificate", "cert"), ("key", "key"), ("authority", "cacert")):
        if key in place:
            said[option] = place[key]
    return "".join(f'{option} = "{text}"\n' for option, text in said.items())


def kind(call: Call) -> str:
    """For the table."""
    parts = call.path.partition("?")[0].strip("/").split("/")
    if parts[0] == "dhcp":
        return f"{call.method} /dhcp/{parts[2] if len(parts) > 2 else 'record'}"
    return f"{call.method} /tftp/{parts[1] if len(parts) == 2 else 'configuration'}"


@contextmanager
def running(*command: str | Path, cwd: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([*map(str, command)], cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def answers(place: dict[str, str]) -> bool:
    try:
        [found] = make({"place": place, "calls": [_get("/features")]})
    except OSError:
        return False
    return bool(found["status"] == 200)


def _get(path: str) -> dict[str, Any]:
    return {"method": "GET", "path": path, "body": None, "expected": 200}


def measure(hosts: int, initrd: int, *, https: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="netipl-bench-") as name:
        directory = Path(name)
        place = settings(directory, https=https)
        config = directory / "netipl.toml"
        serve: list[str | Path] = [*NETIPL, "serve", "--config", config]
        with running(sys.executable, "-m", "bench.foreman", "--mirror", str(initrd)):
            with running(*serve) as daemon:
                eventually(lambda: answers(place), "it answers")
                began, used = time.monotonic(), cpu(daemon.pid)
                took, failed = deploy(hosts, place, directory)
                seconds, used = time.monotonic() - began, cpu(daemon.pid) - used
            with running(*serve):  # the one before was killed
                eventually(lambda: answers(place), "it answers again")
                lost = missing(hosts, place)
        told = {"hosts": hosts, "https": https, "seconds": seconds, "cpu": used, "lost": lost}
        return {**told, "failed": failed, "took": took}


def cpu(pid: int) -> float:
    """Seconds that the process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def settings(directory: Path, *, https: bool) -> dict[str, str]:
    """Written; how the proxy is reached."""
    if not https:
        text = f'http = "{ADDRESS}:{PROXY}"\ninsecure = true\n'
        (directory / "netipl.toml").write_text(SETTINGS + text)
        return {"url": f"http://{ADDRESS}:{PROXY}"}
    authority = Authority(directory)
    own = authority.sign("proxy.example.com", alternative=f"IP:{ADDRESS}")
    shown = authority.sign("foreman.example.com")
    keys = {
        "https": f"{ADDRESS}:{PROXY}",
        "tls_certificate": str(own.certificate),
        "tls_key": str(own.key),
        "tls_ca": str(authority.certificate),
    }
    text = "".join(f'{key} = "{said}"\n' for key, said in keys.items())
    (directory / "netipl.toml").write_text(f'{SETTINGS}{text}trusted_hosts = ["foreman.example.com"]\n')
    return {
        "url": f"https://{ADDRESS}:{PROXY}",
        "certificate": str(shown.certificate),
        "key": str(shown.key),
        "authority": str(authority.certificate),
    }


def missing(hosts: int, place: dict[str, str]) -> int:
    """How many records and configurations are not there that were acknowledged."""
    count = 0
    for number in range(hosts):
        made = host(number)
        for path in (f"/dhcp/{made.network}/mac/{made.mac}", f"/tftp/PXELinux/{made.mac}", f"/tftp/iPXE/{made.mac}"):
            [found] = make({"place": place, "calls": [_get(path)]})
            count += found["status"] != 200
    return count


def table(found: dict[str, Any]) -> str:
    lines = ["| call | count | median ms | 99th percentile | max |", "|---|---:|---:|---:|---:|"]
    every = [each for took in found["took"].values() for each in took]
    for name, took in [*sorted(found["took"].items()), ("all", every)]:
        cuts = statistics.quantiles(took, n=100)
        cells = (statistics.median(took), cuts[98], max(took))
        lines.append(f"| {name} | {len(took)} | " + " | ".join(f"{1000 * each:.1f}" for each in cells) + " |")
    lines.append(f"{found['seconds']:.1f} s in all, {found['cpu']:.1f} s of the daemon")
    lines.append(f"failed: {found['failed']}; lost: {found['lost']}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--initrd", type=int, default=64)
    parser.add_argument("--https", action="store_true")
    parser.add_argument("--mirror", type=int)
    options = parser.parse_args()
    if options.mirror is not None:
        mirror(options.mirror)
    else:
        found = measure(options.hosts, options.initrd, https=options.https)
        sys.stderr.write(table(found) + "\n")
        sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
