"""TFTP against dnsmasq, tftpd-hpa and atftpd on loopback: server CPU seconds per GB, and throughput.

To repeat, as root on a quiet machine with two cores, with Debian's package lists at hand (the peers are unpacked, not
installed): `python -m bench.tftp --rounds 5 --json FILE`. The servers share the first core, one running at a time, and
the load (tftp_load.py: lock-step clients with blksize 1428, as the firmware) has the second. All servers run in turn
within a round, so that their ratios come from the same minutes; the table shows medians over the rounds.
`--whole --seconds 3600` has 1000 clients fetch a file of 100 MB from netipl alone (100 GB: about ten minutes), and
shows the peak memory of all its processes.
"""

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tests import peers

HERE = Path(__file__).parent

SIZES = {1: 40_000_000, 16: 6_000_000, 128: 1_500_000, 1000: 200_000}
"""Bytes of the file for so many clients: a second or two each."""


@dataclass(frozen=True)
class Server:
    """`command` of (directory of files, address, scratch directory)."""

    name: str
    command: Callable[[str, str, str], list[str]]
    package: str | None = None


SERVERS = (
    Server(
        "netipl",
        lambda root, address, scratch: [
            sys.executable,
            str(HERE / "tftp_server.py"),
            *(root, address, "69", "1", scratch),
        ],
    ),
    Server(
        "dnsmasq",
        lambda root, address, _: [
            *(str(peers.program("dnsmasq-base", "dnsmasq")), "-k", "-C", "/dev/null", "--port=0", "--enable-tftp"),
            *(f"--tftp-root={root}", "--tftp-max=2000", f"--listen-address={address}", "--bind-interfaces"),
            *("--user=root", "--pid-file="),
        ],
        "dnsmasq-base",
    ),
    Server(
        "tftpd-hpa",
        lambda root, address, _: [
            *(str(peers.program("tftpd-hpa", "in.tftpd")), "-L", "-u", "root", "-a", f"{address}:69", "-s", root)
        ],
        "tftpd-hpa",
    ),
    Server(
        "atftpd",
        lambda root, address, _: [
            *(str(peers.program("atftpd", "atftpd")), "--daemon", "--no-fork", "--user", "root", "--group", "root"),
            *("--bind-address", address, "--port", "69", "--maxthread", "2000", "--logfile", "/dev/null", root),
        ],
        "atftpd",
    ),
)


@dataclass(frozen=True)
class Figure:
    """One measurement: `cpu` in seconds per GB, `rate` in MB/s, `memory` the peak of all processes in MB."""

    server: str
    clients: int
    cpu: float
    rate: float
    failed: int
    unfinished: int
    repeated: int
    memory: float


