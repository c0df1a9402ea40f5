"""Real guests of any QEMU at hand, on taps of a namespace's bridge: `python -m tests.e2e.tap_guest TAP COMMAND...`.

The tap is opened here and inherited, so QEMU may live in a root of its own, where there is no /dev/net/tun.
"""

import fcntl
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from netipl.console import Lines, SafeText
from tests.e2e.commands import LONGEST
from tests.e2e.serving import BRIDGE, Place, mac
from tests.network_namespaces import eventually
from tests.real_firmware import Qemu

_TUNSETIFF, _TAP_WITHOUT_INFORMATION = 0x400454CA, 0x1002
_DESCRIPTOR = 9


@contextmanager
def tap(where: Place, name: str) -> Iterator[str]:
    """A port of the bridge."""
    add = where.namespace.ip
    add("tuntap", "add", "dev", name, "mode", "tap")
    add("link", "set", name, "master", BRIDGE, "up")
    try:
        yield name
    finally:
        add("link", "delete", name)


def says(where: Place, qemu: Qemu, port: str, number: int, words: str) -> list[str]:
    """Boot guest `number` until its console says `words`, or it ends; the lines it said."""
    console = where.directory / f"{qemu}-{number}.console"
    command = qemu.command(
        [
            *("-M", "s390-ccw-virtio", "-m", "512", "-smp", "1", "-nodefaults", "-nographic", "-serial", "stdio"),
            *("-uuid", str(UUID(int=number)), "-netdev", f"tap,id=n0,fd={_DESCRIPTOR}"),
            *("-device", f"virtio-net-ccw,netdev=n0,mac={mac(number)},bootindex=1"),
        ]
    )
    starter = [sys.executable, "-m", "tests.e2e.tap_guest", port, *command]
    with (
        console.open("wb") as output,
        subprocess.Popen(
            where.namespace.command(*starter), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        ) as process,
    ):
        try:
            eventually(
                lambda: process.poll() is not None or any(words in line for line in _lines(console)),
                words,
                within=LONGEST,
            )
        finally:
            process.kill()
    return _lines(console)


def _lines(console: Path) -> list[str]:
    lines = Lines()
    return [*lines.feed(SafeText().feed(console.read_bytes())), lines.current]


def main() -> None:
    """Become COMMAND, with the tap as its descriptor."""
    name, *command = sys.argv[1:]
    opened = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(opened, _TUNSETIFF, struct.pack("16sH", name.encode(), _TAP_WITHOUT_INFORMATION))
    os.dup2(opened, _DESCRIPTOR)
    os.close(opened)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
