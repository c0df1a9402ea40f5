"""`netipl image ins build`: an .ins list and all that it names."""

import os
from pathlib import Path
from typing import Annotated

import typer

from netipl.cli.image import making
from netipl.content import Content
from netipl.errors import UsageError
from netipl.images import ins

_DEFAULT_NAME = "boot.ins"


def build(  # noqa: PLR0917 - one parameter for each option of the command
    kernel: making.Kernel,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="DIR|FILE", help=f"A directory, for {_DEFAULT_NAME} in it; or the list."
        ),
    ],
    initrd: making.Initrd = None,
    append: making.Append = None,
    parmfile: making.ParameterFile = None,
    root: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="What names are relative to, as for the TFTP server. Else the list's directory."
        ),
    ] = None,
) -> None:
    """Make an .ins list of a kernel, its initrd and its command line, with everything that it names beside it.

    The kernel and initrd are named where they are if that is beneath the root, and copied beside the list if not. The
    firmware asks for these names as they are, so the root must be the directory of the TFTP server.
    """
    parameters = making.parameters(append, parmfile)
    place = output / _DEFAULT_NAME if os.path.isdir(output) else output  # noqa: PTH112 - which raises nothing
    base, directory = (Path(os.path.realpath(path)) for path in (root or place.parent, place.parent))
    if not directory.is_relative_to(base):
        raise UsageError(f"{place} is not beneath {base}", remedy="name a --root above it")
    content, header = making.kernel_of(kernel)
    initrd_content = making.initrd_of(initrd)
    tree = ins.build(
        name=_relative(directory / place.name, base),
        kernel=(_name_of(kernel, directory, base), content),
        header=header,
        initrd=(_name_of(initrd, directory, base), initrd_content) if initrd and initrd_content else None,
        append=parameters,
        directory=_relative(directory, base, slash=True),
    )
    images = [path for path in (kernel, initrd) if path is not None]
    _write(tree, base, images, [*images, *([parmfile] if parmfile else [])])


def _write(tree: dict[str, Content], base: Path, images: list[Path], inputs: list[Path]) -> None:
    """The list last, when all that it names is there. An image that is named where it is stays as it is."""
    for name, content in reversed(tree.items()):
        if not any(_same(base / name, path) for path in images):
            making.write(content, base / name, inputs=inputs)


def _name_of(path: Path, directory: Path, base: Path) -> str:
    """How the list names a file: where it is, or the copy that there will be."""
    found = Path(os.path.realpath(path))
    return _relative(found if found.is_relative_to(base) else directory / path.name, base)


def _relative(path: Path, base: Path, *, slash: bool = False) -> str:
    name = path.relative_to(base).as_posix()
    if not slash:
        return name
    return "" if name == "." else f"{name}/"


def _same(path: Path, other: Path) -> bool:
    return os.path.realpath(path) == os.path.realpath(other)
