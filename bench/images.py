"""Making and reading boot files: time, CPU time and memory of `netipl image`, beside cp for the same bytes.

`python -m bench.images [--size 200] [--rounds 5] [--directory DIR]`. What is written is synced, by cp too.
"""

import argparse
import functools
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from netipl.images import cpio
from netipl.images import kernel as facts

_MEGABYTE = 1_000_000
_KERNEL = 5 * _MEGABYTE
_NETIPL = (sys.executable, "-m", "netipl.cli.main", "image")


@dataclass(frozen=True)
class Taken:
    """Seconds, CPU seconds, and the peak of memory in MB."""

    seconds: float
    cpu: float
    memory: float


def run(command: Sequence[str | Path], output: int = subprocess.DEVNULL) -> Taken:
    """One run to its end."""
    begun = perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=output)
    _, status, used = os.wait4(process.pid, 0)
    taken = Taken(perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / _MEGABYTE)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return taken


def report(name: str, rounds: int, once: Callable[[], Taken]) -> None:
    """The median of the rounds, as a row of a table."""
    taken = [once() for _ in range(rounds)]
    seconds, cpu = median(each.seconds for each in taken), median(each.cpu for each in taken)
    print(f"| {name} | {seconds:.2f} | {cpu:.2f} | {max(each.memory for each in taken):.0f} |", flush=True)


def kernel() -> bytes:
    """What is taken for one."""
    image = bytearray(os.urandom(_KERNEL))
    image[0x10000:0x11480] = bytes(0x1480)
    image[facts.MAGIC_OFFSET : facts.MAGIC_OFFSET + len(facts.MAGIC)] = facts.MAGIC
    return bytes(image)


def fill(path: Path, size: int, source: str) -> None:
    """`size` bytes of a device, without holding them: a child's peak counts what its parent held."""
    with path.open("ab") as file:
        subprocess.run(("head", "-c", str(size), source), stdout=file, check=True)


def combining(place: Path, size: int, rounds: int) -> None:
    """An initrd of random bytes behind a kernel."""
    (place / "kernel").write_bytes(kernel())
    initrd, made = place / "initrd", place / "made"
    fill(initrd, size, "/dev/urandom")
    os.sync()

    def fresh(*command: str | Path) -> Taken:
        made.unlink(missing_ok=True)
        return run(command)

    combine = (*_NETIPL, "combine", place / "kernel", "--initrd", initrd, "--append", "quiet", "-o")
    report("cp and sync", rounds, lambda: fresh("sh", "-c", 'cp "$0" "$1" && sync "$1"', initrd, made))
    report("combine to a file", rounds, lambda: fresh(*combine, made))
    report("combine to a pipe", rounds, lambda: run(("sh", "-c", '"$@" - | cat >/dev/null', "sh", *combine)))
    report("combine --help: the start alone", rounds, lambda: run((*_NETIPL, "combine", "--help")))


def reading(place: Path, size: int, rounds: int) -> None:
    """An archive of a half random and a half empty file, packed in several ways."""
    archive, half = place / "plain", size // 2
    archive.write_bytes(cpio.header(1, cpio.file("file", b""), 2 * half))
    fill(archive, half, "/dev/urandom")
    fill(archive, half, "/dev/zero")
    with archive.open("ab") as file:
        file.write(cpio.trailer())
    inspect = (*_NETIPL, "inspect", "--qemu", "10.0", "--memory", "2048")
    report("inspect, plain", rounds, lambda: run((*inspect, archive)))
    for packer in ("gzip -1", "xz -0", "zstd -1", "lz4 -l"):
        packed = place / packer.partition(" ")[0]
        with packed.open("wb") as file:
            subprocess.run((*packer.split(), "-c", archive), stdout=file, stderr=subprocess.DEVNULL, check=True)
        report(f"inspect, {packed.name}", rounds, functools.partial(run, (*inspect, packed)))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200, help="of the initrd in MB")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--directory", type=Path, help="on the file system to measure")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.directory) as directory:
        print("| | seconds | CPU seconds | peak MB |\n|---|---:|---:|---:|")
        combining(Path(directory), asked.size * _MEGABYTE, asked.rounds)
        reading(Path(directory), asked.size * _MEGABYTE, asked.rounds)


if __name__ == "__main__":
    main()
