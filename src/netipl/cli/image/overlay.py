"""`netipl image overlay`: files added to an initrd that stays as it is."""

from pathlib import Path
from typing import Annotated

import typer

from netipl.cli.image import making
from netipl.errors import RefusedError
from netipl.images.overlay import Tree, appended
from netipl.store import files, inspection, overlays


def overlay(
    initrd: Annotated[Path, typer.Argument(metavar="INITRD", help="The initrd of a distribution.")],
    entries: Annotated[
        list[str],
        typer.Argument(metavar="ENTRY...", help="PATH, or SOURCE:TARGET; a directory stands for all that is in it."),
    ],
    output: making.Output,
) -> None:
    """Add files to an initrd, in an archive behind it.

    The initrd is read for its directories and links but not unpacked; Linux unpacks the archive over it, and later
    wins. Everything belongs to root; nobody else may write.

    Exit status: 1 when Linux would not come as far as the archive, since the initrd is damaged.
    """
    content, tree = files.whole(initrd), Tree()
    with making.progress(content.size, "reading") as step:
        found = inspection.survey(content, tree.note, step)
    if found.fault:
        remedy = f"fetch it again; `netipl image inspect {initrd}` says more"
        raise RefusedError(f"Linux would stop in {initrd}, {found.fault}", remedy=remedy)
    additions = [addition for entry in entries for addition in overlays.additions(entry)]
    making.write(appended(content, additions, tree), output)
