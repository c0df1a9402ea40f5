"""`netipl image ins combine`: one image from a medium's own .ins list."""

from pathlib import Path
from typing import Annotated

import typer

from netipl.cli.image import making
from netipl.errors import RefusedError, UsageError, WireError
from netipl.images.ins_layout import reassembled
from netipl.store import ins_files
from netipl.wire import printable


def combine(
    file: Annotated[Path, typer.Argument(metavar="LIST", help="An .ins list, such as generic.ins.")],
    output: making.Output,
    root: Annotated[
        Path | None, typer.Option(metavar="DIR", help="What its names are relative to. Found by them if left out.")
    ] = None,
) -> None:
    """Make one image of the kernel, initrd and parameters that an .ins list names.

    The initrd comes to stand right behind the kernel, whatever its address in the list, so the image has no gap.

    Exit status: 1 when the list or its files are wrong.
    """
    try:
        listed = ins_files.read(file, root)
        for part, reason in listed.missing:
            raise RefusedError(
                printable(f"{part.name}: {reason}"), remedy="put it there, or name the tree's root by --root"
            )
        image = reassembled(listed.placed)
    except (WireError, UsageError) as error:
        raise RefusedError(f"{file}: {printable(str(error))}", remedy=error.remedy) from error
    making.write(image, output, inputs=[file])
