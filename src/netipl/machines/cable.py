"""Starts and ends a link process for an interface, and tells what it counted."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from netipl.errors import UnavailableError
from netipl.machines.attachment import LinkEnd
from netipl.machines.impairment import PERFECT, Impairment


@dataclass(slots=True)
class Cable:
    """A running link. `counts` is filled when it has ended: by direction, then by what was counted."""

    end: LinkEnd
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@asynccontextmanager
async def cable(
    interface: str, *, to_guest: Impairment = PERFECT, from_guest: Impairment = PERFECT, seed: int = 0
) -> AsyncIterator[Cable]:
    """A link between `interface` and the QEMU that gets its `end`, as long as the block runs.

    Raises UnavailableError.
    """
    with tempfile.TemporaryDirectory(prefix="netipl-link-") as directory:
        laid = Cable(LinkEnd(path=Path(directory, "frames")))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "netipl.machines.link", "--parent", str(os.getpid()), "--interface", interface),
            *("--socket", laid.end.path, "--seed", str(seed)),
            *("--to-guest", str(to_guest), "--from-guest", str(from_guest)),
            stdout=asyncio.subprocess.PIPE,
        )
        output = process.stdout
        assert output is not None  # asked for above
        try:
            if await output.readline() != b"ready\n":
                raise UnavailableError(f"the link of {interface} did not start (its message is above)")
            yield laid
        finally:
            if process.returncode is None:
                process.terminate()
            rest, _ = await process.communicate()
            laid.counts = json.loads(rest) if rest else {}
