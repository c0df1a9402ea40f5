"""What `soundness` finds in a database that something else has written to."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from netipl.errors import RefusedError
from netipl.provisioning.changes import LeaseSet
from netipl.store import soundness
from netipl.store.database import Database
from netipl.store.journal import Journal
from tests import postgresql
from tests.contract.store.rows import LEASE, store


def found(url: str, *statements: str) -> list[str]:
    """After these statements by hand."""
    with closing(Database(url)) as database:
        with database.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        with database.reading() as connection:
            return soundness.problems(connection)


def test_what_a_daemon_has_written_is_sound_while_it_runs(url: str) -> None:
    with closing(Journal(url, ["lab"])) as journal:
        journal.submit([LeaseSet(LEASE), LeaseSet(replace(LEASE, network="other"))], lambda _: None)
        journal.leases()
        assert found(url) == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE leases SET address = '192.0.2.999'", "192.0.2.999 in network lab cannot be read"),
        ("UPDATE leases SET mac = 'none'", "cannot be read"),
        ("UPDATE leases SET state = 'lost'", "cannot be read"),
        ("ALTER TABLE leases ADD COLUMN extra TEXT", "not those of schema"),
        ("ALTER TABLE leases DROP COLUMN guest", "not those of schema"),
        ("DROP TABLE leases", "not those of schema"),
        ("DROP TABLE alembic_version", "`netipl db upgrade`"),
    ],
)
def test_it_finds(url: str, statement: str, words: str) -> None:
    store(url, LEASE)
    problems = found(url, statement)
    assert problems
    assert words in problems[0]


def test_it_finds_two_leases_of_one_address(url: str) -> None:
    store(url, LEASE)
    rest = "mac, client_id, guest, state, expires, xid"
    twice = found(
        url,
        f"CREATE TABLE copy AS SELECT network, address, {rest} FROM leases",
        "DROP TABLE leases",
        f"CREATE TABLE leases AS SELECT network, address, {rest} FROM copy UNION ALL SELECT * FROM copy",
    )
    assert any("not those of schema" in problem for problem in twice)


def test_tables_of_others_in_the_same_database_are_none_of_its_business(url: str) -> None:
    store(url, LEASE)
    assert found(url, "CREATE TABLE theirs (number INTEGER)") == []


def test_a_newer_schema_is_refused(url: str) -> None:
    store(url, LEASE)
    with pytest.raises(RefusedError, match="9999"):
        found(url, "UPDATE alembic_version SET version_num = '9999'")


def test_it_finds_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "netipl.db"
    store(str(path), *(replace(LEASE, address=LEASE.address + number) for number in range(200)))
    content = bytearray(path.read_bytes())
    root = len(content) - 4096
    content[root + 100 : root + 900] = bytes(800)
    path.write_bytes(content)
    assert any("damaged" in problem for problem in found(str(path)))


def test_it_finds_a_server_that_does_not_sync() -> None:
    with postgresql.server("fsync = off\n") as server:
        store(server.url, LEASE)
        with closing(Database(server.url)) as database, database.reading() as connection:
            [problem] = soundness.problems(connection)
    assert "fsync = off" in problem
