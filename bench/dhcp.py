"""Full DHCP exchanges a second: netipl, dnsmasq and kea-dhcp4, each driven by perfdhcp across a veth pair, in one run.

Repeat: as root on Debian, `python -m bench.dhcp [--rate 4000] [--seconds 10] [--rounds 3]`. It fetches perfdhcp, Kea
and dnsmasq with apt into `.cache/peers` and installs nothing. Every server has one /16, a pool of 65,000 addresses and
its leases on the disk of this repository: netipl in SQLite, synced before every ACK; Kea in its memfile, persistent and
not synced; dnsmasq in its lease file, rewritten as a whole. perfdhcp acts as a relay and makes a new client for every
exchange. A rate that no server reaches shows how each behaves beyond its limit: the rate counted is of complete
exchanges (DISCOVER, OFFER, REQUEST, ACK). CPU is user and system time of the server. A table goes to stderr, JSON to
stdout.
"""

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests import peers
from tests.network_namespaces import DEADLINE, Namespace, eventually, namespaces, veth

REPOSITORY = Path(__file__).parents[1]
SERVER, RELAY = "10.77.0.1", "10.77.0.2"
FIRST, LAST = "10.77.1.0", "10.77.254.255"
RECEIVED = re.compile(r"received packets: ([0-9]+)")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one run of one server gave."""

    server: str
    asked: int
    exchanges_per_second: float
    lost_percent: tuple[float, ...]  # of DISCOVERs and of REQUESTs
    average_ms: tuple[float, ...]
    cpu_seconds: float
    cpu_microseconds: float  # for one exchange


@dataclass(frozen=True, slots=True)
class Contender:
    """`command` makes what it needs in a directory and gives its arguments and environment."""

    name: str
    command: Callable[[Path], tuple[list[str | Path], dict[str, str]]]


_NETIPL = f"""
[server]
state_directory = "."
run_directory = "run"

