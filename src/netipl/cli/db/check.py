"""`netipl db check`: whether the database is sound."""

import typer

from netipl.cli.db import which
from netipl.store import backup, schema, soundness
from netipl.wire import printable


def check(config: which.Config = which.CONFIG, database: which.Url = None, *, as_json: which.Json = False) -> None:
    """Say whether the database is sound: its file or server, its tables and every row. Exit status 1 if it is not.

    The daemon may go on meanwhile.
    """
    with which.opened(config, database) as opened, opened.reading() as connection:
        present, rows = schema.present(connection), backup.count(connection)
        problems = soundness.problems(connection)
    lines = [f"{opened.name}: {printable(problem, 4096)}" for problem in problems]
    sound = f"{opened.name}: sound, schema {present}, {rows} rows"
    result = {"database": opened.name, "schema": present, "rows": rows, "problems": problems}
    which.tell("\n".join(lines) or sound, result, as_json=as_json)
    if problems:
        raise typer.Exit(1)
