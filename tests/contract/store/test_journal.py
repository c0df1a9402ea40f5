"""What the journal promises to whoever submits: durable before `done`, in order, all told of a failure, and then on."""

import os
import resource
import socket
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from netipl.errors import NetiplError, UnavailableError, UsageError
from netipl.guests.lease import Lease, LeaseState
from netipl.net import Mac
from netipl.provisioning.changes import Change, LeaseForgotten, LeaseSet
from netipl.provisioning.inventory import Stored
from netipl.store.database import Database
from netipl.store.journal import Journal

LEASE = Lease(
    network="lab",
    address=IPv4Address("192.0.2.10"),
    mac=Mac.parse("52:54:00:13:33:0a"),
    client_id=b"\xff\x00'\"",
    guest="one",
    state=LeaseState.BOUND,
    expires=datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    xid=0xFFFFFFFF,
)
DEADLINE = 60


NETWORKS = ("lab", "other")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "netipl.db"


@pytest.fixture
def journal(url: str) -> Iterator[Journal]:
    with closing(Journal(url, NETWORKS)) as opened:
        yield opened


def submit(journal: Journal, *changes: Change) -> Future[Exception | None]:
    told: Future[Exception | None] = Future()
    journal.submit(changes, told.set_result)
    return told


def stored(url: str) -> list[tuple[str, str]]:
    """As another connection sees it."""
    with closing(Database(url)) as other, other.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT address, state FROM leases ORDER BY address").fetchall()
    return [(address, state) for address, state in rows]


