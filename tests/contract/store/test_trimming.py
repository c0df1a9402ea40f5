"""What is old goes and what must stay stays; and whoever submits meanwhile waits for no more than a step."""

from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

from netipl.errors import UnavailableError
from netipl.provisioning.changes import BootSet, Change, Happened, LeaseSet
from netipl.provisioning.history import BootQuery, EventQuery
from netipl.store.archive import Archive
from netipl.store.database import Database
from netipl.store.journal import Journal
from netipl.store.trimming import STEP
from tests.contract.store.rows import BEGAN, BOOT, DEADLINE, EVENT, EVERYTHING, LEASE, keep, stored

MINUTE = timedelta(minutes=1)
OLD, NEW = BEGAN - MINUTE, BEGAN + MINUTE


def event(at: datetime, by: str = "", network: str = "lab", step: int = 0) -> Happened:
    return Happened(replace(EVENT, at=at, by=by, network=network, number=int(at.timestamp() * 1_000_000) + step))


def trimmed(url: str, before: datetime = BEGAN) -> int:
    with closing(Journal(url, ["lab"])) as journal:
        return journal.trim(before).result(DEADLINE)


def left(url: str) -> tuple[list[tuple[str, str, datetime]], list[datetime]]:
    with closing(Database(url)) as database:
        archive = Archive(database, lambda: ["lab", "other"])
        events = archive.events(EventQuery(limit=10 * STEP))
        boots = archive.boots(BootQuery(limit=10 * STEP))
    return [(each.network, each.by, each.at) for each in events], [boot.began for boot in boots]


def test_old_boots_go_and_what_was_observed_but_not_who_changed_what(url: str) -> None:
    changes = (
        event(OLD),
        event(OLD, by="user root", step=1),
        event(NEW),
        BootSet(replace(BOOT, began=OLD)),
        BootSet(replace(BOOT, began=NEW)),
    )
    keep(url, changes)
    assert trimmed(url) == 2
    assert left(url) == ([("lab", "user root", OLD), ("lab", "", NEW)], [NEW])
    assert trimmed(url) == 0


def test_builds_guests_leases_and_tokens_stay_however_old(url: str) -> None:
    keep(url, EVERYTHING)
    before = stored(url)
    assert trimmed(url, BEGAN + timedelta(days=10_000)) == 1
    assert stored(url) == replace(before, boots=before.boots[1:])


def test_what_is_another_daemons_stays(url: str) -> None:
    keep(url, (event(OLD, network="other"), BootSet(replace(BOOT, began=OLD, network="other"))))
    assert trimmed(url) == 0
    assert left(url) == ([("other", "", OLD)], [OLD])


def test_more_than_a_step_goes_and_what_stays_is_no_obstacle(url: str) -> None:
    """Those that stay are the first, and as many as a step looks at."""
    stays = [event(OLD, by="user root", step=step) for step in range(STEP)]
    goes = [event(OLD, step=step + STEP) for step in range(2 * STEP)]
    boots = [BootSet(replace(BOOT, xid=xid, began=OLD)) for xid in range(STEP + 1)]
    keep(url, (*stays, *goes, *boots))
    assert trimmed(url) == 3 * STEP + 1
    assert left(url) == ([("lab", "user root", OLD)] * STEP, [])


def test_what_is_submitted_meanwhile_is_stored_before_the_trimming_is_done(url: str) -> None:
    keep(url, [event(OLD, step=step) for step in range(5 * STEP)])
    order: list[str] = []
    stored_: Future[Exception | None] = Future()

    def lease_is_stored(error: Exception | None) -> None:
        order.append("lease")
        stored_.set_result(error)

    with closing(Journal(url, ["lab"])) as journal:
        waits: Future[None] = Future()
        journal.submit([], lambda _: waits.result(DEADLINE))  # so that both stand in the queue when it goes on
        removed = journal.trim(BEGAN)
        removed.add_done_callback(lambda _: order.append("trimmed"))
        journal.submit([LeaseSet(LEASE)], lease_is_stored)
        waits.set_result(None)
        assert removed.result(DEADLINE) == 5 * STEP
    assert stored_.result(DEADLINE) is None
    assert order == ["lease", "trimmed"]


def test_a_trimming_that_nobody_waits_for_any_more_is_not_begun(url: str) -> None:
    changes: list[Change] = [event(OLD)]
    keep(url, changes)
    with closing(Journal(url, ["lab"])) as journal:
        waits: Future[None] = Future()
        journal.submit([], lambda _: waits.result(DEADLINE))
        assert journal.trim(BEGAN).cancel()
        waits.set_result(None)
        assert journal.stored().number > 0
    assert len(left(url)[0]) == 1


def test_a_journal_that_closes_meanwhile_leaves_nobody_waiting(url: str) -> None:
    keep(url, [event(OLD, step=step) for step in range(5 * STEP)])
    with closing(Journal(url, ["lab"])) as journal:
        removed = journal.trim(BEGAN)
    error = removed.exception(0)
    assert error is None or (isinstance(error, UnavailableError) and "is closed" in str(error))
