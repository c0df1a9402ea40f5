"""Many guests are taken in one change: all or none, in any order, and marks may pass between them."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from netipl.errors import NetiplError, RefusedError, UsageError
from netipl.guests.build import BuildState
from netipl.guests.guest import Guest, Origin
from netipl.net import Mac
from netipl.provisioning.changes import GuestSet, Happened
from netipl.provisioning.importing import Import, Step, imported
from netipl.provisioning.timeline import Deed
from tests.plane import LAB, START, Plane

FAR = replace(LAB, name="far", interface="far0", subnet=IPv4Network("10.9.0.0/24"), pools=())


def guest(name: str, number: int, **given: object) -> Guest:
    plain = Guest(
        name=name,
        macs=(Mac(b"RT\0\0\0" + bytes((number,))),),
        network="lab",
        address=IPv4Address(f"192.168.133.{number}"),
        origin=Origin.ADDED,
    )
    return replace(plain, **given)  # type: ignore[arg-type]


A, B, C = guest("a", 10), guest("b", 11), guest("c", 12)
DISCOVERED = guest("d", 13, origin=Origin.DISCOVERED)


def plane(*guests: Guest) -> Plane:
    return Plane(networks=(LAB, FAR), guests=guests)


def made(here: Plane, *guests: Guest, prune: bool = False) -> Import:
    return imported(here.inventory, guests, prune=prune, by="user root", now=START)


def steps(made: Import) -> dict[str, Step]:
    return {each.name: each.step for each in made.differences}


def test_guests_are_added_changed_and_kept() -> None:
    here = plane(A, B)
    changed = replace(B, append="quiet")
    found = made(here, A, changed, C)
    assert steps(found) == {"a": Step.KEEP, "b": Step.CHANGE, "c": Step.ADD}
    assert found.differences[1].fields == {"append": " -> quiet"}
    here.commit(found.changes)
    assert set(here.inventory.guests) == {A, changed, C}
    assert [event.what for event in here.events] == [Deed.GUEST_CHANGED, Deed.GUEST_ADDED]


def test_what_would_be_done_is_not_done() -> None:
    here = plane(A)
    made(here, replace(A, append="quiet"), B, prune=True)
    assert here.inventory.guests == (A,)


def test_guests_swap_their_marks() -> None:
    here = plane(A, B)
    swapped = (replace(A, macs=B.macs, address=B.address), replace(B, macs=A.macs, address=A.address))
    here.commit(made(here, *swapped).changes)
    assert set(here.inventory.guests) == set(swapped)
    assert here.inventory.guest_with_mac(A.macs[0]) == swapped[1]
    plan = here.inventory.addresses(LAB).plan
    assert [plan.reserved(each) for each in swapped] == [B.address, A.address]
    here.restart()
    assert set(here.inventory.guests) == set(swapped)


def test_a_mark_passes_on_in_a_ring_of_three() -> None:
    here = plane(A, B, C)
    ring = (replace(A, address=B.address), replace(B, address=C.address), replace(C, address=A.address))
    here.commit(made(here, *ring).changes)
    assert set(here.inventory.guests) == set(ring)


def test_with_prune_other_added_guests_go_and_their_builds_are_cancelled() -> None:
    here = plane(replace(A, profile="debian"), B, DISCOVERED)
    here.build("a")
    found = made(here, B, prune=True)
    assert steps(found) == {"b": Step.KEEP, "a": Step.REMOVE}
    here.commit(found.changes)
    assert set(here.inventory.guests) == {B, DISCOVERED}
    assert [build.state for build in here.inventory.builds] == [BuildState.CANCELLED]


def test_with_prune_a_new_guest_may_have_what_one_had_that_goes() -> None:
    here = plane(A)
    here.commit(made(here, replace(A, name="z"), prune=True).changes)
    assert here.inventory.guests == (replace(A, name="z"),)


def test_a_discovered_guest_is_approved_by_an_import_and_that_is_shown() -> None:
    here = plane(DISCOVERED)
    found = made(here, replace(DISCOVERED, origin=Origin.ADDED))
    assert steps(found) == {"d": Step.CHANGE}
    assert found.differences[0].fields == {"origin": "discovered -> added"}


def test_a_guest_moves_to_another_network_and_its_build_does_not() -> None:
    here = plane(replace(A, profile="debian"))
    here.build("a")
    moved = replace(A, network="far", address=None, profile="debian")
    here.commit(made(here, moved).changes)
    assert here.inventory.guests == (moved,)
    assert here.inventory.build_of(moved) is None
    assert [build.state for build in here.inventory.builds] == [BuildState.CANCELLED]


def test_what_was_exported_is_imported_without_a_change_also_what_the_settings_have() -> None:
    here = plane(A)
    fixed = replace(B, origin=Origin.SETTINGS)
    here.inventory.replace_guests_and_networks((LAB, FAR), (fixed,))
    found = made(here, A, replace(B, origin=Origin.ADDED))
    assert (steps(found), found.changes) == ({"a": Step.KEEP, "b": Step.KEEP}, ())


REFUSED: dict[str, tuple[tuple[Guest, ...], type[NetiplError], str]] = {
    "one name twice": ((A, replace(A, append="x")), UsageError, "guest a is there twice"),
    "one MAC twice": (
        (A, replace(C, macs=A.macs)),
        UsageError,
        "guest c: the guests a and c are both 52:54:00:00:00:0a",
    ),
    "a MAC of one that stays": ((replace(C, macs=B.macs),), UsageError, "guest c: the guests b and c are both"),
    "an address of one that stays": ((replace(C, address=B.address),), UsageError, "the guests b and c both have"),
    "no network": ((A, replace(C, network=None)), UsageError, "guest c: guest c has no network"),
    "a network that is not there": ((replace(C, network="x"),), UsageError, "guest c: there is no network x"),
    "one of the settings": ((replace(A, name="fixed"),), RefusedError, "guest fixed: guest fixed is in the settings"),
}


@pytest.mark.parametrize(("guests", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_one_that_is_refused_refuses_all(guests: tuple[Guest, ...], error: type[NetiplError], words: str) -> None:
    here = plane(B)
    fixed = guest("fixed", 99, origin=Origin.SETTINGS)
    here.inventory.replace_guests_and_networks((LAB, FAR), (fixed,))
    before = here.inventory.guests
    with pytest.raises(error, match=words):
        made(here, guest("first", 50), *guests)
    assert here.inventory.guests == before


def test_changes_come_before_what_is_told_of_them() -> None:
    kinds = [isinstance(change, Happened) for change in made(plane(A), replace(A, append="x"), B, C).changes]
    assert kinds == sorted(kinds)


def test_a_thousand_guests_are_taken_at_once() -> None:
    many = [guest(f"g{number}", 0, macs=(Mac(number.to_bytes(6, "big")),), address=None) for number in range(1, 1001)]
    here = plane()
    found = made(here, *many)
    here.commit(found.changes)
    assert len(here.inventory.guests) == 1000
    assert sum(isinstance(change, GuestSet) for change in found.changes) == 1000