@contextmanager
def files_no_longer_than(limit: int) -> Iterator[None]:
    """As on a full disk, for this process and without privilege: writes beyond `limit` bytes of a file fail."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def many(count: int) -> list[Change]:
    first = int(IPv4Address("10.0.0.0"))
    return [LeaseSet(replace(LEASE, address=IPv4Address(first + number))) for number in range(count)]


def test_a_lease_comes_back_as_it_was_submitted(journal: Journal) -> None:
    assert submit(journal, LeaseSet(LEASE)).result(DEADLINE) is None
    assert journal.stored().leases == (LEASE,)


def test_a_lease_without_guest_and_client_identifier_comes_back(journal: Journal) -> None:
    lease = replace(LEASE, guest=None, client_id=None, state=LeaseState.DECLINED)
    submit(journal, LeaseSet(lease)).result(DEADLINE)
    assert journal.stored().leases == (lease,)


def test_leases_outlive_the_journal(url: str) -> None:
    with closing(Journal(url, NETWORKS)) as first:
        submit(first, LeaseSet(LEASE))
    with closing(Journal(url, NETWORKS)) as second:
        assert second.stored().leases == (LEASE,)


def test_another_connection_sees_the_lease_when_done_is_called(journal: Journal, url: str) -> None:
    seen: Future[list[tuple[str, str]]] = Future()
    journal.submit([LeaseSet(LEASE)], lambda _: seen.set_result(stored(url)))
    assert seen.result(DEADLINE) == [("192.0.2.10", "bound")]


def test_the_last_change_of_an_address_wins_within_one_submission(journal: Journal) -> None:
    released = replace(LEASE, state=LeaseState.RELEASED)
    forgotten = LeaseForgotten(LEASE.network, LEASE.address)
    submit(journal, LeaseSet(LEASE), forgotten, LeaseSet(released)).result(DEADLINE)
    assert journal.stored().leases == (released,)


def test_changes_apply_in_the_order_of_submission(journal: Journal) -> None:
    for number in range(300):
        submit(journal, LeaseSet(replace(LEASE, xid=number)))
    assert [lease.xid for lease in journal.stored().leases] == [299]


def test_a_forgotten_address_is_gone_and_others_stay(journal: Journal) -> None:
    other = replace(LEASE, network="other")
    submit(journal, LeaseSet(LEASE), LeaseSet(other))
    submit(journal, LeaseForgotten(LEASE.network, LEASE.address)).result(DEADLINE)
    assert journal.stored().leases == (other,)


def test_a_submission_without_changes_waits_for_those_before_it(journal: Journal, url: str) -> None:
    submit(journal, LeaseSet(LEASE))
    assert submit(journal).result(DEADLINE) is None
    assert stored(url) == [("192.0.2.10", "bound")]


def test_close_commits_what_was_submitted(url: str) -> None:
    journal = Journal(url, NETWORKS)
    told = [submit(journal, change) for change in many(500)]
    journal.close()
    assert [result.result(0) for result in told] == [None] * 500
    assert len(stored(url)) == 500


def test_a_time_of_another_zone_is_the_same_moment(journal: Journal) -> None:
    there = LEASE.expires.astimezone(timezone(timedelta(hours=9)))
    submit(journal, LeaseSet(replace(LEASE, expires=there))).result(DEADLINE)
    assert journal.stored().leases[0].expires == there


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("'); DROP TABLE leases; --", "'); DROP TABLE leases; --", id="SQL"),
        pytest.param("gäst-\U0001f5a5", "gäst-\U0001f5a5", id="text beyond ASCII and the basic plane"),
        pytest.param("a\0b", "a\ufffdb", id="NUL, which PostgreSQL refuses"),
        pytest.param("a\udcffb", "a\ufffdb", id="a byte that was no UTF-8"),
        pytest.param("\x1b[2J", "\x1b[2J", id="terminal controls, escaped where they are shown"),
    ],
)
def test_text_from_outside_fails_no_commit(journal: Journal, text: str, kept: str) -> None:
    assert submit(journal, LeaseSet(replace(LEASE, guest=text))).result(DEADLINE) is None
    assert journal.stored().leases[0].guest == kept


def test_a_failed_commit_is_told_to_every_submitter_and_the_journal_goes_on(path: Path) -> None:
    with closing(Journal(str(path), NETWORKS)) as journal:
        submit(journal, LeaseSet(LEASE)).result(DEADLINE)
        with files_no_longer_than(path.with_name(f"{path.name}-wal").stat().st_size):
            told = [submit(journal, change) for change in many(300)]
            errors = [result.result(DEADLINE) for result in told]
        assert all(isinstance(error, UnavailableError) for error in errors)
        assert journal.stored().leases == (LEASE,)
        assert submit(journal, *many(300)).result(DEADLINE) is None
        assert len(journal.stored().leases) == 301


def test_after_a_failure_nothing_is_stored_until_the_leases_were_read(path: Path) -> None:
    with closing(Journal(str(path), NETWORKS)) as journal:
        submit(journal, LeaseSet(LEASE)).result(DEADLINE)
        with files_no_longer_than(path.with_name(f"{path.name}-wal").stat().st_size):
            submit(journal, *many(300)).result(DEADLINE)
        resting_on_it = submit(journal, *many(1)), submit(journal)
        assert ["read again" in str(each.result(DEADLINE)) for each in resting_on_it] == [True, True]
        assert journal.stored().leases == (LEASE,)
        assert submit(journal, *many(1)).result(DEADLINE) is None


def test_a_callback_that_raises_does_not_end_the_journal(journal: Journal) -> None:
    def careless(_: Exception | None) -> None:
        raise RuntimeError("careless")

    journal.submit([LeaseSet(LEASE)], careless)
    assert submit(journal).result(DEADLINE) is None


def test_a_disk_that_is_full_from_the_start_is_told_with_its_remedy(path: Path) -> None:
    with files_no_longer_than(0), pytest.raises(UnavailableError) as caught:
        Journal(str(path), NETWORKS)
    assert caught.value.remedy


def test_a_second_journal_of_the_same_network_is_told_who_has_it_until_the_first_is_closed(url: str) -> None:
    who = f"process {os.getpid()} on {socket.gethostname()}, since 20"
    with closing(Journal(url, ["lab"])):
        with pytest.raises(UnavailableError, match="another netipl has") as refusal:
            Journal(url, ["other", "lab"])
        assert who in str(refusal.value)
        assert "end it" in refusal.value.remedy
    Journal(url, ["lab"]).close()


def test_a_sqlite_database_is_the_same_by_whatever_path(path: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with closing(Journal(str(path), ["lab"])), pytest.raises(UnavailableError, match="another netipl"):
        Journal(f"sqlite:///{tmp_path}/link/netipl.db", ["other"])


def test_a_journal_reads_the_leases_of_its_networks_and_of_those_it_takes(url: str) -> None:
    other = replace(LEASE, network="other")
    with closing(Journal(url, NETWORKS)) as journal:
        submit(journal, LeaseSet(LEASE), LeaseSet(other)).result(DEADLINE)
    with closing(Journal(url, ["lab"])) as journal:
        assert journal.stored().leases == (LEASE,)
        assert journal.hold(NETWORKS).result(DEADLINE).leases == (other,)
        assert journal.hold(["other"]).result(DEADLINE) == Stored()
        assert journal.stored().leases == (other,)


@pytest.mark.parametrize(("text", "value"), [("address", "192.0.2.999"), ("mac", "none"), ("state", "lost")], ids=str)
def test_a_row_that_is_no_lease_is_named_and_ends_nothing(url: str, text: str, value: str) -> None:
    with closing(Journal(url, ["lab"])) as journal:
        submit(journal, LeaseSet(LEASE)).result(DEADLINE)
        with closing(Database(url)) as other, other.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE leases SET {text} = '{value}'")
        with pytest.raises(UnavailableError, match="in network lab cannot be read"):
            journal.stored()
        assert submit(journal, LeaseSet(LEASE)).result(DEADLINE) is None


@pytest.mark.parametrize(
    ("place", "error", "remedy"),
    [
        pytest.param("{tmp}/absent/netipl.db", UnavailableError, "directory", id="no such directory"),
        pytest.param("{tmp}", UnavailableError, "directory", id="a directory"),
        pytest.param("{tmp}/text", UnavailableError, "no SQLite database", id="another kind of file"),
        pytest.param("oracle+absent://x", UsageError, "SQLite", id="an unknown database"),
        pytest.param("://", UsageError, "path", id="no URL"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_a_remedy(
    tmp_path: Path, place: str, error: type[NetiplError], remedy: str
) -> None:
    (tmp_path / "text").write_text("This is no database. " * 100)
    with pytest.raises(error) as refusal:
        Journal(place.format(tmp=tmp_path), NETWORKS)
    assert remedy in refusal.value.remedy
