"""What the commands that make images share: options, the parameters that are asked for, writing the result."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from netipl.content import Content
from netipl.errors import UsageError
from netipl.images import kernel as facts
from netipl.store import files, writing

Kernel = Annotated[Path, typer.Argument(metavar="KERNEL", help="An uncompressed s390x kernel.")]
Initrd = Annotated[Path | None, typer.Option("--initrd", metavar="FILE", help="Its initrd.")]
Append = Annotated[str | None, typer.Option("--append", metavar="TEXT", help="The kernel command line.")]
ParameterFile = Annotated[
    Path | None,
    typer.Option("--parmfile", metavar="FILE", help="A file with the kernel command line, taken as it is."),
]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write; - is standard output.")]

_WORTH_A_BAR = 8 << 20


def parameters(append: str | None, file: Path | None) -> bytes | None:
    """The bytes of the command line; None if neither is given. Raises UsageError and UnavailableError."""
    if append is not None and file is not None:
        raise UsageError("--append and --parmfile are both given", remedy="leave one of them out")
    if append is not None:
        return os.fsencode(append)
    if file is None:
        return None
    content = files.whole(file)
    if content.size > facts.LARGEST_PARAMETERS:
        raise UsageError(f"{file} has {content.size} bytes, more than any kernel takes", remedy="give a parameter file")
    return files.beginning(content, content.size)


def kernel_of(path: Path) -> tuple[Content, bytes]:
    """A kernel and its header. Raises UnavailableError."""
    content = files.whole(path)
    return content, files.beginning(content, facts.HEADER_SIZE)


def initrd_of(path: Path | None) -> Content | None:
    """Raises UnavailableError."""
    return None if path is None else files.whole(path)


def write(content: Content, output: Path, *, inputs: Iterable[Path] = ()) -> None:
    """Write an image to `output`, with a bar if it is long and somebody is watching; `-` is standard output."""
    with progress(content.size, "writing") as step:
        if str(output) == "-":
            writing.to_stream(content, sys.stdout.buffer, progress=step)
        else:
            writing.to_file(content, output, inputs=inputs, progress=step)


@contextmanager
def progress(size: int, words: str) -> Iterator[writing.Progress]:
    """A bar on the terminal for `size` bytes, if that takes long enough to be seen."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal or size < _WORTH_A_BAR)
    with bar:
        task = bar.add_task(words, total=size)
        yield lambda done: bar.advance(task, done)
