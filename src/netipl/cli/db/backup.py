"""`netipl db backup`: all rows in one file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from netipl.cli.db import which
from netipl.store import backup as store
from netipl.store.writing import private_file

File = Annotated[Path, typer.Argument(metavar="FILE", help="Where to write. A file that is there is replaced.")]


def backup(
    file: File, config: which.Config = which.CONFIG, database: which.Url = None, *, as_json: which.Json = False
) -> None:
    """Write the database to a file, as it is at one moment, while the daemon goes on.

    The file is the same for SQLite and PostgreSQL: `netipl db restore` puts it into either. It appears when it is
    whole, for nobody else to read.
    """
    size = 0
    with which.opened(config, database) as opened, opened.reading() as connection:
        rows = store.count(connection)
        lines = store.lines(connection, datetime.now(UTC))
        with which.bar(rows, "backup") as step, private_file(file) as output:
            for line in lines:
                size += output.write(line)
                step(1)
    result = {"database": opened.name, "file": str(file), "rows": rows, "bytes": size}
    which.tell(f"{file}: {rows} rows of {opened.name}", result, as_json=as_json)
