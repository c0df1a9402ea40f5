"""Programs that the agent runs, here or in the new system: a clean environment, no open files of ours, no terminal.

Variables of debconf and descriptors that an installer leaves open have kept maintainer scripts waiting for ever. What a
program says is kept for the log of a failure.
"""

import os
import select
import subprocess
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from netipl.errors import RefusedError
from netipl.payload.agent.reports import Log, Reports

_ENVIRONMENT: Final = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
    "TERM": "dumb",
    "DEBIAN_FRONTEND": "noninteractive",
    "DEBCONF_NONINTERACTIVE_SEEN": "true",
}
_MOUNTS: Final = (("proc", "proc"), ("sysfs", "sys"), ("devtmpfs", "dev"), ("devpts", "dev/pts"), ("tmpfs", "run"))
"""Kinds and places in a new system, in their order."""
_KEPT: Final = 40
"""Lines of a program that failed."""
_WHILE: Final = 60.0
"""Seconds; so netipl hears of us while a program is silent."""


class Programs:
    """`prefix` is a command that runs the others."""

    def __init__(self, log: Log, reports: Reports, prefix: tuple[str, ...] = ()) -> None:
        self._log = log
        self._reports = reports
        self._prefix = prefix

    def step(self, words: str) -> None:
        """Say what is being done now."""
        self._log.say(words)
        self._reports.progress(lambda: words)

    def run(self, *command: str | Path, libraries: str = "") -> None:
        """To its end. Raises RefusedError when it fails."""
        environment = _ENVIRONMENT | ({"LD_LIBRARY_PATH": libraries} if libraries else {})
        last: deque[str] = deque(maxlen=_KEPT)
        with subprocess.Popen(
            [*self._prefix, *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
        ) as process:
            assert process.stdout is not None  # asked for
            for line in _lines(process.stdout.fileno()):
                if line:
                    last.append(line)
                self._reports.progress(lambda: last[-1] if last else str(command[0]))
        if process.returncode:
            for said in last:
                self._log.say(f"  {said}")
            raise RefusedError(f"{command[0]} failed with status {process.returncode}: {last[-1] if last else ''}")

    @contextmanager
    def inside(self, target: Path) -> "Iterator[Programs]":
        """Programs of the system beneath `target`, which has what a running one has; unmounted at a good end."""
        for kind, place in _MOUNTS:
            (target / place).mkdir(parents=True, exist_ok=True)
            self.run("mount", "-t", kind, kind, target / place)
        # by env: busybox would run its own programs of these names, and not those of the system
        yield Programs(self._log, self._reports, ("chroot", str(target), "/usr/bin/env"))
        os.sync()
        for _, place in reversed(_MOUNTS):
            self.run("umount", "-l", target / place)
        self.run("umount", target)


def _lines(pipe: int) -> Iterator[str | None]:
    """Each line as it is said, the last one without its end too; None where nothing is said for a while."""
    rest = b""
    while True:
        if not select.select([pipe], [], [], _WHILE)[0]:
            yield None
            continue
        piece = os.read(pipe, 65536)
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.decode(errors="replace").rstrip() for line in whole)
        if not piece:
            break
    if rest:
        yield rest.decode(errors="replace").rstrip()
