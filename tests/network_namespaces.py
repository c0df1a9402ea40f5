"""Network namespaces and veth pairs for tests and measurements between real programs; root only.

Names begin with `nipl` and the process id, so that parallel runs do not meet; what was made is removed again.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

DEADLINE = 60.0
"""Seconds that an event may take before its test fails."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """One network namespace."""

    name: str

    def ip(self, *arguments: str) -> None:
        subprocess.run(["ip", "-n", self.name, *arguments], check=True)

    def command(self, *arguments: str | Path) -> list[str | Path]:
        return ["ip", "netns", "exec", self.name, *arguments]

    def run(
        self,
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        check: bool = True,
        timeout: float = DEADLINE,
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end, output captured; it may fail when `check` is false."""
        return subprocess.run(
            self.command(*arguments), env=env, check=check, timeout=timeout, capture_output=True, text=True
        )

    @contextmanager
    def running(
        self, *arguments: str | Path, output: IO[bytes] | None = None, env: Mapping[str, str] | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Started now and ended on leaving, by SIGTERM first."""
        process = subprocess.Popen(
            self.command(*arguments),
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output or subprocess.DEVNULL,
            stderr=output or subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def namespaces(*labels: str) -> Iterator[tuple[Namespace, ...]]:
    """Made with loopback up; removed on leaving, with the interfaces in them."""
    with ExitStack() as stack:
        made = []
        for label in labels:
            namespace = Namespace(f"nipl{os.getpid()}-{label}")
            subprocess.run(["ip", "netns", "add", namespace.name], check=True)
            stack.callback(subprocess.run, ["ip", "netns", "delete", namespace.name], check=True)
            namespace.ip("link", "set", "lo", "up")
            made.append(namespace)
        yield tuple(made)


def veth(one: Namespace, name: str, address: str | None, other: Namespace, peer: str, peer_address: str | None) -> None:
    """A veth pair between two namespaces, both ends up; addresses as `192.0.2.1/24`."""
    one.ip("link", "add", name, "type", "veth", "peer", "name", peer, "netns", other.name)
    for namespace, end, its_address in ((one, name, address), (other, peer, peer_address)):
        if its_address:
            namespace.ip("address", "add", its_address, "dev", end)
        namespace.ip("link", "set", end, "up")


def eventually(happened: Callable[[], object], what: str, *, within: float = DEADLINE) -> None:
    """Return once `happened()` is true; fail with `what` when it is not `within` so many seconds."""
    deadline = time.monotonic() + within
    while not happened():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what}")
        time.sleep(0.02)
