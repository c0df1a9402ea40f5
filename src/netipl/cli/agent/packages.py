"""`netipl agent packages`: what the agent installs Debian from."""

from pathlib import Path
from typing import Annotated

import typer

from netipl.cli.agent.progress import working
from netipl.integrations.debian import packages as archive


def packages(
    more: Annotated[
        list[str] | None, typer.Argument(metavar="[PACKAGE...]", help="Packages beyond those that every system gets.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where to write.")] = Path(
        "debian-packages"
    ),
) -> None:
    """Write the archive of packages that the agent installs Debian from.

    Fetches Debian's s390x packages with apt into ~/.cache/netipl; needs no root. What is essential, apt, the kernel,
    s390-tools, systemd and the SSH server are always there, and all that PACKAGEs need. The result is a directory for
    `netipl medium add NAME DIR`.
    """
    with working("fetching packages") as progress:
        made = archive.write(output, more or (), progress=progress)
    typer.echo(f"{made.path}: {made.count} packages, {made.size} bytes, sha256 {made.sha256}")
