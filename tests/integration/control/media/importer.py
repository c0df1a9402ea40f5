"""A daemon's media, in a process that a test kills: `python -m tests.integration.control.media.importer STATE URL`.

Says `arriving` when a MiB of a file is on disk.
"""

import asyncio
import sys
from pathlib import Path

from netipl.provisioning.media_jobs import MediumAsked
from tests.media_lab import BY, media_lab, until


async def main(root: Path, url: str) -> None:
    async with media_lab(root) as lab:
        await lab.plane.add(MediumAsked(name="fedora", source=url), by=BY)
        await until(lambda: any(path.stat().st_size >= 1 << 20 for path in root.glob("media/incoming/*/*.part")))
        sys.stdout.write("arriving\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
