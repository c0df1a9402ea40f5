"""The migrations make the tables that the program uses, on every database, and a newer database is left alone."""

from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import make_url
from sqlalchemy.schema import CreateTable

from netipl.errors import RefusedError
from netipl.store import schema, tables
from netipl.store.database import Database
from netipl.store.journal import Journal
from netipl.store.upsert import upsert


def upgraded(url: str) -> Database:
    database = Database(url)
    with database.alone() as connection:
        schema.upgrade(connection)
    return database


def test_migrations_make_the_tables_as_declared(url: str) -> None:
    with closing(upgraded(url)) as database, database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_a_database_is_upgraded_once(url: str) -> None:
    for _ in range(2):
        upgraded(url).close()
    with closing(Database(url)) as database, database.reading() as connection:
        assert len(connection.exec_driver_sql("SELECT * FROM alembic_version").fetchall()) == 1
        assert schema.present(connection) == schema.newest()


def test_a_database_of_a_newer_program_is_refused_and_unchanged(url: str) -> None:
    with closing(upgraded(url)) as database, database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(RefusedError, match="schema 9999") as refusal:
        Journal(url, ["lab"])
    assert "newer" in refusal.value.remedy
    with closing(Database(url)) as database, database.reading() as connection:
        assert schema.present(connection) == "9999"


def test_a_path_may_have_any_character(tmp_path: Path) -> None:
    upgraded(str(tmp_path / "with 100%.db")).close()
    assert (tmp_path / "with 100%.db").stat().st_size > 0


def test_every_commit_is_synced_on_sqlite(tmp_path: Path) -> None:
    with closing(upgraded(str(tmp_path / "netipl.db"))) as database, database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_tables_and_upserts_exist_in_the_language_of(database: str) -> None:
    dialect = make_url(f"{database}://").get_dialect()()
    for table in tables.metadata.sorted_tables:
        assert "PRIMARY KEY" in str(CreateTable(table).compile(dialect=dialect))
        assert "DO UPDATE SET" in str(upsert(table, dialect).compile(dialect=dialect))
