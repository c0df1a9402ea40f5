"""`netipl agent packages`: what the agent installs Debian from."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from netipl.cli.agent.progress import working
from netipl.integrations.debian import packages as archive


def packages(
    more: Annotated[
        list[str] | None, typer.Argument(metavar="[PACKAGE...]", help="Packages beyond those that every system gets.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write.")] = Path(
        "debian.tar"
    ),
) -> None:
    """Write the archive of packages that the agent installs Debian from.

    Fetches Debian's s390x packages with apt into ~/.cache/netipl; needs no root. What is essential, apt, the kernel,
    s390-tools, systemd and the SSH server are always there, and all that PACKAGEs need. Prints the sum for the orders.
    """
    with working("fetching packages") as progress:
        count = archive.write(output, more or (), progress=progress)
    with output.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    typer.echo(f"{output}: {count} packages, {output.stat().st_size} bytes, sha256 {digest}")
