"""What was, page by page: of a guest, a boot, a build or all, and of the networks that are ours."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from netipl.errors import UnavailableError
from netipl.guests.build import Build
from netipl.provisioning.boots import Boot
from netipl.provisioning.changes import BootSet, BuildSet, Happened
from netipl.provisioning.history import BootQuery, EventQuery
from netipl.provisioning.timeline import Event
from netipl.store.archive import Archive
from netipl.store.database import Database
from netipl.store.journal import Journal
from tests.contract.store.rows import BOOT, BUILD, EVENT, EVERYTHING, keep, submit

HOUR = timedelta(hours=1)
MINE = ("lab", "hall")
PLACES = ("lab", "other", "hall", "")
"""Where events happen in turn; `other` is another daemon's."""


@pytest.fixture
def archive(url: str) -> Iterator[Archive]:
    """Of an empty database, until something is kept."""
    keep(url, ())
    with closing(Database(url)) as database:
        yield Archive(database, lambda: MINE)


def told(archive: Archive, query: EventQuery) -> list[int]:
    return [event.number for event in archive.events(query)]


def happened(url: str, count: int) -> None:
    """Events with the numbers 1, 2 and so on."""
    keep(url, (Happened(replace(EVENT, number=number + 1, network=PLACES[number % 4])) for number in range(count)))


def test_one_of_each_kind_is_found_whole(url: str, archive: Archive) -> None:
    keep(url, EVERYTHING)
    assert archive.events(EventQuery(after=1)) == [EVENT]
    assert archive.boots(BootQuery()) == [BOOT]
    assert archive.builds(None, 10) == [BUILD]


def test_events_of_our_networks_and_of_none_come_in_the_order_of_their_numbers(url: str, archive: Archive) -> None:
    happened(url, 12)
    assert told(archive, EventQuery()) == [1, 3, 4, 5, 7, 8, 9, 11, 12]
    assert told(archive, EventQuery(newest_first=True)) == [12, 11, 9, 8, 7, 5, 4, 3, 1]


def test_pages_follow_each_other_by_the_last_number(url: str, archive: Archive) -> None:
    happened(url, 40)
    everything = told(archive, EventQuery())
    forward, last = [], 0
    while page := told(archive, EventQuery(after=last, limit=7)):
        forward += page
        last = page[-1]
    backward, first = [], None
    while page := told(archive, EventQuery(before=first, limit=7, newest_first=True)):
        backward += page
        first = page[-1]
    assert forward == everything == [*reversed(backward)]


@pytest.mark.parametrize(
    ("others", "mine", "theirs"),
    [
        pytest.param(replace(EVENT, guest="web2"), EventQuery(guest=EVENT.guest), EventQuery(guest="web2"), id="guest"),
        pytest.param(replace(EVENT, boot="b2"), EventQuery(boot=EVENT.boot), EventQuery(boot="b2"), id="boot"),
        pytest.param(replace(EVENT, build="b2"), EventQuery(build=EVENT.build), EventQuery(build="b2"), id="build"),
    ],
)
def test_a_timeline_is_of_one(url: str, archive: Archive, others: Event, mine: EventQuery, theirs: EventQuery) -> None:
    nobodys = replace(EVENT, guest=None, boot=None, build=None, number=3)
    elsewhere = replace(EVENT, number=4, network="hall")
    keep(url, map(Happened, (replace(EVENT, number=1), replace(others, number=2), nobodys, elsewhere)))
    assert told(archive, mine) == [1, 4]
    assert told(archive, theirs) == [2]


def boots(url: str, count: int) -> list[Boot]:
    made = [replace(BOOT, xid=number, began=BOOT.began + number * HOUR) for number in range(count)]
    made = [replace(boot, network=("lab", "hall")[boot.xid % 2]) for boot in made]
    keep(url, map(BootSet, made))
    return made[::-1]


def test_boots_come_the_newest_first_and_page_by_page(url: str, archive: Archive) -> None:
    newest_first = boots(url, 20)
    found: list[Boot] = []
    while page := archive.boots(BootQuery(before=found[-1].began if found else None, limit=7)):
        found += page
    assert found == newest_first


def test_boots_of_one_guest(url: str, archive: Archive) -> None:
    other = replace(BOOT, guest="web2", began=BOOT.began + HOUR)
    keep(url, map(BootSet, (BOOT, other, replace(BOOT, network="other"))))
    assert archive.boots(BootQuery(guest="web2")) == [other]
    assert archive.boots(BootQuery()) == [other, BOOT]


def test_builds_of_all_and_of_one_guest_come_the_newest_first(url: str, archive: Archive) -> None:
    def build(number: int, guest: str) -> Build:
        network = ("lab", "hall")[number % 2]
        return replace(BUILD, id=f"{number}", guest=guest, network=network, asked=BUILD.asked + number * HOUR)

    made = [build(number, f"web{number % 3}") for number in range(9)]
    keep(url, map(BuildSet, (*made, replace(BUILD, network="other"))))
    assert archive.builds(None, 100) == made[::-1]
    assert archive.builds(None, 2) == made[:-3:-1]
    assert archive.builds("web1", 100) == [made[7], made[4], made[1]]


def test_it_is_asked_from_many_threads_while_the_journal_writes(url: str, archive: Archive) -> None:
    with closing(Journal(url, MINE)) as journal, ThreadPoolExecutor(8) as threads:
        for number in range(1, 20):
            assert submit(journal, Happened(replace(EVENT, number=number))) is None
            answers = threads.map(lambda _: told(archive, EventQuery()), range(8))
            assert [*answers] == [[*range(1, number + 1)]] * 8


def test_a_row_that_cannot_be_read_is_named(url: str, archive: Archive) -> None:
    keep(url, EVERYTHING)
    with closing(Database(url)) as database, database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE events SET detail = '[]' WHERE network = 'lab'")
    with pytest.raises(UnavailableError, match=f"event {EVENT.number} in network lab cannot be read"):
        archive.events(EventQuery())
