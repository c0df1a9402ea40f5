"""A running TFTP service to test, and a client that behaves as the firmware over a real socket."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netipl.protocols.tftp.packet import Ack, Data, Error, OptionAck, Packet, ReadRequest, decode, encode

DAEMON = Path(__file__).parents[3] / "tftp_daemon.py"
DEADLINE = 60.0


@dataclass
class Service:
    """A daemon process that can be killed and started again on the same port."""

    directory: Path
    settings: dict[str, str]
    process: "subprocess.Popen[bytes]" = field(init=False)
    log: Path = field(init=False)

    @property
    def root(self) -> Path:
        return Path(self.settings["root"])

    @property
    def port(self) -> int:
        return int(self.settings["port"])

    def start(self) -> None:
        self.log = self.directory / f"log-{time.monotonic_ns()}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, DAEMON, json.dumps(self.settings)], stdin=subprocess.PIPE, stdout=log, stderr=log
            )
        eventually(lambda: self.events("ready") or self.process.poll() is not None, "the service")
        ready = self.events("ready")
        if not ready:
            self.kill()
            raise AssertionError(self.log.read_text())
        self.settings["port"] = str(ready[0]["port"])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdin is not None
        self.process.stdin.close()

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(child) for child in children]

    def kill_workers(self) -> None:
        for worker in self.workers():
            os.kill(worker, signal.SIGKILL)

    def events(self, event: str) -> list[dict[str, Any]]:  # Any: JSON
        lines = self.log.read_text().splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [each for each in found if each["event"] == event]

    def wait_for(self, event: str, count: int = 1) -> list[dict[str, Any]]:  # Any: JSON
        eventually(lambda: len(self.events(event)) >= count, f"{count} {event}, not\n{self.log.read_text()}")
        return self.events(event)

    def drop(self, address: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"drop {address}\n".encode())
        self.process.stdin.flush()
        self.wait_for("dropped")


@contextmanager
def serving(directory: Path, **settings: str) -> Iterator[Service]:
    """A service with one worker on 127.0.0.1 that serves `directory/root`, unless told otherwise."""
    (directory / "root").mkdir(exist_ok=True)
    (directory / "run").mkdir(exist_ok=True)
    defaults = {
        "root": str(directory / "root"),
        "run_directory": str(directory / "run"),
        "addresses": "127.0.0.1",
        "port": "0",
        "workers": "1",
        "arriving": "15",
        "transfers_per_address": "16",
    }
    service = Service(directory, defaults | settings)
    service.start()
    try:
        yield service
    finally:
        service.kill()
    for word in ("Traceback", "Unknown child process"):
        assert word not in service.log.read_text(), service.log.read_text()


class Client:
    """Lock-step with one option, as the firmware; `patience` is after how many seconds of silence it ACKs again."""

    def __init__(self, service: Service, *, server: str = "127.0.0.1", patience: float = 0.3) -> None:
        self.service = service
        self.server = (server, service.port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(patience)
        self.sources: set[tuple[str, int]] = set()

    def close(self) -> None:
        self.socket.close()

    def say(self, packet: Packet) -> None:
        self.socket.sendto(encode(packet), self.server)

    def hear(self) -> Packet | None:
        """None after silence, or when no one holds the port."""
        try:
            data, source = self.socket.recvfrom(65536)
        except TimeoutError:
            return None
        self.sources.add(source)
        return decode(data)

    def ask(self, name: str, *, block_size: int | None = 1428, mode: str = "octet") -> Packet:
        """The first answer to a request, repeated until there is one."""
        options = () if block_size is None else ((b"blksize", str(block_size).encode()),)
        request = ReadRequest(name=name.encode(), mode=mode.encode(), options=options)
        deadline = time.monotonic() + DEADLINE
        self.say(request)
        while time.monotonic() < deadline:
            if (answer := self.hear()) is not None:
                return answer
        raise AssertionError(f"no answer to {name}")

    def fetch(self, name: str, *, block_size: int = 1428, at: dict[int, Callable[[], None]] | None = None) -> bytes:
        """The whole file; `at` are things to do before a block is acknowledged. Raises AssertionError on an ERROR."""
        answer = self.ask(name, block_size=block_size)
        assert isinstance(answer, OptionAck), answer
        return self.receive(block_size=block_size, at=at or {})

    def receive(self, *, block_size: int = 1428, at: dict[int, Callable[[], None]]) -> bytes:
        """The file after its OACK."""
        block, pieces, piece = 0, [], bytes(block_size)
        deadline = time.monotonic() + DEADLINE
        self.say(Ack(block=0))
        while len(piece) == block_size:
            packet = self.hear()
            match packet:
                case Data(block=number, data=data) if number == (block + 1) & 0xFFFF:
                    block, piece = block + 1, data
                    pieces.append(data)
                    if block in at:
                        at[block]()
                    self.say(Ack(block=number))
                    deadline = time.monotonic() + DEADLINE
                case Error():
                    raise AssertionError(packet)
                case None:
                    assert time.monotonic() < deadline, f"silence after block {block}"
                    self.say(Ack(block=block & 0xFFFF))
        return b"".join(pieces)


def eventually(done: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not done():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)
