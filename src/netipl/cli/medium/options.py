"""The arguments and options of `netipl medium add`."""

from pathlib import Path
from typing import Annotated

import typer

Name = Annotated[str, typer.Argument(metavar="NAME", help="What it is to be called, as rhel-9.4.")]
Source = Annotated[
    str, typer.Argument(metavar="SOURCE", help="A URL; or a file or directory of this machine, which is sent.")
]
Tree = Annotated[bool, typer.Option("--tree", help="Keep and serve the whole ISO image or directory.")]
Key = Annotated[Path | None, typer.Option("--key", metavar="FILE", help="OpenPGP keys by which it has to be signed.")]
Sum = Annotated[
    str | None, typer.Option("--sha256", metavar="SUM", help="The sum that the ISO or disk image has to have.")
]
Unpack = Annotated[bool, typer.Option("--unpack", help="Keep a compressed disk image raw.")]
OnHost = Annotated[
    bool, typer.Option("--on-host", help="SOURCE is a path on the daemon's host, which reads it itself.")
]
WithAgent = Annotated[
    bool, typer.Option("--agent", help="Build and import the agent too, if it is needed and there is none.")
]
Detach = Annotated[bool, typer.Option("--detach", help="Do not wait until it is there.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what it is. Needs no daemon.")]
