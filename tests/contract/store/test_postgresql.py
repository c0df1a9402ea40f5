"""What is PostgreSQL's alone: sessions that end, a server that restarts, networks of several daemons, secrets."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace

import pytest

from netipl.errors import RefusedError, UnavailableError, UsageError
from netipl.provisioning.changes import Change, LeaseSet
from netipl.provisioning.inventory import Stored
from netipl.store import schema
from netipl.store.database import Database
from netipl.store.journal import Journal
from tests import postgresql
from tests.contract.store.rows import EVERYTHING, LEASE, STORED, keep, stored
from tests.network_namespaces import eventually, namespaces, veth
from tests.users import ROOT

DEADLINE = 60
OTHER = replace(LEASE, network="other")


@pytest.fixture
def place(postgresql_server: postgresql.Server) -> str:
    return postgresql_server.empty()


@pytest.fixture
def journal(place: str) -> Iterator[Journal]:
    with closing(Journal(place, ["lab"])) as opened:
        yield opened


@pytest.fixture
def own_server() -> Iterator[postgresql.Server]:
    """One that the test stops."""
    with postgresql.server() as server:
        yield server


def submit(journal: Journal, *changes: Change) -> Exception | None:
    told: Future[Exception | None] = Future()
    journal.submit(changes, told.set_result)
    return told.result(DEADLINE)


def end_sessions(place: str) -> None:
    """As an administrator or a failover does: all of this process but the one that asks."""
    mine = f"application_name LIKE 'netipl {os.getpid()}@%%' AND pid <> pg_backend_pid()"
    with closing(Database(place)) as database, database.engine.begin() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE {mine}")


def test_daemons_have_their_own_networks_in_one_database(journal: Journal, place: str) -> None:
    with closing(Journal(place, ["other"])) as second:
        assert submit(journal, LeaseSet(LEASE)) is None
        assert submit(second, LeaseSet(OTHER)) is None
        assert journal.stored().leases == (LEASE,)
        assert second.stored().leases == (OTHER,)


def test_a_network_that_another_has_is_not_taken_with_those_that_are_free(journal: Journal, place: str) -> None:
    with closing(Journal(place, ["other"])) as second:
        taken = second.hold(["aaa", "lab", "other"]).exception(DEADLINE)
        assert "another netipl has network lab" in str(taken)
        assert journal.hold(["lab", "aaa"]).result(DEADLINE) == Stored()
        assert submit(second, LeaseSet(OTHER)) is None


def test_a_network_that_was_given_up_is_free(journal: Journal, place: str) -> None:
    assert submit(journal, LeaseSet(LEASE)) is None
    assert journal.hold([]).result(DEADLINE) == Stored()
    with closing(Journal(place, ["lab"])) as second:
        assert second.stored().leases == (LEASE,)


def test_equal_names_in_other_schemas_are_other_networks(
    journal: Journal, postgresql_server: postgresql.Server
) -> None:
    Journal(postgresql_server.empty(), ["lab"]).close()


def test_a_lost_session_stores_nothing_until_the_leases_were_read_by_the_next(journal: Journal, place: str) -> None:
    assert submit(journal, LeaseSet(LEASE)) is None
    end_sessions(place)
    lost = submit(journal, LeaseSet(replace(LEASE, xid=1)))
    assert isinstance(lost, UnavailableError)
    assert "connects again by itself" in lost.remedy
    assert "read again" in str(submit(journal, LeaseSet(replace(LEASE, xid=2))))
    assert journal.stored().leases == (LEASE,)
    assert submit(journal, LeaseSet(replace(LEASE, xid=3))) is None


def test_who_lost_its_session_to_another_writes_nothing_until_that_one_has_gone(journal: Journal, place: str) -> None:
    end_sessions(place)
    with closing(Journal(place, ["lab"])) as second:
        assert submit(second, LeaseSet(LEASE)) is None
        assert isinstance(submit(journal, LeaseSet(replace(LEASE, xid=1))), UnavailableError)
        with pytest.raises(UnavailableError, match="another netipl has network lab"):
            journal.stored()
        assert "read again" in str(submit(journal, LeaseSet(replace(LEASE, xid=1))))
    assert journal.stored().leases == (LEASE,)
    assert submit(journal, LeaseSet(replace(LEASE, xid=2))) is None


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_restart_of_the_server_is_told_and_survived(own_server: postgresql.Server, mode: str) -> None:
    with closing(Journal(own_server.url, ["lab"])) as journal:
        assert submit(journal, LeaseSet(LEASE)) is None
        own_server.stop(mode)
        assert isinstance(submit(journal, LeaseSet(replace(LEASE, xid=1))), UnavailableError)
        with pytest.raises(UnavailableError):
            journal.stored()
        own_server.start()
        assert journal.stored().leases == (LEASE,)
        assert submit(journal, LeaseSet(replace(LEASE, xid=2))) is None


def test_a_schema_that_others_use_is_not_changed_under_them(journal: Journal, place: str) -> None:
    with closing(Database(place)) as database:
        with pytest.raises(UnavailableError, match="another netipl has"), database.alone() as connection:
            schema.upgrade(connection)
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM alembic_version")
    with pytest.raises(UnavailableError, match="another netipl has"):
        Journal(place, ["other"])


def test_a_schema_that_was_upgraded_meanwhile_is_refused_by_the_next_session(journal: Journal, place: str) -> None:
    with closing(Database(place)) as database, database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    end_sessions(place)
    assert isinstance(submit(journal, LeaseSet(LEASE)), UnavailableError)
    with pytest.raises(RefusedError, match="9999"):
        journal.stored()


def test_times_are_in_utc_where_the_server_has_another_zone(place: str) -> None:
    keep(f"{place}%20-cTimeZone%3DAsia/Tokyo", EVERYTHING)
    found = stored(f"{place}%20-cTimeZone%3DAsia/Tokyo")
    assert found == STORED
    assert [boot.id for boot in found.boots] == [boot.id for boot in STORED.boots]


def test_commits_are_synchronous_where_the_server_has_another_default(own_server: postgresql.Server) -> None:
    own_server.sql("ALTER DATABASE postgres SET synchronous_commit = off")
    with closing(Database(own_server.url)) as database, database.engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    own_server.sql("ALTER DATABASE postgres SET synchronous_commit = remote_apply")
    with closing(Database(own_server.url)) as database, database.engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "remote_apply"


def test_a_session_is_named_and_gone_when_the_journal_is_closed(place: str) -> None:
    with closing(Database(place)) as database, database.engine.connect() as connection:
        named = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        before = connection.exec_driver_sql(named).scalar() or 0
        with closing(Journal(place, ["lab"])):
            assert connection.exec_driver_sql(named).scalar() == before + 2
        eventually(lambda: connection.exec_driver_sql(named).scalar() == before, "the session has ended")


@pytest.fixture
def strict_server() -> Iterator[postgresql.Server]:
    """One that asks for a password."""
    with postgresql.server() as server:
        server.sql("ALTER USER netipl PASSWORD 'Geheim-7%'")
        (server.directory / "hba.conf").write_text("local all all scram-sha-256\n")
        server.run("pg_ctl", "reload", "--pgdata", server.data)
        yield server


def accepted(url: str) -> bool:
    with closing(Database(url)) as database, database.reading() as connection:
        return bool(connection.exec_driver_sql("SELECT true").scalar())


def test_a_password_comes_from_the_url_a_file_or_the_environment(
    strict_server: postgresql.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = strict_server.url
    with pytest.raises(UnavailableError, match="password") as refusal:
        accepted(url)
    assert "PGPASSFILE" in refusal.value.remedy
    assert accepted(url.replace("netipl@", "netipl:Geheim-7%25@"))
    assert accepted(f"{url}&password=Geheim-7%25")
    with monkeypatch.context() as environment:
        environment.setenv("PGPASSWORD", "Geheim-7%")
        assert accepted(url)
    file = strict_server.directory / "pgpass"
    file.write_text("*:*:*:netipl:Geheim-7%\n")
    file.chmod(0o600)
    with monkeypatch.context() as environment:
        environment.setenv("PGPASSFILE", str(file))
        assert accepted(url)
    service = strict_server.directory / "service.conf"
    service.write_text(f"[lab]\nhost={strict_server.directory}\nuser=netipl\npassword=Geheim-7%\ndbname=postgres\n")
    monkeypatch.setenv("PGSERVICEFILE", str(service))
    assert accepted("postgresql:///?service=lab")


@pytest.mark.parametrize("form", ["netipl:Geheim-8%25@", "netipl@"])
def test_no_password_is_shown(strict_server: postgresql.Server, form: str) -> None:
    url = strict_server.url.replace("netipl@", form) + "&password=Geheim-9"
    with closing(Database(url)) as database:
        assert "Geheim" not in database.name
        assert "Geheim" not in repr(database.url)
    with pytest.raises(UnavailableError) as refusal:
        Journal(url, ["lab"])
    assert "password authentication failed" in str(refusal.value)
    assert "Geheim" not in str(refusal.value) + refusal.value.remedy + repr(refusal.value.__cause__)


@pytest.mark.parametrize(
    "url", ["://netipl:Geheim@host/x", "postgresql://netipl:Geheim@host:port/x", "mysql://u:Geheim@h/x"]
)
def test_a_url_that_cannot_be_read_is_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as refusal:
        Database(url)
    assert refusal.value.remedy
    assert not re.search("Geheim", str(refusal.value) + refusal.value.remedy)


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        (("/postgres?", "/absent?"), "createdb"),
        (("netipl@", "absent@"), "createuser"),
        (("netipl-pg-", "netipl-absent-"), "server runs"),
    ],
)
def test_what_cannot_be_reached_is_told_with_a_remedy(
    postgresql_server: postgresql.Server, change: tuple[str, str], remedy: str
) -> None:
    with pytest.raises(UnavailableError) as refusal:
        Journal(postgresql_server.url.replace(*change), ["lab"])
    assert remedy in refusal.value.remedy
    assert "\n" not in str(refusal.value)


@pytest.mark.root
def test_the_network_of_a_daemon_that_is_cut_off_becomes_free_and_it_learns_of_it() -> None:
    """By the same settings as ever, with seconds for what takes half a minute."""
    limits = "keepalives_idle=1&keepalives_interval=1&keepalives_count=2&tcp_user_timeout=3000&connect_timeout=2"
    with namespaces("pg", "far") as (near, far):
        veth(near, "p0", "10.78.0.1/24", far, "p1", "10.78.0.2/24")
        with postgresql.server("listen_addresses = '10.78.0.1'\n", before=near.command()) as server:
            url = f"postgresql://netipl@10.78.0.1/postgres?{limits}"
            command = far.command(sys.executable, "-m", "tests.contract.store.writer", url)
            with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
                assert process.stdout is not None
                assert process.stdout.readline() == b"held\n"
                with pytest.raises(UnavailableError, match=f"network lab: process {process.pid} on"):
                    Journal(server.url, ["lab"])
                far.ip("link", "set", "p1", "down")
                eventually(lambda: is_free(server.url), "the network is free")
                assert process.stdout.readline() == b"UnavailableError\n"


def is_free(url: str) -> bool:
    try:
        Journal(url, ["lab"]).close()
    except UnavailableError:
        return False
    return True
