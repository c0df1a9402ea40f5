"""The archive of packages that the agent installs Debian from: one tar file, in the order in which it needs them.

First what makes a file system (`tools/`), then what every Debian has (`essential/`), then all else (`more/`). Fetched
and checked by apt; the same packages give the same bytes.
"""

import tarfile
from collections.abc import Iterable
from pathlib import Path

from netipl.integrations.debian.apt import Apt, Progress, locked
from netipl.integrations.debian.boot import ARCHITECTURE, KERNEL, default_cache

ALWAYS = (
    "apt",
    KERNEL,
    "s390-tools",
    "openssh-server",
    "systemd-sysv",
    "systemd-resolved",
    "e2fsprogs",
    "iproute2",
    "sudo",
    "tzdata",
)
"""The least that boots, answers by SSH, and can get more."""
_ESSENTIAL = "?essential"
_TOOLS = "e2fsprogs"


def write(output: Path, more: Iterable[str] = (), *, cache: Path | None = None, progress: Progress) -> int:
    """Write the archive, with `more` packages; how many are in it. Blocks. Raises UnavailableError."""
    directory = (cache or default_cache()).absolute()
    with locked(directory, progress):
        apt = Apt(directory, ARCHITECTURE, progress)
        apt.update()
        every = apt.closure([_ESSENTIAL, *ALWAYS, *more])
        essential = set(apt.closure([_ESSENTIAL]))
        tools = {_TOOLS, *apt.depends(_TOOLS)} - {"libc6"}
        progress("writing the archive")
        first = [deb for deb in every if deb.name.partition("_")[0] in tools]
        then = [deb for deb in every if deb in essential and deb not in first]
        rest = [deb for deb in every if deb not in essential and deb not in first]
        with tarfile.open(output, "w", format=tarfile.GNU_FORMAT) as archive:
            for place, debs in (("tools", first), ("essential", then), ("more", rest)):
                for deb in sorted(debs):
                    member = tarfile.TarInfo(f"{place}/{deb.name}")
                    member.size = deb.stat().st_size
                    with deb.open("rb") as file:
                        archive.addfile(member, file)
    return len(every)
