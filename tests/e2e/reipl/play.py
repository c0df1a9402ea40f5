"""What happens beside the network of a real guest: its disks, and steps that follow what it says."""

import json
import os
import shutil
import socket
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from netipl.firmware.netboot import Machine
from tests.real_firmware import Qemu, boot
from tests.scripted_network import Record, Script


@dataclass(frozen=True)
class Step:
    """Once the guest has said `words`, after those of the step before: a command of QMP, and a change of the script."""

    words: bytes
    command: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    """Of the command."""
    change: Callable[[Script], None] | None = None


def play(
    qemu: Qemu,
    machine: Machine,
    script: Script,
    directory: Path,
    *,
    devices: Sequence[str],
    files: Mapping[str, bytes],
    steps: Sequence[Step],
) -> tuple[Record, list[Step]]:
    """Boot until the last step is done; the boot, and the steps that were never reached.

    `{place}` in an argument of `devices` is where `files` are, for a QEMU in another root too.
    """
    with _place(qemu, directory) as (inside, outside):
        for name, data in files.items():
            (outside / name).write_bytes(data)
        monitor = ("-qmp", f"unix:{inside}/qmp,server=on,wait=off")
        placed = [argument.format(place=inside) for argument in devices]
        waiting, looked_at = deque(steps), 0

        def over() -> bool:
            nonlocal looked_at
            said = (directory / "console").read_bytes()
            while waiting and (found := said.find(waiting[0].words, looked_at)) >= 0:
                step = waiting.popleft()
                looked_at = found + len(step.words)
                if step.change is not None:
                    step.change(script)
                if step.command is not None:
                    _command(outside / "qmp", step.command, step.arguments)
            return not waiting

        record = boot(qemu, machine, script, directory, devices=[*monitor, *placed], over=over)
    return record, list(waiting)


@contextmanager
def _place(qemu: Qemu, directory: Path) -> Iterator[tuple[Path, Path]]:
    """A directory as QEMU names it, and as the test does."""
    inside = Path("/tmp") / f"netipl-play-{os.getpid()}-{directory.name}" if qemu.root else directory / "play"
    outside = Path(f"{qemu.root}{inside}") if qemu.root else inside
    outside.mkdir()
    try:
        yield inside, outside
    finally:
        shutil.rmtree(outside)


def _command(path: Path, name: str, arguments: Mapping[str, str]) -> None:
    """Give a command to QEMU by its machine protocol (QMP)."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        with connection.makefile("rw") as lines:
            lines.readline()  # the greeting
            for command in ({"execute": "qmp_capabilities"}, {"execute": name, "arguments": dict(arguments)}):
                lines.write(json.dumps(command) + "\n")
                lines.flush()
                while "return" not in (reply := json.loads(lines.readline())):
                    assert "event" in reply, reply
