"""How long the API takes to answer while a guest's console prints: 10,000 lines a second, recorded and shown.

Repeat: `python -m bench.consoles [--lines 10000] [--rate 100] [--seconds 20]`. The daemon, its libvirt worker and
their ways are the real ones; only libvirt's binding is one that prints (bench/printing_libvirt). One viewer reads the
text by the API, and every line is looked for there. Requests come at fixed times whatever the answers take, first with
a console that prints nothing, then with one that does. A table goes to stderr, JSON to stdout.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.api import NETIPL, Client, percentile
from bench.printing_libvirt.libvirt import UUID
from tests.network_namespaces import eventually

REPOSITORY: Final = Path(__file__).parents[1]
SETTINGS: Final = f"""
[server]
state_directory = "."
run_directory = "run"
[dhcp]
enabled = false
[tftp]
enabled = false
[http]
enabled = false
[libvirt]
[networks.bench]
subnet = "192.0.2.0/24"
server = "127.0.0.1"
relays = ["192.0.2.254"]
[guests.web1]
mac = "52:54:00:13:33:0a"
uuid = "{UUID}"
"""
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Run:
    """What was measured: milliseconds of answers, and CPU seconds."""

    times: list[float] = field(default_factory=list)
    daemon: float = 0
    worker: float = 0
    printed: int = 0
    shown: int = 0


@contextmanager
def serving(directory: Path, lines: int) -> Iterator["subprocess.Popen[bytes]"]:
    (directory / "netipl.toml").write_text(SETTINGS)
    environment = {
        **os.environ,
        "PYTHONPATH": f"{REPOSITORY}/src:{REPOSITORY}/bench/printing_libvirt",
        "PRINTS": str(lines),
        "PRINTS_FILE": str(directory / "printed"),
    }
    command = [*NETIPL, "serve", "--config", str(directory / "netipl.toml")]
    with (
        (directory / "log").open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            ready = (directory / "run/api.sock").is_socket
            eventually(lambda: (ready() and (directory / "printed").exists()) or process.poll() is not None, "serving")
            if process.poll() is not None:
                raise RuntimeError((directory / "log").read_text())
            yield process
        finally:
            process.terminate()


async def look_on(socket: Path, run: Run) -> None:
    """Counts the lines, until cancelled."""
    reader, writer = await asyncio.open_unix_connection(socket, limit=1 << 24)
    writer.write(b"GET /api/v1/guests/web1/console HTTP/1.1\r\nHost: bench\r\n\r\n")
    while data := await reader.read(1 << 20):
        run.shown += data.count(b"Started a service")


async def load(socket: Path, rate: int, seconds: int, run: Run) -> None:
    client = Client(socket)
    await client.open()
    viewer = asyncio.create_task(look_on(socket, run))

    async def one(due: float) -> None:
        status, _, answer = await client.ask("GET", "/guests/web1")
        if status != 200:
            raise RuntimeError(f"{status} {answer}")
        run.times.append((time.monotonic() - due) * 1000)

    begun = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for index in range(rate * seconds):
            due = begun + index / rate
            await asyncio.sleep(max(due - time.monotonic(), 0))
            tasks.create_task(one(due))
    await asyncio.sleep(1)  # what was printed last is on its way
    viewer.cancel()


def seconds_of(pid: int) -> float:
    """Of the CPU, in all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def worker_of(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return next(int(each) for each in children if b"libvirt.worker" in Path(f"/proc/{each}/cmdline").read_bytes())


def measured(lines: int, rate: int, seconds: int) -> Run:
    run = Run()
    with tempfile.TemporaryDirectory(dir=REPOSITORY / ".cache") as name:
        directory = Path(name)
        with serving(directory, lines) as process:
            worker = worker_of(process.pid)
            before = seconds_of(process.pid), seconds_of(worker)
            asyncio.run(load(directory / "run/api.sock", rate, seconds, run))
            run.daemon = seconds_of(process.pid) - before[0]
            run.worker = seconds_of(worker) - before[1]
            run.printed = int((directory / "printed").read_text() or 0)
    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--lines", type=int, default=10_000, help="lines a second")
    parser.add_argument("--rate", type=int, default=100, help="requests a second")
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    result = {}
    sys.stderr.write(f"{'lines/s':>8}{'median ms':>11}{'p99 ms':>9}{'max ms':>9}{'daemon %':>10}{'worker %':>10}\n")
    for lines in (0, options.lines):
        run = measured(lines, options.rate, options.seconds)
        found = {
            "median_ms": round(statistics.median(run.times), 1),
            "p99_ms": round(percentile(run.times, 0.99), 1),
            "max_ms": round(max(run.times), 1),
            "daemon_percent": round(100 * run.daemon / (options.seconds + 1), 1),
            "worker_percent": round(100 * run.worker / (options.seconds + 1), 1),
            "lines_printed": run.printed,
            "lines_shown": run.shown,
        }
        result[str(lines)] = found
        cells = [*found.values()][:5]
        widths = (11, 9, 9, 10, 10)
        row = "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
        sys.stderr.write(f"{lines:8}{row}\n")
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