def main() -> None:
    """Measures, and prints the table; JSON goes to the file asked for."""
    arguments = _arguments()
    clients = [1000] if arguments.whole else arguments.clients
    names = ["netipl"] if arguments.whole else arguments.servers
    servers = [server for server in SERVERS if server.name in names]
    figures = []
    with tempfile.TemporaryDirectory() as root:
        Path(root).chmod(0o755)
        for count in clients:
            size = 100_000_000 if arguments.whole else SIZES[count]
            Path(root, "file").write_bytes(os.urandom(1 << 20) * (size // (1 << 20)) + bytes(size % (1 << 20)))
            for _ in range(1 if arguments.whole else arguments.rounds):
                figures += [
                    _measure(server, index, root, count, size, arguments.seconds)
                    for index, server in enumerate(servers)
                ]
    _print_table(figures, clients)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clients", type=int, nargs="+", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--seconds", type=float, default=60.0, help="a run ends then, finished or not")
    parser.add_argument("--servers", nargs="+", default=[server.name for server in SERVERS])
    return parser.parse_args()


def _measure(server: Server, index: int, root: str, clients: int, size: int, seconds: float) -> Figure:
    address = f"127.0.0.{index + 10}"
    with _accounted() as group, _running(server, root, address, group) as process:
        before = _cpu(group)
        load = subprocess.run(
            [
                *("taskset", "-c", _cores()[1], sys.executable, HERE / "tftp_load.py"),
                *(address, "69", "file", str(size), str(clients), str(seconds)),
            ],
            check=True,
            capture_output=True,
            text=True,
        )
        spent = _cpu(group) - before
        memory = _memory(process.pid)
    result = json.loads(load.stdout)
    moved = max(result["bytes"], 1)
    return Figure(
        server=server.name,
        clients=clients,
        cpu=spent / (moved / 1e9),
        rate=moved / result["seconds"] / 1e6,
        failed=result["failed"],
        unfinished=result["unfinished"],
        repeated=result["repeated"],
        memory=memory,
    )


@contextmanager
def _running(server: Server, root: str, address: str, group: Path) -> Iterator["subprocess.Popen[bytes]"]:
    environment = None if server.package is None else peers.environment(server.package)
    with tempfile.TemporaryDirectory() as scratch:
        process = subprocess.Popen(
            [
                *("sh", "-c", 'echo $$ > "$1/cgroup.procs"; core=$2; shift 2; exec taskset -c "$core" "$@"', "sh"),
                *(str(group), _cores()[0], *server.command(root, address, scratch)),
            ],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_until_served(address)
            yield process
        finally:
            process.terminate()
            process.wait()


def _wait_until_served(address: str) -> None:
    """Fetches the beginning of the file until there is an answer."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.2)
            client.sendto(b"\0\1none\0octet\0", (address, 69))
            try:
                client.recv(1024)
            except OSError:
                continue
            return
    raise SystemExit(f"no server answers at {address}")


def _tree(pid: int) -> list[int]:
    found = [pid]
    with suppress(FileNotFoundError, ProcessLookupError):  # it ends while we look
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _tree(int(child))
    return found


@contextmanager
def _accounted() -> Iterator[Path]:
    """A control group whose processes are counted together, those that have ended too: tftpd-hpa waits for nobody."""
    name = f"netipl-bench-{os.getpid()}"
    for parent in (Path("/sys/fs/cgroup/cpuacct"), Path("/sys/fs/cgroup")):
        if (parent / "cgroup.procs").exists():
            (parent / name).mkdir()
            try:
                yield parent / name
            finally:
                _remove(parent / name)
            return
    raise SystemExit("control groups are needed to count the time of all processes of a server")


def _remove(group: Path) -> None:
    """With what still runs in it: children of a server, and workers that wait for the daemon to come back."""
    deadline = time.monotonic() + 20
    while (left := (group / "cgroup.procs").read_text().split()) and time.monotonic() < deadline:
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.05)
    group.rmdir()


def _cpu(group: Path) -> float:
    """Seconds, user and system, of all that ran in `group`."""
    if (group / "cpuacct.usage").exists():
        return int((group / "cpuacct.usage").read_text()) / 1e9
    return int((group / "cpu.stat").read_text().split()[1]) / 1e6


def _memory(pid: int) -> float:
    """MB: the sum of the peaks of all processes."""
    peaks = 0
    for each in _tree(pid):
        with suppress(FileNotFoundError, ProcessLookupError):
            status = Path(f"/proc/{each}/status").read_text().splitlines()
            peaks += sum(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    return peaks / 1024


def _cores() -> list[str]:
    cores = sorted(os.sched_getaffinity(0))
    return [str(cores[0]), str(cores[1 % len(cores)])]


def _print_table(figures: list[Figure], clients: list[int]) -> None:
    print("| clients | server | CPU s/GB | netipl/it | MB/s | netipl/it | failed | unfinished | repeated | memory MB |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for count in clients:
        ours = [figure for figure in figures if figure.clients == count and figure.server == "netipl"]
        for server in SERVERS:
            theirs = [figure for figure in figures if figure.clients == count and figure.server == server.name]
            if theirs:
                print(_row(count, server.name, ours, theirs))


def _row(count: int, name: str, ours: list[Figure], theirs: list[Figure]) -> str:
    cpu = statistics.median(our.cpu / max(their.cpu, 1e-9) for our, their in zip(ours, theirs, strict=True))
    rate = statistics.median(our.rate / their.rate for our, their in zip(ours, theirs, strict=True))
    cells = (
        f"{statistics.median(figure.cpu for figure in theirs):.2f}",
        f"{cpu:.2f}",
        f"{statistics.median(figure.rate for figure in theirs):.1f}",
        f"{rate:.2f}",
        str(sum(figure.failed for figure in theirs)),
        str(sum(figure.unfinished for figure in theirs)),
        str(sum(figure.repeated for figure in theirs)),
        f"{max(figure.memory for figure in theirs):.0f}",
    )
    return f"| {count} | {name} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
