"""`netipl agent build`: the agent as a directory that `netipl medium add` imports."""

from pathlib import Path
from typing import Annotated

import typer

from netipl.cli.agent.progress import working
from netipl.errors import UsageError
from netipl.integrations.debian import agent
from netipl.integrations.debian.agent import OwnKernel


def build(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where to write.")] = Path("agent"),
    kernel: Annotated[
        Path | None, typer.Option("--kernel", metavar="FILE", help="A raw s390x kernel in place of Debian's.")
    ] = None,
    modules: Annotated[
        Path | None, typer.Option("--modules", metavar="DIR", help="Its modules, as /lib/modules/VERSION.")
    ] = None,
    *,
    refresh: Annotated[bool, typer.Option("--refresh", help="Look for newer packages in Debian's archive.")] = False,
) -> None:
    """Build the agent's kernel and initrd from Debian's packages.

    Fetches Debian's s390x packages with apt, once, into ~/.cache/netipl; needs no root. The same packages give the
    same bytes. The result is a directory for `netipl medium add agent DIR`.
    """
    if (kernel is None) != (modules is None):
        raise UsageError("--kernel and --modules belong together", remedy="give both, or neither for Debian's kernel")
    own = OwnKernel(kernel=kernel, modules=modules) if kernel and modules else None
    with working("building the agent") as progress:
        made = agent.build(own, progress=progress, refresh=refresh)
    agent.write(made, output)
    sizes = f"kernel {len(made.kernel) / 1e6:.1f} MB, initrd {len(made.initrd) / 1e6:.1f} MB"
    typer.echo(f"{output}: the agent with Linux {made.version}, {sizes}")
