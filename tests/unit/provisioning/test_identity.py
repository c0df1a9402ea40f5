"""Who a client is: the MAC before the client identifier before the UUID."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from netipl.errors import UsageError
from netipl.guests.guest import Guest, Origin
from netipl.guests.lease import Lease
from netipl.net import Mac
from netipl.provisioning.identity import Client, Guests, Owner, at_home, name_of
from tests.unit.provisioning.dhcp_lab import DUID, FAR, LAB, STRANGER, STRANGER_2, Z1_ADDRESS

A, B = Mac.parse("52:54:00:00:00:0a"), Mac.parse("52:54:00:00:00:0b")
UUID_1 = UUID("00010203-0405-0607-0809-0a0b0c0d0e0f")
BY_MAC = Guest(name="by-mac", macs=(A, B))
BY_ID = Guest(name="by-id", client_id=DUID)
BY_UUID = Guest(name="by-uuid", uuid=UUID_1)
GUESTS = Guests((BY_MAC, BY_ID, BY_UUID))

MARKS = {
    "the firmware shows its MAC alone": (A, None, None, BY_MAC),
    "its installer has a DUID of its own": (A, b"\xff" + bytes(14), None, BY_MAC),
    "another interface of the same guest": (B, None, None, BY_MAC),
    "the MAC is believed before the identifier": (A, DUID, UUID_1, BY_MAC),
    "the identifier is believed before the UUID": (STRANGER, DUID, UUID_1, BY_ID),
    "the UUID": (STRANGER, None, UUID_1, BY_UUID),
    "an identifier that nobody has": (STRANGER, b"\x01abcdef", None, None),
    "no mark at all": (None, None, None, None),
}


@pytest.mark.parametrize(("mac", "client_id", "uuid", "guest"), MARKS.values(), ids=MARKS)
def test_is_recognised(mac: Mac | None, client_id: bytes | None, uuid: UUID | None, guest: Guest | None) -> None:
    assert GUESTS.recognised(mac, client_id, uuid) is guest


TWINS = {
    "name": (Guest(name="z1"), Guest(name="z1", macs=(A,))),
    "name, but for its case": (Guest(name="z1"), Guest(name="Z1", macs=(A,))),
    "MAC": (Guest(name="z1", macs=(A,)), Guest(name="z2", macs=(B, A))),
    "client identifier": (Guest(name="z1", client_id=DUID), Guest(name="z2", client_id=DUID)),
    "UUID": (Guest(name="z1", uuid=UUID_1), Guest(name="z2", uuid=UUID_1)),
}


@pytest.mark.parametrize("twins", TWINS.values(), ids=TWINS)
def test_two_guests_share_no_mark(twins: tuple[Guest, Guest]) -> None:
    with pytest.raises(UsageError, match=f"the guests z1 and {twins[1].name} are both"):
        Guests(twins)


@pytest.mark.parametrize("twins", TWINS.values(), ids=TWINS)
def test_a_guest_that_is_refused_leaves_nothing_behind(twins: tuple[Guest, Guest]) -> None:
    known = Guests(twins[:1])
    with pytest.raises(UsageError):
        known.add(twins[1])
    known.remove(twins[0])
    known.add(twins[1])
    assert list(known) == [twins[1]]


@pytest.mark.parametrize("twins", TWINS.values(), ids=TWINS)
def test_a_guest_may_have_what_the_one_has_in_whose_place_it_comes(twins: tuple[Guest, Guest]) -> None:
    Guests(twins[:1]).check(twins[1], instead_of=twins[0])


def test_those_that_wait_for_approval_are_counted() -> None:
    known = Guests((BY_MAC, Guest(name="new", origin=Origin.DISCOVERED)))
    assert known.waiting == 1
    known.remove(Guest(name="new", origin=Origin.DISCOVERED))
    assert known.waiting == 0


def test_guests_are_found_by_name() -> None:
    assert len(GUESTS) == 3
    assert list(GUESTS) == [BY_MAC, BY_ID, BY_UUID]
    assert GUESTS.named("by-id") is BY_ID
    assert GUESTS.named("nobody") is None
    assert GUESTS.named(None) is None


OWNERS = {
    "the guest it was given to": ("by-id", STRANGER, "by-id"),
    "the guest that the MAC became": (None, A, "by-mac"),
    "the guest that has the MAC, when the one it was given to is gone": ("gone", A, "by-mac"),
    "the MAC, when the guest is gone": ("gone", STRANGER, STRANGER),
    "the MAC of a client of the pool": (None, STRANGER, STRANGER),
    "the MAC, when the guest is at home elsewhere": ("far-one", STRANGER, STRANGER),
}


@pytest.mark.parametrize(("guest", "mac", "owner"), OWNERS.values(), ids=OWNERS)
def test_a_lease_belongs_to(guest: str | None, mac: Mac, owner: Owner) -> None:
    known = Guests((BY_MAC, BY_ID, Guest(name="far-one", network="far")))
    lease = Lease(network="lab", address=Z1_ADDRESS, mac=mac, guest=guest, expires=datetime(2026, 1, 1, tzinfo=UTC))
    assert known.owner_of(lease, LAB) == owner


def test_two_identities_of_one_machine_are_one_owner() -> None:
    assert Client(STRANGER, None, None).owner == Client(STRANGER, DUID, None).owner
    assert Client(A, None, BY_MAC).owner == Client(B, DUID, BY_MAC).owner == "by-mac"


def test_clones_with_one_duid_are_two_owners() -> None:
    assert Client(STRANGER, DUID, None).owner != Client(STRANGER_2, DUID, None).owner


def test_a_guest_is_at_home_in_its_network_or_in_any() -> None:
    assert at_home(Guest(name="z1"), LAB)
    assert at_home(Guest(name="z1"), FAR)
    assert at_home(Guest(name="z1", network="lab"), LAB)
    assert not at_home(Guest(name="z1", network="lab"), FAR)


def test_the_name_of_nobody_is_none() -> None:
    assert (name_of(BY_ID), name_of(None)) == ("by-id", None)
