"""What is journalled comes back: each kind whole, of each row the last, and of history what a daemon begins with."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from netipl.errors import UnavailableError
from netipl.guests.build import BuildState
from netipl.guests.guest import Origin
from netipl.net import Mac
from netipl.provisioning.boots import BootState
from netipl.provisioning.changes import (
    BootFileForgotten,
    BootFileSet,
    BootSet,
    BuildSet,
    Change,
    ConfigurationForgotten,
    ConfigurationSet,
    CredentialForgotten,
    CredentialSet,
    GuestForgotten,
    GuestSet,
    Happened,
    ProfileForgotten,
    ProfileSet,
    ReservationForgotten,
    ReservationSet,
)
from netipl.provisioning.credential import Role
from netipl.store.database import Database
from netipl.store.journal import Journal
from tests.contract.store.rows import (
    BOOT,
    BOOT_FILE,
    BUILD,
    CONFIGURATION,
    EVENT,
    EVERYTHING,
    GUEST,
    NETWORKS,
    PROFILE,
    RESERVATION,
    STORED,
    TOKEN,
    keep,
    stored,
    submit,
)

LATER = timedelta(days=1)


def test_one_of_each_kind_comes_back_whole(url: str) -> None:
    keep(url, EVERYTHING)
    assert stored(url) == STORED


def test_a_daemon_gets_what_is_of_its_networks(url: str) -> None:
    keep(url, EVERYTHING)
    here = stored(url, ["other"])
    networks = {*(each.network for each in here.builds), *(each.network for each in here.boots)}
    assert networks == {here.guests[0].network} == {"other"}
    assert (here.leases, here.tokens) == ((), (TOKEN,))
    assert stored(url, []) == replace(STORED, leases=(), guests=(), builds=(), boots=(), reservations=(), number=1)


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        pytest.param([GuestSet(GUEST), GuestForgotten("lab", GUEST.name)], (), id="forgotten"),
        pytest.param([GuestForgotten("lab", GUEST.name), GuestSet(GUEST)], (GUEST,), id="and set again"),
        pytest.param([GuestSet(replace(GUEST, cpu=None)), GuestSet(GUEST)], (GUEST,), id="changed"),
        pytest.param([GuestSet(GUEST), GuestForgotten("other", GUEST.name)], (GUEST,), id="forgotten elsewhere"),
        pytest.param([GuestSet(replace(GUEST, origin=Origin.SETTINGS))], (), id="of the settings"),
        pytest.param([GuestSet(GUEST), GuestSet(replace(GUEST, origin=Origin.SETTINGS))], (), id="now of the settings"),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one commit", "one by one"])
def test_of_a_guest_the_last_change_counts(url: str, changes: list[Change], left: object, *, together: bool) -> None:
    for group in [changes] if together else [[change] for change in changes]:
        keep(url, group)
    assert stored(url).guests == left


def test_a_guest_that_moves_is_in_its_new_network_alone(url: str) -> None:
    keep(url, [GuestSet(GUEST)])
    moved = replace(GUEST, network="other", address=None)
    keep(url, [GuestForgotten("lab", GUEST.name), GuestSet(moved)])
    assert stored(url).guests == (moved,)


def test_a_build_is_the_newest_of_its_guest_and_as_it_was_last(url: str) -> None:
    again = replace(BUILD, id="20300103T-web1", asked=BUILD.asked + LATER, state=BuildState.WAITING, ended=None)
    spent = replace(again, state=BuildState.SPENT, attempts=0)
    other = replace(BUILD, guest="web2")
    keep(url, [BuildSet(again), BuildSet(spent), BuildSet(BUILD)])
    keep(url, [BuildSet(replace(other, id="x"))])
    assert set(stored(url).builds) == {spent, replace(other, id="x")}


def test_the_newest_boot_of_each_mac_comes_back_the_oldest_first(url: str) -> None:
    mac = Mac.parse("52:54:00:00:00:01")
    second = replace(BOOT, xid=2, began=BOOT.began + LATER, state=BootState.ADDRESSED)
    loading = replace(second, state=BootState.LOADING)
    elsewhere = replace(BOOT, xid=3, mac=mac, network="other", began=BOOT.began + LATER / 2)
    before = replace(elsewhere, xid=4, network="lab", began=BOOT.began)
    keep(url, map(BootSet, (second, before, BOOT, elsewhere, loading)))
    assert stored(url).boots == (elsewhere, loading)


def test_no_event_takes_the_place_of_another(url: str) -> None:
    with closing(Journal(url, NETWORKS)) as journal:
        assert submit(journal, Happened(EVENT), Happened(replace(EVENT, network="other"))) is None
        assert isinstance(submit(journal, Happened(replace(EVENT, by="another"))), UnavailableError)
        assert journal.stored().number == EVENT.number


@pytest.mark.parametrize("network", ["lab", "", "other"])
def test_numbers_go_on_after_the_last_of_our_networks_and_of_none(url: str, network: str) -> None:
    keep(url, [Happened(replace(EVENT, number=7)), Happened(replace(EVENT, network=network, number=9))])
    assert stored(url, ["lab"]).number == (7 if network == "other" else 9)


def test_a_token_that_was_revoked_is_gone_and_one_of_its_name_may_come(url: str) -> None:
    admin = replace(TOKEN, role=Role.ADMIN)
    keep(url, [CredentialSet(TOKEN), CredentialForgotten(TOKEN.name)])
    assert stored(url).tokens == ()
    keep(url, [CredentialForgotten(TOKEN.name), CredentialSet(admin)])
    assert stored(url).tokens == (admin,)


def test_of_a_profile_the_last_change_counts(url: str) -> None:
    other = replace(PROFILE, append="")
    keep(url, [ProfileSet(other), ProfileSet(PROFILE)])
    assert stored(url).profiles == (PROFILE,)
    keep(url, [ProfileSet(other), ProfileForgotten(PROFILE.name)])
    assert stored(url).profiles == ()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE guests SET document = '[]'", "guest web1.example.com in network lab"),
        ("UPDATE guests SET document = 'no JSON'", "guest web1.example.com in network lab"),
        ("UPDATE guests SET document = replace(document, '192.0.2.10', '192.0.2.999')", "address: "),
        ("UPDATE guests SET document = replace(document, 'web1', 'web2')", "that of another"),
        ("UPDATE guests SET origin = 'settings'", "guest web1.example.com in network lab"),
        ("UPDATE builds SET state = 'lost'", f"build {BUILD.id} in network lab"),
        ("UPDATE boots SET mac = 'none'", f"boot {BOOT.id} in network lab"),
        ("UPDATE boots SET rule = 'none'", f"boot {BOOT.id} in network lab"),
        ("UPDATE api_tokens SET role = 'king'", "token g"),
        ("UPDATE profiles SET document = '{}' WHERE name = 'web'", "profile web"),
        ("UPDATE profiles SET document = 'no JSON' WHERE name = 'web'", "profile web"),
        ("UPDATE profiles SET document = replace(document, 'Europe', '..')", "timezone: "),
    ],
)
def test_a_row_that_cannot_be_read_is_named(url: str, statement: str, named: str) -> None:
    keep(url, EVERYTHING)
    with closing(Database(url)) as database, database.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    with pytest.raises(UnavailableError, match="cannot be read") as refusal, closing(Journal(url, ["lab"])) as journal:
        journal.stored()
    assert named in str(refusal.value)
    assert "netipl db check" in refusal.value.remedy


@pytest.mark.parametrize("column", ["leases.expires", "builds.asked", "boots.since", "api_tokens.created"])
def test_a_time_that_sqlite_took_as_text_is_named(tmp_path: object, column: str) -> None:
    url = f"{tmp_path}/netipl.db"
    keep(url, EVERYTHING)
    table, _, name = column.partition(".")
    with closing(Database(url)) as database, database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {table} SET {name} = 'soon'")
    with pytest.raises(UnavailableError, match="cannot be read: 'soon' is no time"):
        stored(url)


def test_of_a_configuration_the_last_one_counts_and_none_stays_that_was_removed(url: str) -> None:
    other = replace(CONFIGURATION, station="")
    keep(
        url,
        [ConfigurationSet(CONFIGURATION), ConfigurationSet(replace(CONFIGURATION, data=b"")), ConfigurationSet(other)],
    )
    assert stored(url).configurations == (other, replace(CONFIGURATION, data=b""))
    keep(url, [ConfigurationForgotten(CONFIGURATION.station, CONFIGURATION.variant)])
    assert stored(url).configurations == (other,)


def test_a_boot_file_that_is_forgotten_is_none(url: str) -> None:
    keep(url, [BootFileSet(BOOT_FILE), BootFileSet(replace(BOOT_FILE, name="other")), BootFileForgotten("other")])
    assert stored(url).boot_files == (BOOT_FILE,)
    keep(url, [BootFileForgotten(BOOT_FILE.name)])
    assert stored(url).boot_files == ()


def test_a_reservation_is_of_its_network(url: str) -> None:
    keep(url, [ReservationSet(RESERVATION), ReservationSet(replace(RESERVATION, network="other"))])
    keep(url, [ReservationForgotten("lab", RESERVATION.mac)])
    assert stored(url).reservations == (replace(RESERVATION, network="other"),)
    assert stored(url, ["lab"]).reservations == ()
