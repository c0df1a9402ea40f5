"""Who may change what of a guest, and what is told of it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from netipl.answers.choices import Choices
from netipl.errors import NetiplError, RefusedError, UsageError
from netipl.firmware.versions import Version
from netipl.guests.build import OPEN, Build, BuildState
from netipl.guests.choices_document import HIDDEN
from netipl.guests.guest import BootFiles, Guest, Origin
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.provisioning import changing
from netipl.provisioning.changes import BuildSet, Change, GuestForgotten, GuestSet, Happened
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Deed, Event
from tests.unit.guests.chosen import SHA512
from tests.unit.provisioning.dhcp_lab import DUID, FAR, LAB, START, STRANGER, Z1_ADDRESS, Z1_MAC, Z2_MAC

BY = "user root"
WEB1 = Guest(name="web1", macs=(Z1_MAC,), network="lab", address=Z1_ADDRESS, origin=Origin.ADDED)
WEB2 = Guest(name="web2", macs=(Z2_MAC,), network="lab", client_id=DUID, origin=Origin.ADDED)
FIXED = Guest(name="fixed", macs=(STRANGER,), network="lab", boot=BootFiles(kernel=Path("kernel")))
BUILD = Build(id="1", guest="web1", network="lab", profile="p", asked=START, by="", expires=START + timedelta(hours=6))
OTHER_MAC = Mac.parse("52:54:00:00:00:99")


def inventory(*guests: Guest, networks: tuple[Network, ...] = (LAB, FAR), build: Build | None = None) -> Inventory:
    known = Inventory(networks, guests or (WEB1, WEB2, FIXED))
    if build is not None:
        known.apply(BuildSet(build))
    return known


def put(known: Inventory, guest: Guest) -> tuple[Change, ...]:
    return changing.put(known, guest, by=BY, now=START)


def events(changes: Iterable[Change]) -> list[Event]:
    return [change.event for change in changes if isinstance(change, Happened)]


def applied(known: Inventory, changes: Iterable[Change]) -> Inventory:
    for change in changes:
        known.apply(change)
    return known


def test_a_guest_that_is_new_is_added_and_told_with_what_it_says() -> None:
    known = inventory(WEB2)
    changes = put(known, WEB1)
    assert changes[:-1] == (GuestSet(WEB1),)
    assert events(changes) == [
        Event(
            at=START,
            what=Deed.GUEST_ADDED,
            network="lab",
            guest="web1",
            mac=Z1_MAC,
            by=BY,
            detail={"macs": str(Z1_MAC), "network": "lab", "address": str(Z1_ADDRESS)},
        )
    ]
    assert known.guest("web1") is None  # engines change nothing themselves
    assert applied(known, changes).guest("web1") == WEB1


def test_a_guest_that_is_known_is_changed_and_told_with_the_difference() -> None:
    changes = put(inventory(), replace(WEB1, cpu="z14", address=None))
    (event,) = events(changes)
    assert (event.what, event.detail) == (Deed.GUEST_CHANGED, {"cpu": " -> z14", "address": f"{Z1_ADDRESS} -> "})


def test_what_is_chosen_for_a_guest_is_told_by_its_key_and_a_hash_of_a_password_never() -> None:
    hashed = replace(WEB1, choices=Choices(packages=("vim",), root_password=SHA512))
    (told,) = events(put(inventory(), hashed))
    assert told.detail == {"packages": " -> vim", "root_password": f" -> {HIDDEN}"}
    other = replace(hashed, choices=Choices(packages=("vim",), root_password=SHA512.replace("salt", "SALT")))
    (told,) = events(put(inventory(hashed), other))
    assert told.detail == {"root_password": f"{HIDDEN} -> {HIDDEN} (another)"}
    (told,) = events(put(inventory(WEB2), hashed))
    assert (told.detail["packages"], told.detail["root_password"]) == ("vim", HIDDEN)


def test_a_guest_keeps_its_open_build_while_it_stays_in_its_network() -> None:
    changes = put(inventory(build=BUILD), replace(WEB1, macs=(OTHER_MAC,)))
    assert [type(change) for change in changes] == [GuestSet, Happened]


@pytest.mark.parametrize("state", sorted(OPEN))
def test_a_guest_that_moves_to_another_network_leaves_nothing_behind(state: BuildState) -> None:
    moved = replace(WEB1, network="far", address=None)
    known = inventory(build=replace(BUILD, state=state))
    changes = put(known, moved)
    assert [event.what for event in events(changes)] == [Deed.BUILD_CANCELLED, Deed.GUEST_CHANGED]
    assert GuestForgotten("lab", "web1") in changes
    assert applied(known, changes).guest("web1") == moved
    assert known.build_of(moved) is None
    assert [build.state for build in known.builds] == [BuildState.CANCELLED]


@pytest.mark.parametrize("guest", [WEB1, replace(FIXED, boot=None, origin=Origin.ADDED)], ids=["added", "of settings"])
def test_a_guest_that_is_put_as_it_is_changes_nothing(guest: Guest) -> None:
    assert put(inventory(), guest) == ()


def test_a_guest_of_the_settings_may_say_less_than_others_when_it_is_put_as_it_is() -> None:
    anywhere = Guest(name="anywhere", client_id=DUID)
    assert put(inventory(anywhere), replace(anywhere, origin=Origin.ADDED)) == ()


def test_a_discovered_guest_that_is_put_is_approved_by_it() -> None:
    found = replace(WEB1, origin=Origin.DISCOVERED)
    changes = put(inventory(found), WEB1)
    assert changes[0] == GuestSet(WEB1)
    assert events(changes)[0].detail == {"origin": "discovered -> added"}


REFUSED: dict[str, tuple[Guest, type[NetiplError], str]] = {
    "without a network": (Guest(name="new", macs=(OTHER_MAC,)), UsageError, "guest new has no network"),
    "without a MAC": (Guest(name="new", network="lab"), UsageError, "guest new has no MAC address"),
    "in no network of ours": (replace(WEB1, network="moon"), UsageError, "there is no network moon"),
    "of the settings": (replace(FIXED, cpu="z14"), RefusedError, "guest fixed is in the settings file"),
    "with another's MAC": (
        Guest(name="new", macs=(OTHER_MAC, Z1_MAC), network="far"),
        UsageError,
        f"the guests web1 and new are both {Z1_MAC}",
    ),
    "with the MAC of one of the settings": (
        replace(WEB1, macs=(STRANGER,)),
        UsageError,
        f"the guests fixed and web1 are both {STRANGER}",
    ),
    "with another's client identifier": (
        replace(WEB1, client_id=DUID),
        UsageError,
        f"the guests web2 and web1 are both {DUID.hex(':')}",
    ),
    "with another's name but for its case": (
        replace(WEB1, name="WEB1", macs=(OTHER_MAC,)),
        UsageError,
        "the guests web1 and WEB1 are both web1",
    ),
    "with another's address": (
        replace(WEB2, address=Z1_ADDRESS),
        UsageError,
        f"the guests web1 and web2 both have the address {Z1_ADDRESS}",
    ),
    "with an address of another network": (
        replace(WEB1, address=IPv4Address("10.9.0.10")),
        UsageError,
        "the address 10.9.0.10 of guest web1 is not in network lab",
    ),
    "with our own address": (
        replace(WEB1, address=LAB.server),
        UsageError,
        f"the address {LAB.server} of guest web1 is not free in network lab",
    ),
}


@pytest.mark.parametrize(("guest", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_a_guest_is_refused(guest: Guest, error: type[NetiplError], message: str) -> None:
    with pytest.raises(error) as refused:
        put(inventory(), guest)
    assert str(refused.value) == message
    assert refused.value.remedy


@pytest.mark.parametrize("state", sorted(OPEN))
def test_a_guest_that_is_removed_takes_its_open_build_with_it(state: BuildState) -> None:
    known = inventory(build=replace(BUILD, state=state))
    changes = changing.remove(known, "web1", by=BY, now=START)
    assert [event.what for event in events(changes)] == [Deed.BUILD_CANCELLED, Deed.GUEST_REMOVED]
    assert {event.by for event in events(changes)} == {BY}
    assert GuestForgotten("lab", "web1") in changes
    assert applied(known, changes).guest("web1") is None
    assert not any(build.is_open for build in known.builds)


def test_a_build_that_is_over_stays_so_when_its_guest_is_removed() -> None:
    known = inventory(build=replace(BUILD, state=BuildState.DONE))
    assert [event.what for event in events(changing.remove(known, "web1", by=BY, now=START))] == [Deed.GUEST_REMOVED]


def test_a_guest_of_the_settings_is_not_removed() -> None:
    with pytest.raises(RefusedError, match="guest fixed is in the settings file"):
        changing.remove(inventory(), "fixed", by=BY, now=START)


@pytest.mark.parametrize("change", [changing.remove, changing.approve])
def test_a_guest_that_is_not_there_is_neither_removed_nor_approved(change: Callable[..., object]) -> None:
    with pytest.raises(RefusedError, match="there is no guest nobody") as refused:
        change(inventory(), "nobody", by=BY, now=START)
    assert refused.value.remedy


def test_a_discovered_guest_becomes_one_like_any_other() -> None:
    known = inventory(replace(WEB1, origin=Origin.DISCOVERED))
    changes = changing.approve(known, "web1", by=BY, now=START)
    assert [(event.what, event.by) for event in events(changes)] == [(Deed.GUEST_APPROVED, BY)]
    assert applied(known, changes).guest("web1") == WEB1
    assert known.waiting_guests == 0


@pytest.mark.parametrize("name", ["web1", "fixed"])
def test_no_other_guest_waits_for_approval(name: str) -> None:
    with pytest.raises(RefusedError, match=f"guest {name} waits for no approval"):
        changing.approve(inventory(), name, by=BY, now=START)


DISCOVERED = Guest(name="discovered-52-54-00-00-00-99", macs=(OTHER_MAC,), network="lab", origin=Origin.DISCOVERED)


def test_a_client_that_nobody_knows_waits_under_its_mac() -> None:
    known = inventory()
    changes = changing.discovered(known, LAB, OTHER_MAC, START)
    assert changes[0] == GuestSet(DISCOVERED)
    assert [(event.what, event.by) for event in events(changes)] == [(Deed.GUEST_DISCOVERED, "")]
    assert changing.discovered(applied(known, changes), LAB, OTHER_MAC, START) == ()


TAKEN = {
    "a guest has its MAC": replace(WEB1, macs=(OTHER_MAC,)),
    "a guest has its name, and another MAC now": replace(DISCOVERED, macs=(Z1_MAC,), origin=Origin.ADDED),
    "a guest has its name in capitals": replace(WEB1, name=DISCOVERED.name.upper()),
}


@pytest.mark.parametrize("guest", TAKEN.values(), ids=TAKEN)
def test_nobody_is_registered_where(guest: Guest) -> None:
    assert changing.discovered(inventory(guest), LAB, OTHER_MAC, START) == ()


def test_no_more_wait_than_there_is_room_for() -> None:
    waiting = [
        Guest(name=f"w{number}", network="lab", origin=Origin.DISCOVERED) for number in range(changing.MOST_WAITING)
    ]
    assert changing.discovered(inventory(*waiting), LAB, OTHER_MAC, START) == ()
    assert changing.discovered(inventory(*waiting[1:]), LAB, OTHER_MAC, START)


DIFFERENCES: dict[str, tuple[Guest | None, Guest, dict[str, str]]] = {
    "nothing": (WEB1, WEB1, {}),
    "all that a new one says": (None, WEB2, {"macs": str(Z2_MAC), "client_id": DUID.hex(":"), "network": "lab"}),
    "one more MAC": (WEB1, replace(WEB1, macs=(Z1_MAC, Z2_MAC)), {"macs": f"{Z1_MAC} -> {Z1_MAC}, {Z2_MAC}"}),
    "what is new": (WEB1, replace(WEB1, firmware=Version(9, 2)), {"firmware": " -> 9.2"}),
    "what is gone": (WEB2, replace(WEB2, client_id=None), {"client_id": f"{DUID.hex(':')} -> "}),
    "approval": (replace(WEB1, origin=Origin.DISCOVERED), WEB1, {"origin": "discovered -> added"}),
    "no origin and no files of the settings": (FIXED, replace(FIXED, boot=None, origin=Origin.ADDED), {}),
}


@pytest.mark.parametrize(("before", "guest", "told"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_the_difference_is(before: Guest | None, guest: Guest, told: dict[str, str]) -> None:
    assert changing.difference(before, guest) == told


NOWHERE = replace(WEB1, network=None)
HOMES = {
    "the only network": (NOWHERE, (LAB,), "lab"),
    "none where there is a choice": (NOWHERE, (LAB, FAR), None),
    "none where there is no network": (NOWHERE, (), None),
    "the one that it names": (replace(WEB1, network="far"), (LAB,), "far"),
}


@pytest.mark.parametrize(("guest", "networks", "home"), HOMES.values(), ids=HOMES)
def test_a_guest_is_at_home_in(guest: Guest, networks: tuple[Network, ...], home: str | None) -> None:
    assert changing.at_home(inventory(WEB2, networks=networks), guest) == replace(guest, network=home)
