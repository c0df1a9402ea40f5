"""Whatever people do, and however it falls into commits: what is read again is what the inventory has in memory."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete

from netipl.errors import NetiplError
from netipl.guests.guest import BootFiles, BootMethod, Guest, Origin
from netipl.guests.lease import Lease
from netipl.guests.profile import Profile, ProfileOrigin
from netipl.provisioning import building, changing, profiling
from netipl.provisioning.boots import Boot
from netipl.provisioning.changes import (
    Change,
    CredentialForgotten,
    CredentialSet,
    Happened,
    LeaseForgotten,
    LeaseSet,
)
from netipl.provisioning.credential import ApiToken, Role, digest
from netipl.provisioning.history import EventQuery
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Deed, Event
from netipl.store import events, rows, schema, tables
from netipl.store.database import Database
from tests.property.small_world import NETWORKS, RESERVABLE, mac
from tests.unit.guests.chosen import CHOICES
from tests.unit.provisioning.dhcp_lab import START

NAMES = ("z1", "z2", "z3", "discovered-52-54-00-00-00-01")
PROFILES = {"debian": Profile(name="debian", boot=BootFiles(kernel=Path("kernel")))}
BY = "user root"

names, networks = st.sampled_from(NAMES), st.sampled_from([*NETWORKS])
guests = st.builds(
    Guest,
    name=names,
    macs=st.lists(st.integers(1, 5).map(mac), min_size=1, max_size=2, unique=True).map(tuple),
    network=networks,
    address=st.none() | st.sampled_from(RESERVABLE),
    cpu=st.none() | st.text("z14 ,=ä", min_size=1, max_size=5),
    method=st.none() | st.sampled_from(BootMethod),
    profile=st.none() | st.just("debian"),
    choices=CHOICES,
    origin=st.just(Origin.ADDED),
)
profiles = st.builds(
    Profile,
    name=st.sampled_from(("web", "db")),
    base=st.none() | st.sampled_from(("debian", "web", "db")),
    choices=CHOICES,
    origin=st.just(ProfileOrigin.ADDED),
)
steps = st.one_of(
    st.tuples(st.just("put"), guests),
    st.tuples(st.just("remove"), names),
    st.tuples(st.just("discover"), networks),
    st.tuples(st.just("approve"), names),
    st.tuples(st.just("build"), names),
    st.tuples(st.just("profile"), profiles),
    st.tuples(st.just("unprofile"), st.sampled_from(("debian", "web"))),
    st.tuples(st.just("pin"), names),
    st.tuples(st.just("spend"), names),
    st.tuples(st.sampled_from([Deed.BUILD_DONE, Deed.BUILD_FAILED, Deed.BUILD_CANCELLED]), names),
    st.tuples(st.sampled_from(["token", "revoke", "lease", "forget"]), st.integers(0, 2)),
)


class Desk:
    """Does what is asked, a second later each time, and numbers what happened."""

    def __init__(self) -> None:
        self.inventory = Inventory(NETWORKS.values())
        self.now = START
        self.number = 0
        self.happened: list[Event] = []

    def done(self, step: str, what: object) -> tuple[Change, ...]:
        """Nothing where it is refused."""
        self.now += timedelta(seconds=1)
        try:
            changes = tuple(map(self._numbered, self._changes(step, what)))
        except NetiplError:
            return ()
        for change in changes:
            self.inventory.apply(change)
        self.happened += (change.event for change in changes if isinstance(change, Happened))
        return changes

    def _numbered(self, change: Change) -> Change:
        if not isinstance(change, Happened):
            return change
        self.number += 1
        return Happened(replace(change.event, number=self.number))

    def _changes(self, step: str, what: object) -> tuple[Change, ...]:
        match step, what:
            case "profile", Profile():
                return profiling.put(what, self.catalogue, media=(), by=BY, now=self.now)
            case "unprofile", str(name):
                known = self.inventory.guests, self.inventory.builds
                return profiling.remove(name, self.catalogue, *known, by=BY, now=self.now)
            case "put", Guest():
                return changing.put(self.inventory, what, by=BY, now=self.now)
            case "remove", str(name):
                return changing.remove(self.inventory, name, by=BY, now=self.now)
            case "approve", str(name):
                return changing.approve(self.inventory, name, by=BY, now=self.now)
            case "discover", str(network):
                return changing.discovered(self.inventory, NETWORKS[network], mac(1), self.now)
            case (("token" | "revoke" | "lease" | "forget"), int(number)):
                return self._of_no_guest(step, number)
        return self._of_a_build(step, str(what))

    @property
    def catalogue(self) -> profiling.Catalogue:
        return profiling.catalogue(PROFILES, self.inventory.profiles)

    def _of_no_guest(self, step: str, number: int) -> tuple[Change, ...]:
        address = IPv4Address("192.168.133.100") + number
        name = f"token {number}"
        match step:
            case "token":
                kept = ApiToken(name=name, role=Role.ADMIN, digest=digest(f"{self.now}"), created=self.now, by=BY)
                told = Event(at=self.now, what=Deed.CREDENTIAL_CREATED, network="", by=BY, detail={"name": name})
                return CredentialSet(kept), Happened(told)
            case "revoke":
                return (CredentialForgotten(name),)
            case "lease":
                return (LeaseSet(Lease(network="lab", address=address, mac=mac(number), expires=self.now)),)
        return (LeaseForgotten("lab", address),)

    def _of_a_build(self, step: str, name: str) -> tuple[Change, ...]:
        guest = changing.known(self.inventory, name)
        build = self.inventory.build_of(guest)
        boot = Boot(mac=guest.macs[0], xid=1, began=START, network=str(guest.network), guest=name)
        if step == "build":
            return building.ask(guest, build, PROFILES, profile=None, by=BY, now=self.now)[1]
        if build is None:
            return ()
        if step == "pin":
            return building.pin(build, boot, self.now)
        return building.spend(build, self.now) if step == "spend" else building.end(build, Deed(step), self.now)


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    with closing(Database(url)) as database:
        with database.alone() as connection:
            schema.upgrade(connection)
        with database.engine.connect() as connection:
            yield connection


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(commits=st.lists(st.lists(steps, max_size=6), max_size=8))
def test_what_is_read_again_is_what_is_in_memory(
    connection: Connection, commits: list[list[tuple[str, object]]]
) -> None:
    desk = Desk()
    with connection.begin():
        for table in tables.metadata.sorted_tables:
            connection.execute(delete(table))
    for commit in commits:
        with connection.begin():
            rows.write(connection, [change for step in commit for change in desk.done(*step)])
    with connection.begin():
        stored = rows.read(connection, NETWORKS)
        told = events.page(connection, NETWORKS, EventQuery(limit=1000))
    again = Inventory(NETWORKS.values())
    again.reload(stored)
    for kind in ("guests", "builds", "tokens", "leases", "profiles"):
        assert sorted(getattr(again, kind), key=repr) == sorted(getattr(desk.inventory, kind), key=repr)
    assert told == desk.happened
    assert stored.number == len(desk.happened)
