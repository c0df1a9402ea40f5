"""`INSERT ... ON CONFLICT`: the one statement that SQLAlchemy spells differently for each database."""

from collections.abc import Callable, Mapping
from functools import cache

from sqlalchemy import Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

_INSERT: Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def upsert(table: Table, dialect: Dialect) -> Insert:
    """Insert a row of `table`, or replace the one with the same primary key."""
    return _upsert(table, dialect.name)


@cache  # making it costs SQLAlchemy more than running it
def _upsert(table: Table, dialect: str) -> Insert:
    insert = _INSERT[dialect](table)
    keys = [column.name for column in table.primary_key]
    others = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=others)
