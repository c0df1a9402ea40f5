"""The migrations make the tables that the program uses, on every database, and a newer database is left alone."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import make_url
from sqlalchemy.schema import CreateTable

from netipl.errors import RefusedError
from netipl.store import tables
from netipl.store.database import Database
from netipl.store.upsert import upsert


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "with 100%.db"


def test_migrations_make_the_tables_as_declared(path: Path) -> None:
    with closing(Database(str(path))) as database, database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_a_database_is_upgraded_once(path: Path) -> None:
    for _ in range(2):
        Database(str(path)).close()
    with closing(sqlite3.connect(path)) as plain:
        assert len(plain.execute("SELECT * FROM alembic_version").fetchall()) == 1


def test_a_database_of_a_newer_program_is_refused_and_unchanged(path: Path) -> None:
    Database(str(path)).close()
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("UPDATE alembic_version SET version_num = '9999'")
        plain.commit()
    with pytest.raises(RefusedError, match="schema 9999") as refusal:
        Database(str(path))
    assert "newer" in refusal.value.remedy
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


def test_every_commit_is_synced(path: Path) -> None:
    with closing(Database(str(path))) as database, database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_tables_and_upserts_exist_in_the_language_of(database: str) -> None:
    dialect = make_url(f"{database}://").get_dialect()()
    for table in tables.metadata.sorted_tables:
        assert "PRIMARY KEY" in str(CreateTable(table).compile(dialect=dialect))
        assert "DO UPDATE SET" in str(upsert(table, dialect).compile(dialect=dialect))
