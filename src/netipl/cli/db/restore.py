"""`netipl db restore`: the rows of a backup, in this database."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from netipl.cli.db import which
from netipl.errors import UnavailableError
from netipl.store import backup
from netipl.store.records import LONGEST, Reader
from netipl.store.writing import Progress

File = Annotated[Path, typer.Argument(metavar="FILE", help="What `netipl db backup` wrote.")]
Force = Annotated[bool, typer.Option("--force", help="Replace everything that the database has.")]


def restore(
    file: File,
    config: which.Config = which.CONFIG,
    database: which.Url = None,
    *,
    force: Force = False,
    as_json: which.Json = False,
) -> None:
    """Put a backup into an empty database, made by SQLite or by PostgreSQL, and upgrade it.

    It comes back whole, or the database stays as it was. No daemon may have the database meanwhile.
    """
    try:
        source = file.open("rb")
    except OSError as error:
        raise UnavailableError(f"{file}: {error.strerror}", remedy="name what `netipl db backup` wrote") from error
    with source, which.bar(os.fstat(source.fileno()).st_size, "restore") as step:
        read = Reader(_lines(source, step))
        with which.opened(config, database) as opened, opened.alone() as connection:
            backup.restore(connection, read, force=force)
    rows = read.counts.total()
    result = {"database": opened.name, "file": str(file), "rows": rows, "schema": read.header.schema}
    which.tell(f"{opened.name}: {rows} rows of {file}", result, as_json=as_json)


def _lines(source: BinaryIO, step: Progress) -> Iterator[bytes]:
    while line := source.readline(LONGEST + 1):
        step(len(line))
        yield line
