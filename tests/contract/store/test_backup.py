"""A backup comes back whole or not at all, in either kind of database, and is taken while a daemon writes."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import IPv4Address
from itertools import product

import pytest

from netipl.errors import NetiplError, RefusedError, UnavailableError
from netipl.guests.lease import Lease
from netipl.provisioning.changes import LeaseSet
from netipl.provisioning.history import EventQuery
from netipl.store import backup, schema
from netipl.store.archive import Archive
from netipl.store.database import Database
from netipl.store.journal import Journal
from netipl.store.records import Reader
from tests.contract.store import rows
from tests.contract.store.rows import EVENT, EVERYTHING, LEASE, STORED, keep, store

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
OTHER = replace(LEASE, network="other", guest=None, client_id=None)
KINDS = ("sqlite", "postgresql")


@pytest.fixture
def urls(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """A new empty database of a kind, each time."""

    def made(kind: str) -> str:
        if kind == "sqlite":
            return str(tmp_path_factory.mktemp("db") / "netipl.db")
        return str(request.getfixturevalue("postgresql_server").empty())

    return made


def stored(url: str) -> list[Lease]:
    with closing(Journal(url, ["lab", "other"])) as journal:
        return sorted(journal.stored().leases, key=lambda lease: (lease.network, lease.address))


def taken(url: str) -> list[bytes]:
    with closing(Database(url)) as database, database.reading() as connection:
        return list(backup.lines(connection, NOW))


def put(url: str, lines: list[bytes], *, force: bool = False) -> None:
    with closing(Database(url)) as database, database.alone() as connection:
        backup.restore(connection, Reader(lines), force=force)


@pytest.mark.parametrize(("one", "other"), list(product(KINDS, KINDS)))
def test_it_comes_back_from_one_kind_of_database_into_another(urls: Callable[[str], str], one: str, other: str) -> None:
    source, target = urls(one), urls(other)
    store(source, LEASE, OTHER)
    lines = taken(source)
    put(target, lines)
    assert stored(target) == [LEASE, OTHER]
    assert taken(target) == lines


@pytest.mark.parametrize(("one", "other"), list(product(KINDS, KINDS)))
def test_every_kind_of_row_comes_back(urls: Callable[[str], str], one: str, other: str) -> None:
    source, target = urls(one), urls(other)
    keep(source, EVERYTHING)
    lines = taken(source)
    put(target, lines)
    assert taken(target) == lines
    assert rows.stored(target) == STORED
    with closing(Database(target)) as database:
        assert Archive(database, lambda: ["lab"]).events(EventQuery(after=1)) == [EVENT]


def test_many_rows_come_back(url: str, urls: Callable[[str], str]) -> None:
    leases = [replace(LEASE, address=IPv4Address("10.0.0.0") + number) for number in range(2500)]
    store(url, *leases)
    target = urls("sqlite")
    put(target, taken(url))
    assert stored(target) == leases


def test_an_empty_database_comes_back_empty(url: str, urls: Callable[[str], str]) -> None:
    store(url)
    target = urls("sqlite")
    put(target, taken(url))
    assert stored(target) == []


def test_a_database_that_no_daemon_has_used_is_no_backup(url: str) -> None:
    with closing(Database(url)) as database, database.alone():
        pass
    with pytest.raises(RefusedError, match="empty"):
        taken(url)


def test_a_daemon_writes_on_while_a_backup_is_taken_of_what_was_there(url: str) -> None:
    with closing(Journal(url, ["lab", "other"])) as journal:
        journal.submit([LeaseSet(LEASE)], lambda _: None)
        journal.stored()
        with closing(Database(url)) as database, database.reading() as connection:
            assert backup.count(connection) == 1
            journal.submit([LeaseSet(OTHER)], lambda _: None)
            assert len(journal.stored().leases) == 2
            rows = [json.loads(line) for line in backup.lines(connection, NOW)]
        assert rows[-1]["end"] == {"leases": 1}


def test_nothing_is_restored_while_a_daemon_has_the_database(url: str) -> None:
    store(url, LEASE)
    lines = taken(url)
    with closing(Journal(url, ["lab"])), pytest.raises(UnavailableError, match="another netipl has"):
        put(url, lines, force=True)
    assert stored(url) == [LEASE]


def test_a_database_that_holds_something_is_replaced_only_by_force(url: str) -> None:
    store(url, LEASE)
    lines = taken(url)
    store(url, OTHER)
    with pytest.raises(RefusedError, match="2 rows") as refusal:
        put(url, lines)
    assert "--force" in refusal.value.remedy
    assert stored(url) == [LEASE, OTHER]
    put(url, lines, force=True)
    assert stored(url) == [LEASE]


def without_end(lines: list[bytes]) -> list[bytes]:
    return lines[:-1]


def with_half_an_end(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-1], lines[-1][:20]]


def without_a_row(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *lines[2:]]


def with_another_address(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b"192.0.2.10", b"192.0.2.11") for line in lines]


def with_something_after_the_end(lines: list[bytes]) -> list[bytes]:
    return [*lines, lines[-1]]


def of_another_format(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(b'"format":1', b'"format":2'), *lines[1:]]


def of_a_newer_schema(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(schema.newest().encode(), b"9999"), *lines[1:]]


def of_another_table(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b'"table":"leases"', b'"table":"alembic_version"') for line in lines]


def with_another_column(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b'"guest"', b'"host"') for line in lines]


def with_a_lease_that_is_none(lines: list[bytes]) -> list[bytes]:
    return signed([lines[0], lines[1].replace(b"192.0.2.10", b"192.0.2.999"), *lines[2:]])


def with_a_lease_twice(lines: list[bytes]) -> list[bytes]:
    return signed([lines[0], lines[1], lines[1], lines[-1]])


def with_a_value_of_another_type(lines: list[bytes]) -> list[bytes]:
    return signed([lines[0], lines[1].replace(b'{"utc":', b'{"hex":"00"},"x":{"utc":'), *lines[2:]])


def without_a_needed_value(lines: list[bytes]) -> list[bytes]:
    return signed([lines[0], lines[1].replace(b'"52:54:00:13:33:0a"', b"null"), *lines[2:]])


def empty(_: list[bytes]) -> list[bytes]:
    return []


def something_else(_: list[bytes]) -> list[bytes]:
    return [b"\x89PNG\r\n", b"[" * 100_000 + b"\n"]


def deep(lines: list[bytes]) -> list[bytes]:
    return [lines[0], b"[" * 100_000 + b"\n"]


def signed(lines: list[bytes]) -> list[bytes]:
    """With an end that fits."""
    before = lines[:-1]
    end = {
        "end": {"leases": len(before) - 1} if len(before) > 1 else {},
        "sha256": sha256(b"".join(before)).hexdigest(),
    }
    return [*before, json.dumps(end).encode() + b"\n"]


@pytest.mark.parametrize(
    "spoilt",
    [
        without_end,
        with_half_an_end,
        without_a_row,
        with_another_address,
        with_something_after_the_end,
        of_another_format,
        of_a_newer_schema,
        of_another_table,
        with_another_column,
        with_a_lease_that_is_none,
        with_a_lease_twice,
        with_a_value_of_another_type,
        without_a_needed_value,
        empty,
        something_else,
        deep,
    ],
)
def test_a_backup_that_is_none_is_refused_and_changes_nothing(
    url: str, spoilt: Callable[[list[bytes]], list[bytes]]
) -> None:
    store(url, LEASE, OTHER)
    lines = spoilt(taken(url))
    with pytest.raises(NetiplError) as refusal:
        put(url, lines, force=True)
    assert isinstance(refusal.value, RefusedError)
    assert refusal.value.remedy
    assert stored(url) == [LEASE, OTHER]


def test_a_backup_of_the_first_schema_is_upgraded(url: str) -> None:
    header = {"netipl": "backup", "format": 1, "schema": "0001", "made": NOW.isoformat()}
    put(url, signed([json.dumps(header).encode() + b"\n", b""]))
    with closing(Database(url)) as database, database.reading() as connection:
        assert schema.present(connection) == schema.newest()
