"""`INSERT ... ON CONFLICT`: the one statement that SQLAlchemy spells differently for each database."""

from collections.abc import Callable, Mapping

from sqlalchemy import Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

_INSERT: Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def upsert(table: Table, dialect: Dialect) -> Insert:
    """Insert a row of `table`, or replace the one with the same primary key."""
    insert = _INSERT[dialect.name](table)
    keys = [column.name for column in table.primary_key]
    others = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=others)
