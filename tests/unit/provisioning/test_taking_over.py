from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from netipl.guests.guest import Guest, Origin
from netipl.guests.lease import Lease, LeaseState
from netipl.net import Mac
from netipl.provisioning.changes import GuestSet, Happened, LeaseSet
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.taking_over import HandedOver, TakenOver, taken_over
from netipl.provisioning.timeline import Deed
from tests.unit.provisioning.dhcp_lab import FAR, LAB, POOL, START, STRANGER, STRANGER_2, Z1_ADDRESS, Z1_MAC, Z2_MAC

HOUR = timedelta(hours=1)
RESERVED = Guest(name="z1", macs=(Z1_MAC,), address=Z1_ADDRESS, network="lab", origin=Origin.ADDED)


def lease(address: IPv4Address, mac: Mac, expires: timedelta = HOUR) -> Lease:
    return Lease(network="lab", address=address, mac=mac, expires=START + expires, hostname="vm1")


def of(
    guests: Sequence[Guest] = (),
    leases: Sequence[Lease] = (),
    *,
    known: Sequence[Guest] = (),
    had: Sequence[Lease] = (),
) -> TakenOver:
    """What follows for an inventory that knows these guests and leases."""
    handed = HandedOver(network="lab", guests=tuple(guests), leases=tuple(leases))
    return taken_over(Inventory((LAB, FAR), known, had), handed, by="somebody", now=START)


def leases(taken: TakenOver) -> list[Lease]:
    return [change.lease for change in taken.changes if isinstance(change, LeaseSet)]


def test_a_reservation_becomes_a_guest_that_was_added_and_is_told_of() -> None:
    guest, happened = of([RESERVED]).changes
    assert guest == GuestSet(RESERVED)
    assert isinstance(happened, Happened)
    assert (happened.event.what, happened.event.by) == (Deed.GUEST_ADDED, "somebody")


def test_the_lease_of_a_reservation_is_its_guests() -> None:
    assert leases(of([RESERVED], [lease(Z1_ADDRESS, Z1_MAC)])) == [replace(lease(Z1_ADDRESS, Z1_MAC), guest="z1")]


def test_a_lease_of_the_pool_goes_on_as_it_was() -> None:
    assert leases(of(leases=[lease(POOL[0], STRANGER)])) == [lease(POOL[0], STRANGER)]


@pytest.mark.parametrize(
    "handed",
    [lease(POOL[0], STRANGER, -HOUR), lease(IPv4Address("192.168.133.99"), STRANGER), lease(FAR.server, STRANGER)],
    ids=["it has expired", "of no pool", "of another subnet"],
)
def test_what_nobody_has_or_may_have_is_no_lease(handed: Lease) -> None:
    assert of(leases=[handed]).changes == ()


def test_what_we_have_given_is_newer() -> None:
    ours = [lease(POOL[0], STRANGER_2), lease(POOL[1], STRANGER)]
    assert of(leases=[lease(POOL[0], STRANGER)], had=ours[:1]).changes == ()
    assert of(leases=[lease(POOL[0], STRANGER)], had=ours[1:]).changes == ()


def test_a_lease_that_was_declined_here_stays_so() -> None:
    declined = replace(lease(POOL[0], STRANGER_2), state=LeaseState.DECLINED)
    assert of(leases=[lease(POOL[0], STRANGER)], had=[declined]).changes == ()


def test_a_guest_that_is_known_by_its_mac_stays_as_it_is() -> None:
    known = Guest(name="web1", macs=(Z1_MAC,), network="lab")
    taken = of([RESERVED], [lease(POOL[0], Z1_MAC)], known=[known])
    assert (leases(taken), taken.left_out) == ([replace(lease(POOL[0], Z1_MAC), guest="web1")], ())
    assert len(taken.changes) == 1


def test_a_reservation_that_does_not_fit_in_is_left_out_and_said() -> None:
    other = Guest(name="other", macs=(Z2_MAC,), address=Z1_ADDRESS, network="lab")
    taken = of([RESERVED], known=[other])
    assert taken.changes == ()
    assert len(taken.left_out) == 1
    assert str(Z1_ADDRESS) in taken.left_out[0]


def test_two_reservations_of_one_address_are_one_guest_and_one_that_is_left_out() -> None:
    taken = of([RESERVED, replace(RESERVED, name="z2", macs=(Z2_MAC,))])
    assert [change.guest.name for change in taken.changes if isinstance(change, GuestSet)] == ["z1"]
    assert len(taken.left_out) == 1


def test_a_network_that_is_not_ours_has_nothing_to_take_over() -> None:
    handed = HandedOver(network="elsewhere", leases=(lease(POOL[0], STRANGER),))
    assert taken_over(Inventory((LAB,)), handed, by="", now=START) == TakenOver(changes=(), left_out=())
