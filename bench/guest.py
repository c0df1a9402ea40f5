"""Guest start to the first line of its kernel: netipl against dnsmasq, tftpd-hpa and atftpd, with and without loss.

Repeat: as root on Debian, `python -m bench guest [--rounds 5] [--json FILE]`; about half an hour, most of it spent on
boots that fail. The peers are unpacked by apt, not installed. The guest is QEMU with its own firmware and Debian's
kernel, ended at the kernel's first line. Each boot has a network namespace and server of its own; within a round the
servers take turns, with the same files, the same boot file (a configuration) and, where frames are lost, the same seed.
Two parts: `large` has a random initrd of 40 MB and a tap, as a host has it. `loss` has the kernel and an empty initrd,
and a link below the firmware that loses frames in each direction. Tables go to stdout.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.guest_boot import Boot, Order
from bench.guest_servers import BOOT_FILE, CONFIGURATION, INITRD, KERNEL, SERVERS
from netipl.images import cpio
from netipl.integrations.debian.boot import debian_boot_files
from netipl.machines import qemu

REPOSITORY = Path(__file__).parents[1]
PARTS = ("large", "loss")
LARGE = 40_000_000  # bytes
_START_AND_END = 90.0  # seconds that a server and a namespace may need besides the boot


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One boot: of which part, with which order."""

    part: str
    round: int
    order: Order
    boot: Boot

    def since(self, seen: str) -> float | None:
        """Seconds from when the guest first sent that, and it arrived, to the first line of the kernel."""
        begun = self.boot.seen.get(seen)
        return None if self.boot.kernel is None or begun is None else self.boot.kernel - begun


def main() -> None:
    """Measure, print the tables, and write what was asked for."""
    chosen = _arguments()
    program = str(qemu.find(chosen.qemu))
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="netipl-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        for part in chosen.parts:
            _lay_out(directory / part, os.urandom(LARGE) if part == "large" else cpio.encode(()))
        for result in _results(chosen, directory, program):
            results.append(result)
            _log(result)
            if chosen.json:
                _write(chosen.json, results, program)
    if "large" in chosen.parts:
        print(_large_table(results, chosen.servers))
    if "loss" in chosen.parts:
        print(_loss_table(results, chosen.servers, chosen.losses))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=PARTS)
    parser.add_argument("--servers", nargs="+", default=list(SERVERS), choices=list(SERVERS))
    parser.add_argument("--losses", type=float, nargs="+", default=[0, 1, 5, 10], help="percent, each way")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for one boot")
    parser.add_argument("--qemu", default=qemu.PROGRAM)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("the servers that netipl is compared with need root")
    return chosen


def _lay_out(directory: Path, initrd: bytes) -> None:
    """The files that are served, for the users that the servers become."""
    directory.mkdir(mode=0o755)
    shutil.copyfile(debian_boot_files().kernel, directory / KERNEL)
    (directory / BOOT_FILE).write_text(CONFIGURATION)
    (directory / INITRD).write_bytes(initrd)


def _results(chosen: argparse.Namespace, directory: Path, program: str) -> Iterator[Result]:
    """Part by part; within a round all servers in turn, rate by rate."""
    for part in chosen.parts:
        losses = [None] if part == "large" else [percent / 100 for percent in chosen.losses]
        for number in range(1, chosen.rounds + 1):
            for loss in losses:
                for server in chosen.servers:
                    order = Order(
                        server=server,
                        files=str(directory / part),
                        loss=loss,
                        seed=1000 * number,  # a link takes the next number for the other direction
                        program=program,
                        limit=chosen.limit,
                    )
                    yield Result(part=part, round=number, order=order, boot=_booted(order))


def _booted(order: Order) -> Boot:
    done = subprocess.run(
        [sys.executable, "-m", "bench.guest_boot", json.dumps(asdict(order))],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        check=True,
        timeout=order.limit + _START_AND_END,
    )
    return Boot(**json.loads(done.stdout))


