"""Who may change what of guests, what is told of it, and whom a network registers."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from uuid import UUID

import pytest

from netipl.errors import RefusedError, UsageError
from netipl.guests.build import BuildState
from netipl.guests.guest import Guest, Origin
from netipl.net import Mac
from netipl.provisioning import changing
from netipl.provisioning.changes import BuildSet, Change, GuestForgotten, GuestSet, Happened
from netipl.provisioning.timeline import Deed, Event
from tests.plane import LAB, MAC, START, WEB1, Plane

OTHER_MAC = Mac.parse("52:54:00:13:33:0b")
ADDRESS = IPv4Address("192.168.133.10")
IDENTITY = UUID(int=7)
FAR = replace(LAB, name="far", interface="far0", subnet=IPv4Network("10.9.0.0/24"), pools=())
OWNER = replace(WEB1, uuid=IDENTITY, client_id=b"\1\2", address=ADDRESS)
WEB2 = Guest(name="web2", macs=(OTHER_MAC,), network="lab", origin=Origin.ADDED)
DISCOVERED = replace(WEB2, name="discovered-52-54-00-13-33-0b", origin=Origin.DISCOVERED)
OF_THE_FILE = Guest(name="fixed", macs=(OTHER_MAC,), network="lab")


def plane(*guests: Guest) -> Plane:
    return Plane(networks=(LAB, FAR), guests=guests or (OWNER,))


def put(here: Plane, guest: Guest) -> tuple[Change, ...]:
    return changing.put(here.inventory, guest, by="user root", now=START)


def told(changes: tuple[Change, ...]) -> Event:
    [event] = [change.event for change in changes if isinstance(change, Happened)]
    return event


def test_a_guest_is_added_and_what_it_says_is_told() -> None:
    changes = put(plane(), WEB2)
    assert GuestSet(WEB2) in changes
    event = told(changes)
    assert (event.what, event.guest, event.network, event.by) == (Deed.GUEST_ADDED, "web2", "lab", "user root")
    assert event.detail == {"macs": str(OTHER_MAC), "network": "lab"}


def test_a_guest_is_changed_and_the_difference_is_told() -> None:
    here = plane()
    changes = put(here, replace(OWNER, address=None, append="quiet"))
    assert told(changes).what is Deed.GUEST_CHANGED
    assert told(changes).detail == {"address": "192.168.133.10 -> ", "append": " -> quiet"}


def test_a_guest_that_stays_the_same_is_no_change() -> None:
    assert put(plane(), OWNER) == ()


DUPLICATES = {
    "name": replace(WEB2, name="WEB1"),
    "MAC": replace(WEB2, macs=(OTHER_MAC, MAC)),
    "UUID": replace(WEB2, uuid=IDENTITY),
    "client identifier": replace(WEB2, client_id=b"\1\2"),
    "address": replace(WEB2, address=ADDRESS),
}


@pytest.mark.parametrize("guest", DUPLICATES.values(), ids=DUPLICATES)
def test_what_another_has_is_refused_with_its_name(guest: Guest) -> None:
    here = plane()
    with pytest.raises(UsageError, match="web1"):
        put(here, guest)
    assert here.inventory.guests == (OWNER,)


WRONG: dict[str, tuple[Guest, str]] = {
    "no network": (replace(WEB2, network=None), "guest web2 has no network"),
    "a network that is not there": (replace(WEB2, network="x"), "there is no network x"),
    "no MAC": (replace(WEB2, macs=()), "guest web2 has no MAC address"),
    "an address of another network": (replace(WEB2, address=IPv4Address("10.9.0.1")), "is not in network lab"),
    "the server's address": (replace(WEB2, address=LAB.server), "is not free in network lab"),
}


@pytest.mark.parametrize(("guest", "words"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_refused(guest: Guest, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        put(plane(), guest)


def test_a_guest_of_the_settings_is_changed_there() -> None:
    here = plane()
    here.inventory.replace_guests_and_networks((LAB, FAR), (OF_THE_FILE,))
    with pytest.raises(RefusedError, match="guest fixed is in the settings file"):
        put(here, replace(OF_THE_FILE, append="x", origin=Origin.ADDED))
    with pytest.raises(RefusedError, match="guest fixed is in the settings file"):
        changing.remove(here.inventory, "fixed", by="", now=START)
    assert put(here, replace(OF_THE_FILE, origin=Origin.ADDED)) == ()


def test_a_guest_that_moves_leaves_its_build_behind() -> None:
    here = plane()
    build = here.build()
    moved = replace(OWNER, network="far", address=None)
    changes = put(here, moved)
    assert [change for change in changes if not isinstance(change, Happened)] == [
        BuildSet(replace(build, state=BuildState.CANCELLED, ended=START)),
        GuestForgotten("lab", "web1"),
        GuestSet(moved),
    ]
    here.commit(changes)
    assert here.inventory.build_of(moved) is None


def test_a_guest_that_is_removed_has_its_build_cancelled() -> None:
    here = plane()
    here.build()
    changes = changing.remove(here.inventory, "web1", by="token ci", now=START)
    here.commit(changes)
    assert here.inventory.guest("web1") is None
    assert [build.state for build in here.inventory.builds] == [BuildState.CANCELLED]
    assert {event.by for event in here.events[-2:]} == {"token ci"}


def test_nobody_is_removed_or_approved_who_is_not_there() -> None:
    here = plane()
    for change in (changing.remove, changing.approve):
        with pytest.raises(RefusedError, match="there is no guest web9"):
            change(here.inventory, "web9", by="", now=START)


def test_a_discovered_guest_is_approved_once() -> None:
    here = plane(DISCOVERED)
    changes = changing.approve(here.inventory, DISCOVERED.name, by="user root", now=START)
    here.commit(changes)
    assert here.inventory.guest(DISCOVERED.name) == replace(DISCOVERED, origin=Origin.ADDED)
    assert (here.inventory.waiting_guests, told(changes).what) == (0, Deed.GUEST_APPROVED)
    with pytest.raises(RefusedError, match="waits for no approval"):
        changing.approve(here.inventory, DISCOVERED.name, by="user root", now=START)


def test_a_client_is_registered_under_a_name_of_its_mac() -> None:
    here = plane()
    changes = changing.discovered(here.inventory, LAB, OTHER_MAC, START)
    here.commit(changes)
    assert here.inventory.guest_with_mac(OTHER_MAC) == DISCOVERED
    assert (told(changes).what, told(changes).by) == (Deed.GUEST_DISCOVERED, "")
    assert changing.discovered(here.inventory, LAB, OTHER_MAC, START) == ()


def test_so_many_wait_for_approval_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changing, "MOST_WAITING", 2)
    here = plane()
    for number in range(5):
        here.commit(changing.discovered(here.inventory, LAB, Mac(b"RT\0\0\1" + bytes((number,))), START))
    assert here.inventory.waiting_guests == 2


def test_the_difference_names_what_is_new() -> None:
    assert changing.difference(OWNER, OWNER) == {}
    assert changing.difference(OWNER, replace(OWNER, macs=(MAC, OTHER_MAC))) == {"macs": f"{MAC} -> {MAC}, {OTHER_MAC}"}
    assert changing.difference(OWNER, replace(OWNER, client_id=None)) == {"client_id": "01:02 -> "}
    assert changing.difference(DISCOVERED, replace(DISCOVERED, origin=Origin.ADDED)) == {
        "origin": "discovered -> added"
    }
    assert changing.difference(OF_THE_FILE, replace(OF_THE_FILE, origin=Origin.ADDED)) == {}
