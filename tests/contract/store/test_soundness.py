"""What `soundness` finds in a database that something else has written to."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from netipl.errors import RefusedError
from netipl.guests.build import BuildState
from netipl.provisioning.changes import BuildSet, GuestSet, LeaseSet
from netipl.store import soundness
from netipl.store.database import Database
from netipl.store.journal import Journal
from tests import postgresql
from tests.contract.store.rows import BOOT, BUILD, EVENT, EVERYTHING, GUEST, LEASE, keep, store


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
        journal.submit([*EVERYTHING, LeaseSet(replace(LEASE, network="other"))], lambda _: None)
        journal.stored()
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


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE guests SET document = '{}' WHERE network = 'lab'", "guest web1.example.com in network lab cannot be"),
        ("UPDATE builds SET state = 'lost' WHERE network = 'other'", "build b2 in network other cannot be read"),
        ("UPDATE boots SET purpose = 'fun' WHERE network = 'lab'", f"boot {BOOT.id} in network lab cannot be read"),
        ("UPDATE events SET what = 'tea' WHERE network = 'lab'", f"event {EVENT.number} in network lab cannot be read"),
        ("UPDATE events SET detail = '[' WHERE network = ''", "event 1 in network  cannot be read"),
        ("UPDATE events SET detail = '{\"a\": []}' WHERE network = ''", "no object of text and numbers"),
        ("UPDATE api_tokens SET role = 'king'", "token g"),
        ("UPDATE profiles SET document = '{}' WHERE name = 'web'", "profile web cannot be read"),
        ("DROP INDEX events_of_guest", "not those of schema"),
    ],
)
def test_it_finds_among_guests_and_history(url: str, statement: str, words: str) -> None:
    keep(url, EVERYTHING)
    [problem] = found(url, statement)
    assert words in problem


def test_it_finds_all_that_cannot_be_read_and_not_the_first_alone(url: str) -> None:
    keep(url, EVERYTHING)
    assert len(found(url, "UPDATE boots SET mac = 'none'", "UPDATE events SET what = 'tea'")) == 4


def test_it_finds_guests_of_one_network_with_one_mark(url: str) -> None:
    elsewhere = replace(GUEST, network="other")
    keep(url, map(GuestSet, (GUEST, elsewhere)))
    assert found(url) == []
    keep(url, [GuestSet(replace(elsewhere, name="web3", macs=(LEASE.mac,), uuid=None, client_id=None))])
    [problem] = found(url)
    assert problem == f"network other: the guests {GUEST.name} and web3 are both {LEASE.mac}"


def test_it_finds_a_guest_with_two_builds_that_are_not_over(url: str) -> None:
    waiting = replace(BUILD, state=BuildState.WAITING)
    keep(url, map(BuildSet, (BUILD, replace(waiting, id="1"), replace(waiting, id="2", network="other"))))
    assert found(url) == []
    keep(url, [BuildSet(replace(BUILD, id="3", state=BuildState.SPENT))])
    assert found(url) == [f"guest {GUEST.name} in network lab has 2 builds that are not over"]


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
