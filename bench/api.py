"""How long the REST API takes to answer while guests boot: 10,000 guests on SQLite, 100 requests a second, 100 boots.

Repeat: as root, `python -m bench.api [--guests 10000] [--boots 100] [--rate 100] [--seconds 30]`. The whole daemon
serves a /16 across a veth pair; the firmware models of `netipl simulate` boot builds there, over and over to the end.
Requests come by the Unix socket at fixed times whatever the answers take (an open loop), and each is timed from when it
was due. Half of them read one guest, a quarter read pages of guests, the rest are events, plans and changes of guests,
which are answered when they are durable. A table goes to stderr, JSON to stdout.
"""

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.network_namespaces import Namespace, eventually, namespaces, veth

REPOSITORY: Final = Path(__file__).parents[1]
SERVER: Final = "10.78.0.1"
NETIPL: Final = [sys.executable, "-m", "netipl.cli.main"]
FIRST_MAC: Final = 0x5254_0078_0000
_CONNECTIONS: Final = 16

SETTINGS: Final = f"""
[server]
state_directory = "."
run_directory = "run"
[networks.bench]
interface = "s0"
subnet = "10.78.0.0/16"
server = "{SERVER}"
pools = ["10.78.1.0-10.78.254.255"]
[limits]
attempts = 100
[profiles.bench]
kernel = "kernel"
initrd = "initrd"
append = "netipl.callback={{callback}}/done"
"""


@dataclass(frozen=True, slots=True)
class Ask:
    """One kind of request, and how many of a hundred are of it."""

    name: str
    weight: int
    method: str
    path: str
    body: Any = None  # Any: JSON


MIX: Final = (
    Ask("a guest", 50, "GET", "/guests/{name}"),
    Ask("a page of 100 guests", 25, "GET", "/guests?limit=100&after={name}"),
    Ask("the newest 100 events", 10, "GET", "/events?limit=100&newest_first=true"),
    Ask("a guest's plan", 5, "GET", "/guests/{name}/plan"),
    Ask("change a guest", 10, "PUT", "/guests/{name}"),
)


