"""Runs the command `netipl` as root or as a normal user, each run with a cache and temporary files of its own.

Debian's boot files are fetched once and copied, so a run asks nobody outside.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netipl.integrations.debian import agent, disk_image
from netipl.integrations.debian.boot import debian_boot_files, default_cache
from tests.network_namespaces import eventually
from tests.users import NOBODY_IN_PARTICULAR, ROOT, python

LONGEST = 280.0
"""Seconds that a run may take before its test fails."""

_KEPT = ("boot.json", "asked")
Event = dict[str, Any]  # Any: JSON


def copied_boot_files(directory: Path) -> None:
    """Put what `debian_boot_files` made into `directory`, for another cache or for any user to read."""
    boot = debian_boot_files()
    directory.mkdir(parents=True)
    for file in (boot.kernel, boot.initrd, *(boot.kernel.with_name(name) for name in _KEPT)):
        shutil.copyfile(file, directory / file.name)


def copied_packages(directory: Path) -> None:
    """Put the packages and lists of all that netipl makes of them into `directory`, fetched if need be."""
    agent.build(progress=print)
    with tempfile.TemporaryDirectory(prefix="netipl-test-") as name:
        disk_image.build(Path(name) / "image", progress=print)
    for part in ("lists", "packages"):
        shutil.copytree(default_cache() / part, directory / part, ignore=shutil.ignore_patterns("lock", "partial"))


@dataclass(frozen=True, slots=True)
class Run:
    """A running `netipl`, the leader of a session of its own; `temporary` is where its temporary files go."""

    process: subprocess.Popen[bytes]
    output: Path
    errors: Path
    temporary: Path

    def programs(self) -> list[list[str]]:
        """The command lines of what still runs of it."""
        return [words for words in _of_session(self.process.pid) if words]

    def wait(self) -> int:
        """Wait for its end; its exit status."""
        return self.process.wait(LONGEST)

    @property
    def lines(self) -> list[str]:
        """What it has said on standard output until now."""
        return self.output.read_text().splitlines()

    @property
    def events(self) -> list[Event]:
        """The whole lines of JSON among them."""
        return [json.loads(line) for line in self.output.read_text().split("\n")[:-1] if line.startswith("{")]

    def wait_for(self, seen: str) -> Event:
        """The first observation of that kind."""
        found: list[Event] = []

        def happened() -> bool:
            found[:] = [event for event in self.events if event.get("seen") == seen]
            return bool(found) or self.process.poll() is not None

        eventually(happened, seen)
        assert found, f"no {seen}: {self.errors.read_text()}"
        return found[0]


@dataclass(frozen=True, slots=True)
class Done:
    """A run that has ended."""

    status: int
    lines: list[str] = field(repr=False)
    errors: str
    left: list[list[str]]
    temporary: list[str]

    @property
    def events(self) -> list[Event]:
        return [json.loads(line) for line in self.lines if line.startswith("{")]


@contextmanager
def running(user: str, *arguments: str | Path, packages: bool = False) -> Iterator[Run]:
    """`netipl ARGUMENTS` by that one of `users.USERS`, killed on leaving. With Debian's `packages` in its cache too.

    Raises SkipTest.
    """
    command = python(user, "netipl.cli.main", *map(str, arguments))
    with tempfile.TemporaryDirectory(prefix="netipl-test-") as name:
        place = Path(name)
        place.chmod(0o755)
        copied_boot_files(place / "cache/netipl/debian")
        if packages:
            copied_packages(place / "cache/netipl/debian")
        (place / "tmp").mkdir()
        if os.geteuid() == 0 and user != "root":
            for path in (place, *place.rglob("*")):
                os.chown(path, NOBODY_IN_PARTICULAR, NOBODY_IN_PARTICULAR)
        output, errors = place / "output", place / "errors"
        with output.open("wb") as said, errors.open("wb") as complained:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, "XDG_CACHE_HOME": str(place / "cache"), "TMPDIR": str(place / "tmp")},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=complained,
                start_new_session=True,
            )
        try:
            yield Run(process, output, errors, place / "tmp")
        finally:
            process.kill()
            process.wait()


def run(user: str, *arguments: str | Path) -> Done:
    """`netipl ARGUMENTS` to its end."""
    with running(user, *arguments) as begun:
        status = begun.wait()
        return ended(begun, status)


def ended(begun: Run, status: int) -> Done:
    """What is left of a run that has ended by itself or by a signal."""
    left = [path.name for path in begun.temporary.iterdir()]
    return Done(status, begun.lines, begun.errors.read_text(), begun.programs(), left)


def _of_session(session: int) -> Iterator[list[str]]:
    for directory in Path("/proc").iterdir():
        if directory.name.isdigit():
            try:
                fields = (directory / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == session:
                    yield (directory / "cmdline").read_text().split("\0")
            except OSError:  # it has ended in the meantime
                continue
