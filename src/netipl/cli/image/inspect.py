"""`netipl image inspect`: what a file is, and what the firmware would do with it."""

import json
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from netipl.cli import options
from netipl.cli.image import making
from netipl.cli.image.found import described, lines
from netipl.cli.image.listed import described as described_list
from netipl.cli.image.listed import lines as list_lines
from netipl.cli.image.listed import problems
from netipl.cli.image.verdicts import Bench, as_json, line
from netipl.errors import WireError
from netipl.firmware.limits import MIB
from netipl.firmware.rehearsal import Held
from netipl.firmware.verdict import Place, Verdict
from netipl.images import kinds
from netipl.images.kinds import Kind
from netipl.store import files, ins_files, inspection
from netipl.store.ins_files import Listed, shelf
from netipl.store.inspection import Inspection


def inspect(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A kernel, an image, an initrd, an .ins list, anything.")
    ],
    firmware: options.Firmware = None,
    memory: options.Memory = 512,
    *,
    members: Annotated[bool, typer.Option("--members", help="List what is in an initrd.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell what a file is, and what the firmware would do with it as boot file, as kernel and as initrd.

    Knows raw kernels, combined images, .ins lists, configurations, initrds with all their archives, Secure Execution
    images, and what is taken for a kernel and is none: ELF, x86 bzImage, EFI, compressed kernels.

    Exit status: 1 when the firmware can use it in no way, or it is damaged.
    """
    with making.progress(files.whole(file).size, "reading") as step:
        found = inspection.inspect(file, step)
    listed, root = _listed(file, found)
    bench = Bench(version=options.version(firmware), memory=memory * MIB, shelf=shelf(root))
    held = Held(size=found.size, head=found.head)
    verdicts = {place: _of_kind(place, found, bench.verdict(place, held)) for place in Place}
    usable = any(verdict.works for verdict in verdicts.values())
    if json_:
        told = {place.replace(" ", "_"): as_json(verdict) for place, verdict in verdicts.items()}
        more = {"ins": described_list(listed)} if listed else {}
        sys.stdout.write(json.dumps({**described(found), **more, "firmware": told}, indent=2) + "\n")
    else:
        _tell(found, listed, verdicts, members=members)
    wrong = found.fault or (listed and problems(listed))
    raise typer.Exit(0 if usable and not wrong else 1)


def _listed(file: Path, found: Inspection) -> tuple[Listed | None, Path]:
    """The parts of an .ins list, and where the files are that a list or a configuration names."""
    if found.kind is Kind.INS:
        with suppress(WireError):
            listed = ins_files.read(file)
            return listed, listed.root
    return None, file.absolute().parent


def _tell(found: Inspection, listed: Listed | None, verdicts: dict[Place, Verdict], *, members: bool) -> None:
    for each in lines(found, members=members):
        typer.echo(each)
    for each in list_lines(listed) if listed else ():
        typer.echo(each)
    for place, verdict in verdicts.items():
        typer.echo(line(place, verdict))
    if found.kind not in _LISTS and found.initrd is None and not verdicts[Place.KERNEL].works:
        typer.echo(f"  ! {_remedy(found)}")


def _of_kind(place: Place, found: Inspection, verdict: Verdict) -> Verdict:
    """What the firmware does is not all: it looks at few bytes, and loads anything as an initrd."""
    if not verdict.works:
        return verdict
    if place is not Place.INITRD:
        though = f"{verdict.words}, though it is {kinds.named(found.head)}"
        return replace(verdict, works=False, words=though) if found.kind in _NO_PROGRAMS else verdict
    if found.initrd is None:
        return replace(verdict, works=False, words=f"{verdict.words}, where Linux finds no archive in it")
    if found.fault:
        return replace(verdict, works=False, words=f"{verdict.words}, where Linux stops {found.fault}")
    return replace(verdict, words=f"{verdict.words}, where Linux unpacks it")


def _remedy(found: Inspection) -> str:
    if found.compressed is Kind.KERNEL:
        return f"unpack it: {found.method} -dc"
    return _REMEDIES.get(found.kind, _KERNELS)


_LISTS = {Kind.INS, Kind.CONFIGURATION}
_NO_PROGRAMS = set(Kind) - {Kind.KERNEL, Kind.SECURE_EXECUTION, Kind.UNKNOWN, Kind.EMPTY, Kind.ZEROS, *_LISTS}
"""Chance alone makes a PSW of their first bytes."""
_KERNELS = "the firmware starts raw s390x kernels: vmlinuz or kernel.img of a distribution, bzImage of a build"
_REMEDIES = {
    Kind.OTHER_CPIO: "write the archive anew: cpio -o -H newc",
    Kind.LZ4_FRAME: "compress it anew: lz4 -l",
    Kind.QCOW2: "a guest boots from its disk, not from a file of it: see netipl image reipl",
}