def _log(result: Result) -> None:
    order, boot = result.order, result.boot
    found = f"{boot.kernel:.2f} s" if boot.kernel is not None else f"failed after {boot.ended:.0f} s: {_said(boot)}"
    loss = "tap" if order.loss is None else f"{order.loss:.0%}"
    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {result.part} {result.round} {loss:4} {order.server:10} {found}\n")


def _said(boot: Boot) -> str:
    """Why it failed, as the firmware has it: its first error, or else its last words."""
    return boot.error or next((line.strip() for line in reversed(boot.last_lines) if line.strip()), "nothing")


def _write(path: Path, results: Sequence[Result], program: str) -> None:
    path.write_text(json.dumps({**_about(program), "results": [asdict(each) for each in results]}, indent=1) + "\n")


def _times(results: Sequence[Result]) -> list[float]:
    """From the start of QEMU, of those that booted."""
    return [result.boot.kernel for result in results if result.boot.kernel is not None]


def _times_since(results: Sequence[Result], seen: str) -> list[float]:
    return [time for result in results if (time := result.since(seen)) is not None]


def _of(results: Sequence[Result], server: str, loss: float | None) -> list[Result]:
    return [result for result in results if (result.order.server, result.order.loss) == (server, loss)]


def _seconds(values: Sequence[float]) -> tuple[str, ...]:
    """Median, least and most."""
    if not values:
        return ("-", "-", "-")
    return tuple(f"{value:.2f}" for value in (statistics.median(values), min(values), max(values)))


def _ratio(times: Sequence[float], without: Sequence[float]) -> str:
    return f"{statistics.median(times) / statistics.median(without):.2f}" if times and without else "-"


def _large_table(results: Sequence[Result], servers: Sequence[str]) -> str:
    lines = [
        f"| {LARGE // 10**6} MB initrd | booted | median s | min | max | from DISCOVER | netipl takes |",
        "|---|---|---|---|---|---|---|",
    ]
    ours = _of(results, "netipl", None)
    for server in servers:
        theirs = _of(results, server, None)
        times, since = _times(theirs), _times_since(theirs, "DISCOVER")
        ratios = [
            our.boot.kernel / their.boot.kernel
            for our, their in zip(ours, theirs, strict=False)  # `servers` may be without netipl
            if our.boot.kernel and their.boot.kernel
        ]
        ratio = f"{statistics.median(ratios):.2f} of its time" if ratios else "-"
        cells = (server, f"{len(times)} of {len(theirs)}", *_seconds(times), _seconds(since)[0], ratio)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _loss_table(results: Sequence[Result], servers: Sequence[str], losses: Sequence[float]) -> str:
    lines = [
        "| lost each way | server | booted | median s | min | max | of its 0 % | from first file | of its 0 % | said |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for percent in losses:
        for server in servers:
            found, without = _of(results, server, percent / 100), _of(results, server, 0.0)
            times, since = _times(found), _times_since(found, BOOT_FILE)
            ratios = _ratio(times, _times(without)), _ratio(since, _times_since(without, BOOT_FILE))
            words = Counter(_said(result.boot) for result in found if result.boot.kernel is None).most_common(1)
            cells = (f"{percent:g} %", server, f"{len(times)} of {len(found)}", *_seconds(times), ratios[0])
            cells = (*cells, _seconds(since)[0], ratios[1])
            lines.append(f"| {' | '.join(cells)} | {words[0][0] if words else ''} |")
    return "\n".join(lines) + "\n"


def _about(program: str) -> dict[str, object]:
    """The machine and the programs."""
    shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {models[0].partition(': ')[2] if models else '?'}",
        "kernel": platform.release(),
        "qemu": shown.partition("\n")[0],
        "guest": debian_boot_files().version,
        "load": os.getloadavg(),
    }


if __name__ == "__main__":
    main()