class Client:
    """Connections to the socket that are kept open, one request at a time on each."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def open(self) -> None:
        for _ in range(_CONNECTIONS):
            self._free.put_nowait(await asyncio.open_unix_connection(self._socket, limit=1 << 24))

    async def ask(
        self, method: str, path: str, body: Any = None, **fields: str
    ) -> tuple[int, dict[str, str], Any]:  # Any: JSON
        """Status, header fields and document."""
        reader, writer = await self._free.get()
        try:
            data = b"" if body is None else json.dumps(body).encode()
            head = [f"{method} /api/v1{path} HTTP/1.1", "Host: bench", f"Content-Length: {len(data)}"]
            head += ["Content-Type: application/json", *(f"{name}: {value}" for name, value in fields.items())]
            writer.write("\r\n".join([*head, "", ""]).encode() + data)
            status = int((await reader.readline()).split()[1])
            found = {}
            while line := (await reader.readline()).strip():
                name, _, value = line.decode().partition(": ")
                found[name.lower()] = value
            read = await reader.readexactly(int(found.get("content-length", "0")))
            return status, found, json.loads(read) if read else None
        finally:
            self._free.put_nowait((reader, writer))


def name_of(number: int) -> str:
    return f"guest-{number:05}"


def document(number: int) -> dict[str, object]:
    octets = (FIRST_MAC + number).to_bytes(6, "big")
    return {"name": name_of(number), "mac": [octets.hex(":")], "network": "bench", "profile": "bench"}


async def fill(client: Client, guests: int, boots: int) -> float:
    """Imports the guests and asks for the builds; the seconds that the import took."""
    began = time.monotonic()
    status, _, answer = await client.ask("POST", "/imports", {"guests": [document(number) for number in range(guests)]})
    if status != 200:
        raise RuntimeError(f"import: {status} {answer}")
    took = time.monotonic() - began
    for number in range(boots):
        status, _, answer = await client.ask("POST", f"/guests/{name_of(number)}/builds", {})
        if status != 201:
            raise RuntimeError(f"build: {status} {answer}")
    return took


async def load(client: Client, guests: int, rate: int, seconds: int) -> dict[str, list[float]]:
    """Milliseconds from when each request was due to its answer, by kind."""
    chosen = random.Random(4)
    times: dict[str, list[float]] = defaultdict(list)

    async def one(ask: Ask, due: float) -> None:
        name = name_of(chosen.randrange(guests))
        if ask.method == "PUT":
            _, fields, _ = await client.ask("GET", f"/guests/{name}")
            due = time.monotonic()  # the change alone is timed
            number = int(name.rpartition("-")[2])
            body = {**document(number), "append": f"n={chosen.randrange(1 << 30)}"}
            status, _, answer = await client.ask("PUT", f"/guests/{name}", body, **{"If-Match": fields["etag"]})
        else:
            status, _, answer = await client.ask(ask.method, ask.path.format(name=name), ask.body)
        if status != 200:
            raise RuntimeError(f"{ask.name}: {status} {answer}")
        times[ask.name].append((time.monotonic() - due) * 1000)

    begun = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for index in range(rate * seconds):
            due = begun + index / rate
            await asyncio.sleep(max(due - time.monotonic(), 0))
            (ask,) = chosen.choices(MIX, [each.weight for each in MIX])
            tasks.create_task(one(ask, due))
    return times


@contextmanager
def served(server: Namespace, directory: Path) -> Iterator[Path]:
    """The daemon runs; the socket of its API."""
    (directory / "netipl.toml").write_text(SETTINGS)
    kernel = bytearray(500_000)
    kernel[0x10008:0x1000E] = b"S390EP"
    (directory / "kernel").write_bytes(kernel)
    (directory / "initrd").write_bytes(bytes(64 << 10))
    socket = directory / "run/api.sock"
    with (directory / "log").open("wb") as log:
        command: list[str | Path] = [*NETIPL, "serve", "--config", directory / "netipl.toml"]
        with server.running(*command, output=log) as process:
            eventually(lambda: socket.is_socket() or process.poll() is not None, "the API listens")
            if process.poll() is not None:
                raise RuntimeError((directory / "log").read_text())
            yield socket


@contextmanager
def booting(client: Namespace, boots: int) -> Iterator[list[int]]:
    """Guests boot over and over; the rounds that are complete."""
    rounds: list[int] = []
    if not boots:
        yield rounds
        return
    mac = FIRST_MAC.to_bytes(6, "big").hex(":")
    script = 'while :; do "$@" >/dev/null 2>&1; echo $?; done'
    simulate = [*NETIPL, "simulate", "--interface", "c0", "--guests", str(boots), "--mac", mac, "--json"]
    command = client.command("sh", "-c", script, "sh", *simulate)
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True, text=True) as process:
        try:
            yield rounds
        finally:
            subprocess.run(["kill", "--", f"-{process.pid}"], check=False)
            output, _ = process.communicate()
            rounds += map(int, output.split())


def percentile(times: list[float], part: float) -> float:
    return sorted(times)[min(int(len(times) * part), len(times) - 1)]


async def measured(
    socket: Path, client: Namespace, options: argparse.Namespace
) -> tuple[float, dict[str, list[float]], list[int]]:
    asking = Client(socket)
    await asking.open()
    took = await fill(asking, options.guests, options.boots)
    with booting(client, options.boots) as rounds:
        times = await load(asking, options.guests, options.rate, options.seconds)
    return took, times, rounds


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--guests", type=int, default=10_000)
    parser.add_argument("--boots", type=int, default=100, help="guests that boot at once, again and again")
    parser.add_argument("--rate", type=int, default=100, help="requests a second")
    parser.add_argument("--seconds", type=int, default=30)
    options = parser.parse_args()
    with (
        namespaces("bench-s", "bench-c") as (server, client),
        tempfile.TemporaryDirectory(dir=REPOSITORY / ".cache") as name,
    ):
        veth(server, "s0", f"{SERVER}/16", client, "c0", None)
        with served(server, Path(name)) as socket:
            took, times, rounds = asyncio.run(measured(socket, client, options))
    everything = [each for kind in times.values() for each in kind]
    rows = {**times, "all": everything}
    sys.stderr.write(f"{'request':24}{'count':>7}{'median ms':>11}{'p99 ms':>9}{'max ms':>9}\n")
    for kind, found in rows.items():
        median, high = statistics.median(found), percentile(found, 0.99)
        sys.stderr.write(f"{kind:24}{len(found):7}{median:11.1f}{high:9.1f}{max(found):9.1f}\n")
    result = {
        "import_seconds": round(took, 2),
        "boot_rounds": len(rounds),
        "failed_rounds": sum(status != 0 for status in rounds),
        "p99_ms": {kind: round(percentile(found, 0.99), 1) for kind, found in rows.items()},
    }
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
