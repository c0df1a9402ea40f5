"""Takes all rows out of a database, and puts them into another one, of either kind.

What is written is one state of the database, while its daemons go on. A backup comes back as the schema that it was
made with, and is then upgraded as any database is; it comes back whole, or the database stays as it was.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from netipl.errors import RefusedError
from netipl.store import schema, soundness
from netipl.store.records import Header, Reader, Row, encode
from netipl.store.tables import metadata
from netipl.wire import printable

_AT_ONCE: Final = 1000  # rows


def lines(connection: Connection, made: datetime) -> Iterator[bytes]:
    """The lines of a backup of all that is there, whatever its schema. Raises RefusedError for one that has none."""
    present = schema.present(connection)
    if present is None:
        raise RefusedError("the database is empty", remedy="name the one that a daemon has used")
    return encode(Header(present, made), _rows(connection))


def count(connection: Connection) -> int:
    """Rows of all tables."""
    return sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in _tables(connection))


def restore(connection: Connection, backup: Reader, *, force: bool) -> None:
    """Put `backup` in, inside the caller's transaction; with `force` in the place of what is there.

    Raises RefusedError, upon which the transaction has to be given up.
    """
    schema.check_known(schema.present(connection))
    schema.check_known(backup.header.schema, "the backup")
    if (rows := count(connection)) and not force:
        remedy = "restore into an empty one; or replace everything that is there with --force"
        raise RefusedError(f"the database is not empty: it has {rows} rows", remedy=remedy)
    _clear(connection)
    schema.upgrade(connection, backup.header.schema)
    _insert(connection, backup)
    schema.upgrade(connection)
    if problems := soundness.problems(connection):
        raise RefusedError(f"the backup holds what cannot be: {problems[0]}", remedy="take another backup")


def _tables(connection: Connection) -> list[Table]:
    """Ours, as the schema that is there has them; a table after those that it refers to."""
    there = set(inspect(connection).get_table_names())
    found = MetaData()
    found.reflect(connection, only=[name for name in metadata.tables if name in there])
    return found.sorted_tables


def _rows(connection: Connection) -> Iterator[tuple[str, Row]]:
    for table in _tables(connection):
        query = select(table).order_by(*table.primary_key)
        rows = connection.execute(query, execution_options={"yield_per": _AT_ONCE}).mappings()
        for row in rows:
            yield table.name, {str(column): value for column, value in row.items()}


def _clear(connection: Connection) -> None:
    for table in reversed(_tables(connection)):
        table.drop(connection)
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))


def _insert(connection: Connection, backup: Reader) -> None:
    tables = {table.name: table for table in _tables(connection)}
    group: list[dict[str, Any]] = []  # Any: as SQLAlchemy takes it
    last = ""
    for name, row in backup.rows():
        table = tables.get(name)
        if table is None or set(row) != set(table.columns.keys()):
            words = printable(name)
            raise RefusedError(
                f"the backup has a row of {words} that schema {backup.header.schema} has not", remedy="take another"
            )
        if group and (name != last or len(group) >= _AT_ONCE):
            _insert_group(connection, tables[last], group)
            group = []
        last = name
        group.append(row)
    if group:
        _insert_group(connection, tables[last], group)


def _insert_group(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    try:
        connection.execute(insert(table), rows)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        reason = " ".join(str(error.orig).split())
        raise RefusedError(f"the backup does not fit: {reason}", remedy="take another backup") from error
    except SQLAlchemyError as error:  # a value that is of another type than its column
        raise RefusedError(f"the backup does not fit: {error}", remedy="take another backup") from error
