"""`netipl image ins show`: what an .ins list loads where, and whether the firmware reads it so."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from netipl.cli import options
from netipl.cli.image.listed import described, firmware_differs, lines, problems
from netipl.cli.image.verdicts import Bench, as_json, line
from netipl.errors import RefusedError, WireError
from netipl.firmware.limits import MIB
from netipl.firmware.rehearsal import Held
from netipl.firmware.verdict import Place
from netipl.store import ins_files
from netipl.wire import printable


def show(
    file: Annotated[Path, typer.Argument(metavar="LIST", help="An .ins list.")],
    root: Annotated[
        Path | None, typer.Option(metavar="DIR", help="What its names are relative to. Found by them if left out.")
    ] = None,
    firmware: options.Firmware = None,
    memory: options.Memory = 512,
    *,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show the files of an .ins list, the addresses they are loaded to, and what is wrong with them.

    Names are looked for beneath the list's directory and the directories above it.

    Exit status: 1 when something is wrong with the list or its files, or the firmware reads it otherwise.
    """
    try:
        listed = ins_files.read(file, root)
    except WireError as error:
        raise RefusedError(f"{file}: {error}", remedy="`netipl image inspect` says what it is") from error
    bench = Bench(version=options.version(firmware), memory=memory * MIB, shelf=ins_files.shelf(listed.root))
    verdict = bench.verdict(Place.BOOT_FILE, Held(size=len(listed.data), head=listed.data))
    if json_:
        made = {"file": str(file), **described(listed), "firmware": {"boot_file": as_json(verdict)}}
        sys.stdout.write(json.dumps(made, indent=2) + "\n")
    else:
        for each in (f"{printable(str(file))}: an .ins list", *lines(listed), line(Place.BOOT_FILE, verdict)):
            typer.echo(each)
    right = verdict.works and not problems(listed) and not firmware_differs(listed)
    raise typer.Exit(0 if right else 1)
