"""What the way to the disk by the re-IPL program costs, from the beginning of the network boot.

Repeat: `python -m bench reipl [--rounds 20] [--qemu PROGRAM]`, without any rights; a minute. The guest is QEMU with its
own firmware, DHCP and TFTP server; the disk is blank, and the guest is ended at the first line that the firmware prints
about it. Lines are timed as they arrive here. A table goes to stdout.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from netipl import content
from netipl.ccw import DeviceNumber
from netipl.images import reipl
from netipl.integrations.payload import reipl_program
from netipl.machines import qemu

DISK = "Using virtio-blk"
HANDED_OVER = "Network loading done"
PROGRAM = "netipl: re-IPL"
NETWORK = "Network boot starting"
LIMIT = 60.0  # seconds for one boot

Times = dict[str, float]


def main() -> None:
    """Boot one after the other, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--qemu", default=qemu.PROGRAM)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="netipl-bench-") as name:
        directory = Path(name)
        image = reipl.reipl(reipl_program(), device=DeviceNumber(0, 0x1234))
        (directory / "reipl").write_bytes(b"".join(content.read(image)))
        (directory / "disk").write_bytes(bytes(1 << 20))
        boots = [boot(_command(chosen.qemu, directory)) for _ in range(chosen.rounds)]
    print(table(boots))


def boot(command: Sequence[str]) -> Times:
    """When each line that counts arrived, in seconds from the start of QEMU."""
    begun = time.monotonic()
    seen: Times = {}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        try:
            for now, line in _lines(process, begun + LIMIT):
                for words in (NETWORK, HANDED_OVER, PROGRAM, DISK):
                    if words in line:
                        seen.setdefault(words, now - begun)
                if DISK in seen:
                    return seen
        finally:
            process.kill()
    raise SystemExit(f"the firmware said nothing of the disk: {' '.join(command)}")


def _lines(process: "subprocess.Popen[bytes]", deadline: float) -> Iterator[tuple[float, str]]:
    """Each line and the time when its first bytes with an end arrived."""
    assert process.stdout is not None  # by `boot`
    rest = b""
    while (piece := os.read(process.stdout.fileno(), 65536)) and time.monotonic() < deadline:
        now = time.monotonic()
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield now, line.decode(errors="replace")


def _command(program: str, directory: Path) -> list[str]:
    command = [program, "-M", "s390-ccw-virtio", "-m", "256", "-nographic", "-nodefaults", "-serial", "stdio"]
    command += ["-drive", f"if=none,id=d,format=raw,file={directory}/disk"]
    command += ["-device", "virtio-blk-ccw,drive=d,devno=fe.0.1234"]
    command += ["-netdev", f"user,id=n,tftp={directory},bootfile=reipl"]
    return [*command, "-device", "virtio-net-ccw,netdev=n,bootindex=1"]


def table(boots: Sequence[Times]) -> str:
    """Median, least and most of each part, in milliseconds."""
    parts = {
        "DHCP and TFTP": (NETWORK, HANDED_OVER),
        "hand-over to the program's line": (HANDED_OVER, PROGRAM),
        "its line to the disk's first line": (PROGRAM, DISK),
        "hand-over to the disk's first line": (HANDED_OVER, DISK),
        "the whole detour": (NETWORK, DISK),
    }
    lines = ["| | median ms | min | max |", "|---|---|---|---|"]
    for name, (first, last) in parts.items():
        values = [times[last] - times[first] for times in boots]
        cells = (statistics.median(values), min(values), max(values))
        lines.append(f"| {name} | {' | '.join(f'{1000 * value:.1f}' for value in cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