[networks.bench]
interface = "s0"
subnet = "10.77.0.0/16"
server = "{SERVER}"
relays = ["{RELAY}"]
pools = ["{FIRST}-{LAST}"]
unknown = "pool"
authoritative = true
"""


def netipl(directory: Path) -> tuple[list[str | Path], dict[str, str]]:
    """The whole daemon as it comes: TFTP, HTTP and a line of log for every ACK."""
    settings = directory / "netipl.toml"
    settings.write_text(_NETIPL)
    return [sys.executable, "-m", "netipl.cli.main", "serve", "--config", settings], dict(os.environ)


def dnsmasq(directory: Path) -> tuple[list[str | Path], dict[str, str]]:
    arguments: list[str | Path] = [
        peers.program("dnsmasq-base", "dnsmasq"),
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--port=0",
        "--user=root",
        "--interface=s0",
        "--bind-interfaces",
        "--no-ping",
        "--quiet-dhcp",
        "--dhcp-authoritative",
        "--dhcp-lease-max=70000",
        "--pid-file",
        f"--dhcp-leasefile={directory}/leases",
        f"--dhcp-range={FIRST},{LAST},255.255.0.0,1h",
    ]
    return arguments, peers.environment("dnsmasq-base")


def kea(directory: Path) -> tuple[list[str | Path], dict[str, str]]:
    """In a mount namespace of its own, since its run and state directories are compiled in."""
    configuration = {
        "Dhcp4": {
            "interfaces-config": {"interfaces": ["s0"], "dhcp-socket-type": "raw"},
            "lease-database": {"type": "memfile", "persist": True, "name": str(directory / "leases.csv")},
            "valid-lifetime": 3600,
            "subnet4": [{"id": 1, "subnet": "10.77.0.0/16", "pools": [{"pool": f"{FIRST} - {LAST}"}]}],
            "loggers": [{"name": "kea-dhcp4", "severity": "ERROR", "output_options": [{"output": "stdout"}]}],
        }
    }
    (directory / "kea.json").write_text(json.dumps(configuration))
    script = (
        "mount -t tmpfs none /run && mount -t tmpfs none /var/lib && mkdir -p /run/kea /run/lock/kea /var/lib/kea"
        ' && exec "$0" -c "$1"'
    )
    arguments: list[str | Path] = ["unshare", "--mount", "sh", "-c", script]
    arguments += [peers.program("kea-dhcp4-server", "kea-dhcp4"), directory / "kea.json"]
    cleaner = peers.program("kea-dhcp4-server", "kea-lfc")
    places = {"KEA_LFC_EXECUTABLE": str(cleaner), "KEA_DHCP_DATA_DIR": str(directory)}
    return arguments, peers.environment("kea-dhcp4-server") | places


CONTENDERS = (Contender("netipl", netipl), Contender("dnsmasq", dnsmasq), Contender("kea", kea))


@contextmanager
def served(contender: Contender, server: Namespace) -> Iterator[subprocess.Popen[bytes]]:
    """The server runs and listens on port 67, with its leases in a new directory."""
    with tempfile.TemporaryDirectory(dir=REPOSITORY / ".cache") as name, Path(name, "log").open("w+b") as log:
        arguments, environment = contender.command(Path(name))
        with server.running(*arguments, output=log, env=environment) as process:
            try:
                eventually(lambda: listens(server, process), f"{contender.name} listens")
            except AssertionError:
                sys.stderr.write(Path(log.name).read_text())
                raise
            yield process


def listens(server: Namespace, process: subprocess.Popen[bytes]) -> bool:
    """Whether the server has its port: as a UDP socket, or, for Kea, as a packet socket beside it."""
    if process.poll() is not None:
        raise AssertionError("the server ended")
    sockets = server.run("cat", "/proc/net/udp").stdout.splitlines()[1:]
    return any(line.split()[1].endswith(":0043") for line in sockets)


def measure(contender: Contender, server: Namespace, client: Namespace, rate: int, seconds: int) -> Result:
    with served(contender, server) as process:
        before = cpu_seconds(process.pid)
        done = client.run(
            peers.program("kea-admin", "perfdhcp"),
            *("-4", "-l", "c0", "-r", str(rate), "-R", "65000", "-p", str(seconds), "-W", "1000000", SERVER),
            env=peers.environment("kea-admin"),
            check=False,  # it exits with 3 when a packet was lost
            timeout=seconds + DEADLINE,
        )
        spent = cpu_seconds(process.pid) - before
    received = RECEIVED.findall(done.stdout)
    if len(received) != 2:
        raise RuntimeError(f"perfdhcp: {done.stdout}{done.stderr}")
    completed = int(received[1])
    return Result(
        server=contender.name,
        asked=rate,
        exchanges_per_second=completed / seconds,  # its own figure counts the last second's wait too
        lost_percent=tuple(map(float, re.findall(r"drops ratio: ([0-9.]+)", done.stdout))),
        average_ms=tuple(map(float, re.findall(r"avg delay: ([0-9.]+)", done.stdout))),
        cpu_seconds=round(spent, 2),
        cpu_microseconds=round(spent / max(completed, 1) * 1e6, 1),
    )


def cpu_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / _TICKS


def table(results: list[Result]) -> str:
    """One line a server: the medians of its rounds, and the ratio of its rate to netipl's."""
    rates = {
        contender.name: [result.exchanges_per_second for result in results if result.server == contender.name]
        for contender in CONTENDERS
    }
    ours = statistics.median(rates["netipl"])
    lines = [f"{'server':10}{'exchanges/s':>12}{'min':>9}{'max':>9}{'CPU us each':>13}{'netipl is':>14}"]
    for name, measured in rates.items():
        median = statistics.median(measured)
        ratio = f"{ours / median:.2f} times" if median else "-"
        spent = statistics.median(result.cpu_microseconds for result in results if result.server == name)
        lines.append(f"{name:10}{median:12.0f}{min(measured):9.0f}{max(measured):9.0f}{spent:13.0f}{ratio:>14}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rate", type=int, default=4000, help="exchanges a second that perfdhcp begins")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        parser.error("namespaces need root, and unshare of util-linux")
    results = []
    with namespaces("s", "c") as (server, client):
        veth(server, "s0", f"{SERVER}/16", client, "c0", f"{RELAY}/16")
        for _ in range(arguments.rounds):
            for contender in CONTENDERS:
                results.append(measure(contender, server, client, arguments.rate, arguments.seconds))
                sys.stderr.write(f"{results[-1]}\n")
    sys.stderr.write(f"{table(results)}\n")
    machine = {"machine": platform.machine(), "cpus": os.cpu_count(), "kernel": platform.release()}
    sys.stdout.write(json.dumps({**machine, "results": [asdict(result) for result in results]}, indent=1) + "\n")


if __name__ == "__main__":
    main()
