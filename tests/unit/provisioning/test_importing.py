"""Many guests at once: all or nothing, in any order, and the same again changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netipl.errors import NetiplError, RefusedError, UsageError
from netipl.guests.build import Build, BuildState
from netipl.guests.guest import Guest, Origin
from netipl.guests.lease import Lease
from netipl.provisioning.changes import BuildSet, Change, GuestForgotten, GuestSet, Happened, LeaseSet
from netipl.provisioning.importing import Import, Step, imported
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Deed, Seen
from tests.property.small_world import mac
from tests.unit.provisioning.dhcp_lab import DUID, FAR, LAB, START, Z1_ADDRESS

BY = "user root"
Z2_ADDRESS = IPv4Address("192.168.133.11")
WEB1 = Guest(name="web1", macs=(mac(1),), network="lab", address=Z1_ADDRESS, origin=Origin.ADDED)
WEB2 = Guest(name="web2", macs=(mac(2),), network="lab", address=Z2_ADDRESS, origin=Origin.ADDED)
WEB3 = Guest(name="web3", macs=(mac(3),), network="lab", origin=Origin.ADDED)
FIXED = Guest(name="fixed", macs=(mac(8),), network="lab")
FOUND = Guest(name="found", macs=(mac(9),), network="lab", origin=Origin.DISCOVERED)
BUILD = Build(id="1", guest="web1", network="lab", profile="p", asked=START, by="", expires=START + timedelta(hours=6))


def inventory(*guests: Guest) -> Inventory:
    return Inventory((LAB, FAR), guests)


def of(known: Inventory, guests: Iterable[Guest], *, prune: bool = False) -> Import:
    return imported(known, guests, prune=prune, by=BY, now=START)


def applied(known: Inventory, changes: Iterable[Change]) -> dict[str, Guest]:
    for change in changes:
        known.apply(change)
    return {guest.name: guest for guest in known.guests}


def by_name(*guests: Guest) -> dict[str, Guest]:
    return {guest.name: guest for guest in guests}


def steps(made: Import) -> list[tuple[str, Step]]:
    return [(each.name, each.step) for each in made.differences]


def told(changes: Sequence[Change]) -> list[tuple[Seen | Deed, str | None]]:
    return [(change.event.what, change.event.guest) for change in changes if isinstance(change, Happened)]


def test_each_guest_is_added_changed_or_kept_and_told_in_the_order_of_the_import() -> None:
    known = inventory(WEB1, WEB2)
    changed = replace(WEB2, cpu="z14")
    made = of(known, [WEB3, changed, WEB1])
    assert steps(made) == [("web3", Step.ADD), ("web2", Step.CHANGE), ("web1", Step.KEEP)]
    assert [each.fields for each in made.differences[1:]] == [{"cpu": " -> z14"}, {}]
    assert told(made.changes) == [(Deed.GUEST_ADDED, "web3"), (Deed.GUEST_CHANGED, "web2")]
    assert [type(change) for change in made.changes] == [GuestForgotten, GuestSet, GuestSet, Happened, Happened]
    assert applied(known, made.changes) == by_name(WEB1, changed, WEB3)


def test_what_would_become_of_guests_is_found_without_changing_any() -> None:
    known = inventory(WEB1, WEB2)
    of(known, [replace(WEB1, macs=(mac(7),)), WEB3], prune=True)
    assert by_name(*known.guests) == by_name(WEB1, WEB2)


SWAPS: dict[str, tuple[Guest, ...]] = {
    "two MACs": (replace(WEB1, macs=(mac(2),)), replace(WEB2, macs=(mac(1),))),
    "two addresses": (replace(WEB1, address=Z2_ADDRESS), replace(WEB2, address=Z1_ADDRESS)),
    "all marks of three": (
        replace(WEB1, macs=(mac(2),), address=Z2_ADDRESS),
        replace(WEB2, macs=(mac(3),), address=None),
        replace(WEB3, macs=(mac(1),), address=Z1_ADDRESS),
    ),
    "a mark that a new guest gets": (
        Guest(name="new", macs=(mac(1),), network="far", client_id=DUID, origin=Origin.ADDED),
        replace(WEB1, macs=(mac(7),)),
    ),
}


@pytest.mark.parametrize("swapped", SWAPS.values(), ids=SWAPS)
@pytest.mark.parametrize("is_reversed", [False, True])
def test_guests_may_swap(swapped: tuple[Guest, ...], is_reversed: bool) -> None:
    known = inventory(WEB1, WEB2, WEB3)
    made = of(known, reversed(swapped) if is_reversed else swapped)
    assert applied(known, made.changes) == by_name(WEB1, WEB2, WEB3) | by_name(*swapped)


def test_a_guest_that_is_changed_keeps_its_lease_and_its_build() -> None:
    known = inventory(WEB1)
    lease = Lease(network="lab", address=Z1_ADDRESS, mac=mac(1), guest="web1", expires=START + timedelta(hours=1))
    applied(known, (LeaseSet(lease), BuildSet(BUILD)))
    changed = replace(WEB1, cpu="z14")
    applied(known, of(known, [changed]).changes)
    assert known.guest_of(lease) == changed
    assert known.lease_of("lab", "web1") == lease
    assert known.build_of(changed) == BUILD


def test_pruning_removes_what_was_added_and_is_not_in_the_import_alone() -> None:
    known = inventory(WEB1, WEB2, FIXED, FOUND)
    made = of(known, [WEB2], prune=True)
    assert steps(made) == [("web2", Step.KEEP), ("web1", Step.REMOVE)]
    assert told(made.changes) == [(Deed.GUEST_REMOVED, "web1")]
    assert applied(known, made.changes) == by_name(WEB2, FIXED, FOUND)


def test_pruning_frees_marks_and_cancels_builds() -> None:
    known = inventory(WEB1)
    known.apply(BuildSet(BUILD))
    heir = replace(WEB1, name="WEB1")
    made = of(known, [heir], prune=True)
    assert applied(known, made.changes) == by_name(heir)
    assert [build.state for build in known.builds] == [BuildState.CANCELLED]


def test_a_guest_that_moves_to_another_network_leaves_its_build_behind() -> None:
    known = inventory(WEB1)
    known.apply(BuildSet(BUILD))
    moved = replace(WEB1, network="far", address=None)
    made = of(known, [moved])
    assert told(made.changes) == [(Deed.BUILD_CANCELLED, "web1"), (Deed.GUEST_CHANGED, "web1")]
    assert applied(known, made.changes) == by_name(moved)
    assert known.build_of(moved) is None


def test_a_discovered_guest_is_approved_by_its_import() -> None:
    known = inventory(FOUND)
    made = of(known, [replace(FOUND, origin=Origin.ADDED)])
    assert [each.fields for each in made.differences] == [{"origin": "discovered -> added"}]
    applied(known, made.changes)
    assert known.waiting_guests == 0


def test_guests_of_the_settings_are_kept_where_the_import_has_them_as_they_are() -> None:
    anywhere = Guest(name="anywhere", client_id=DUID)
    known = inventory(FIXED, anywhere)
    made = of(known, [replace(guest, origin=Origin.ADDED) for guest in (FIXED, anywhere)], prune=True)
    assert steps(made) == [("fixed", Step.KEEP), ("anywhere", Step.KEEP)]
    assert made.changes == ()


REFUSED: dict[str, tuple[list[Guest], type[NetiplError], str]] = {
    "the same guest twice": ([WEB3, WEB3], UsageError, "guest web3 is there twice"),
    "one name twice": ([WEB3, replace(WEB3, macs=(mac(4),))], UsageError, "guest web3 is there twice"),
    "a guest of the settings that is changed": (
        [WEB3, replace(FIXED, cpu="z14")],
        RefusedError,
        "guest fixed: guest fixed is in the settings file",
    ),
    "a MAC that a guest outside of the import has": (
        [replace(WEB3, macs=(mac(1),))],
        UsageError,
        f"guest web3: the guests web1 and web3 are both {mac(1)}",
    ),
    "a MAC that two have in the import": (
        [WEB3, replace(WEB3, name="web4")],
        UsageError,
        f"guest web4: the guests web3 and web4 are both {mac(3)}",
    ),
    "a MAC that a later guest keeps": (
        [replace(WEB3, macs=(mac(1),)), WEB1],
        UsageError,
        f"guest web1: the guests web3 and web1 are both {mac(1)}",
    ),
    "a network that there is not": (
        [WEB3, replace(WEB1, network="moon")],
        UsageError,
        "guest web1: there is no network moon",
    ),
}


@pytest.mark.parametrize(("guests", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_an_import_with_one_guest_that_is_wrong_is_refused(
    guests: list[Guest], error: type[NetiplError], message: str
) -> None:
    known = inventory(WEB1, WEB2, FIXED)
    with pytest.raises(error) as refused:
        of(known, guests)
    assert str(refused.value) == message
    assert refused.value.remedy
    assert by_name(*known.guests) == by_name(WEB1, WEB2, FIXED)


SMALL = st.builds(
    Guest,
    name=st.sampled_from(("web1", "WEB1", "web2", "web3")),
    macs=st.lists(st.sampled_from([mac(number) for number in range(1, 5)]), min_size=1, max_size=2).map(tuple),
    network=st.sampled_from(("lab", "far")),
    address=st.sampled_from((None, Z1_ADDRESS, Z2_ADDRESS, IPv4Address("10.9.0.10"))),
    client_id=st.sampled_from((None, DUID)),
    origin=st.sampled_from(Origin),
)
MANY = st.lists(SMALL, max_size=4, unique_by=lambda guest: guest.name)


@given(MANY, MANY, st.booleans())
def test_an_import_ends_with_just_what_it_says_or_is_refused(
    before: list[Guest], wanted: list[Guest], prune: bool
) -> None:
    known = inventory()
    for guest in before:
        try:
            known.apply(GuestSet(guest))
        except UsageError:
            continue
    there = by_name(*known.guests)
    guests = [replace(guest, origin=Origin.ADDED) for guest in wanted]
    try:
        made = of(known, guests, prune=prune)
    except NetiplError:
        assert by_name(*known.guests) == there
        return
    kept = {
        name: guest
        for name, guest in there.items()
        if guest.origin is Origin.SETTINGS or not (prune and guest.origin is Origin.ADDED)
    }
    assert applied(known, made.changes) == by_name(*guests) | {
        name: guest for name, guest in kept.items() if guest.origin is Origin.SETTINGS or name not in by_name(*guests)
    }
    again = of(known, guests, prune=prune)
    assert again.changes == ()
    assert {each.step for each in again.differences} <= {Step.KEEP}
