"""Starts the DHCP server of tests/dhcp_daemon.py in a namespace, and the foreign clients that ask it."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import Any

from tests import peers
from tests.network_namespaces import Namespace, eventually

DAEMON = Path(__file__).parents[3] / "dhcp_daemon.py"
SERVER = "192.0.2.1"
Settings = dict[str, object]
LAB: Settings = {
    "name": "lab",
    "interface": "s0",
    "subnet": "192.0.2.0/24",
    "server": SERVER,
    "pools": ["192.0.2.100-192.0.2.199"],
}


def command(directory: Path, *networks: Settings, database: str | None = None) -> list[str | Path]:
    settings = {"database": database or str(directory / "netipl.db"), "networks": networks or [LAB]}
    return [sys.executable, DAEMON, json.dumps(settings)]


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running server and what it says."""

    process: Popen[bytes]
    log: Path

    def lines(self) -> list[dict[str, Any]]:  # Any: JSON
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def said(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["event"] == event]

    def wait_for(self, event: str, times: int = 1) -> None:
        eventually(lambda: len(self.said(event)) >= times or self.process.poll() is not None, event)
        assert len(self.said(event)) >= times, self.log.read_text()


@contextmanager
def served(namespace: Namespace, directory: Path, *arguments: str | Path, ready: bool = True) -> Iterator[Daemon]:
    """`arguments` as from `command`, whose first is a program; ready and listening unless `ready` is false."""
    log = directory / "daemon.log"
    with log.open("ab") as output, namespace.running(*arguments, output=output) as process:
        daemon = Daemon(process, log)
        if ready:
            daemon.wait_for("ready")
        yield daemon


def udhcpc(client: Namespace, interface: str, directory: Path, *more: str) -> CompletedProcess[str]:
    """Ask once or a few times, as busybox does; the address is told by `address_of`."""
    script = _script(directory, "udhcpc")
    busybox = peers.program("busybox", "busybox")
    return client.run(
        busybox, "udhcpc", "-i", interface, "-f", "-q", "-n", "-s", script, *more, check=False,
        env=peers.environment("busybox"),
    )  # fmt: skip


@contextmanager
def captured(namespace: Namespace, interface: str, directory: Path) -> Iterator[Path]:
    """What passes `interface` to and from DHCP servers, as a growing file of tcpdump."""
    record = directory / "capture.pcap"
    tcpdump = peers.program("tcpdump", "tcpdump")
    options = ("--immediate-mode", "-U", "-Z", "root", "-i", interface, "-w", record, "udp port 67")
    with namespace.running(tcpdump, *options, env=peers.environment("tcpdump")):
        eventually(lambda: record.exists() and record.stat().st_size, "tcpdump captures")
        yield record


def told(directory: Path, client: str, event: str) -> dict[str, str]:
    """What a client's script was given in its environment at `event`; empty before."""
    record = directory / f"{client}.{event}"
    lines = record.read_text().splitlines() if record.exists() else []
    return dict(line.split("=", 1) for line in lines if "=" in line)


def dhclient(client: Namespace, interface: str, directory: Path, *more: str) -> Sequence[str | Path]:
    """The command of ISC's client in the foreground; its script writes down what it is told."""
    return [
        peers.program("isc-dhcp-client", "dhclient"), "-4", "-d", "-v",
        "-sf", _script(directory, "dhclient"), "-lf", directory / "dhclient.leases", "-pf", directory / "dhclient.pid",
        "-cf", "/dev/null", *more, interface,
    ]  # fmt: skip


def _script(directory: Path, client: str) -> Path:
    """A client's script: a file for each event, moved into place when it is whole."""
    path = directory / f"{client}.sh"
    path.write_text(
        "#!/bin/sh\n"
        f"event=${{reason:-$1}}\n"
        f"env > {directory}/{client}.part && mv {directory}/{client}.part {directory}/{client}.$event\n"
    )
    path.chmod(0o755)
    return path
