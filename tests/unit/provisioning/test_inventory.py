"""Networks, guests and leases in memory: lookups, changes, and reloads that take everything or nothing."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address
from uuid import UUID

import pytest

from netipl.errors import UsageError
from netipl.guests.build import Build
from netipl.guests.guest import Guest, Origin
from netipl.guests.lease import Lease, LeaseState
from netipl.guests.network import Network
from netipl.guests.profile import Profile, ProfileOrigin
from netipl.provisioning.changes import (
    BuildSet,
    CredentialForgotten,
    CredentialSet,
    GuestForgotten,
    GuestSet,
    LeaseForgotten,
    LeaseSet,
    ProfileForgotten,
    ProfileSet,
)
from netipl.provisioning.credential import ApiToken, Role
from netipl.provisioning.inventory import Inventory, Stored
from tests.unit.provisioning.dhcp_lab import (
    DUID,
    FAR,
    LAB,
    START,
    STRANGER,
    Z1,
    Z1_ADDRESS,
    Z1_MAC,
    Z2,
    Z2_MAC,
)

UUID_1 = UUID("00010203-0405-0607-0809-0a0b0c0d0e0f")
POOL_1 = IPv4Address("192.168.133.100")
FAR_1 = IPv4Address("10.9.0.10")
HOUR = timedelta(hours=1)
LEASE_1 = Lease(network="lab", address=Z1_ADDRESS, mac=Z1_MAC, guest="z1", expires=START + HOUR)
LEASE_2 = Lease(network="lab", address=POOL_1, mac=Z2_MAC, guest="z2", expires=START + HOUR)
BUILD = Build(id="1", guest="z1", network="lab", profile="debian", asked=START, by="", expires=START + HOUR)
PROFILE = Profile(name="web", origin=ProfileOrigin.ADDED)
TOKEN = ApiToken(name="ci", role=Role.ADMIN, digest="00", created=START, by="user root")
LEASE_FAR = Lease(network="far", address=FAR_1, mac=STRANGER, expires=START + HOUR)


def inventory(*leases: Lease) -> Inventory:
    return Inventory((LAB, FAR), (replace(Z1, client_id=DUID, uuid=UUID_1), Z2), leases)


def test_networks_are_found_by_name_and_by_address() -> None:
    here = inventory()
    assert here.networks == (LAB, FAR)
    assert here.network("far") is FAR
    assert here.network("nowhere") is None
    assert here.network_with(FAR_1) is FAR
    assert here.network_with(IPv4Address("172.16.0.1")) is None


def test_guests_are_found_by_every_mark() -> None:
    here = inventory()
    z1 = here.guest("z1")
    assert z1 is not None
    assert here.guests == (z1, Z2)
    assert here.guest_with_mac(Z1_MAC) is here.guest_with_client_id(DUID) is here.guest_with_uuid(UUID_1) is z1
    assert here.recognised(STRANGER, DUID) is here.recognised(STRANGER, None, UUID_1) is z1
    assert here.recognised(Z2_MAC, DUID, UUID_1) is Z2
    assert here.recognised(STRANGER) is here.guest("nobody") is here.guest_with_mac(STRANGER) is None


def test_leases_are_found_by_address_and_by_owner() -> None:
    here = inventory(LEASE_1, LEASE_FAR)
    assert set(here.leases) == {LEASE_1, LEASE_FAR}
    assert here.lease("lab", Z1_ADDRESS) is here.lease_with(Z1_ADDRESS) is here.lease_of("lab", "z1") is LEASE_1
    assert here.lease_of("far", STRANGER) is LEASE_FAR
    assert here.lease("nowhere", Z1_ADDRESS) is here.lease_of("nowhere", "z1") is None
    assert here.lease_with(IPv4Address("172.16.0.1")) is None


def test_the_guest_of_a_lease_is_whose_it_is_now() -> None:
    here = inventory(LEASE_1)
    assert here.guest_of(LEASE_1) is here.guest("z1")
    assert here.guest_of(LEASE_FAR) is None
    assert here.guest_of(replace(LEASE_1, network="nowhere")) is None
    assert here.guest_of(replace(LEASE_FAR, mac=Z2_MAC)) is Z2


def test_changes_are_applied() -> None:
    here = inventory()
    here.apply(LeaseSet(LEASE_1))
    released = replace(LEASE_1, state=LeaseState.RELEASED)
    here.apply(LeaseSet(released))
    assert here.leases == (released,)
    here.apply(LeaseForgotten("lab", Z1_ADDRESS))
    assert not here.leases


def test_leases_of_networks_that_are_not_served_are_kept_for_their_return() -> None:
    gone = replace(LEASE_FAR, network="gone")
    here = inventory(gone)
    here.apply(LeaseSet(replace(gone, address=POOL_1)))
    assert set(here.leases) == {gone, replace(gone, address=POOL_1)}
    here.apply(LeaseForgotten("gone", POOL_1))
    assert here.leases == (gone,)
    here.replace_guests_and_networks((replace(FAR, name="gone"),), ())
    assert here.lease("gone", FAR_1) is gone


def test_what_another_daemon_stored_of_a_network_counts_when_it_comes_back() -> None:
    known, stored = replace(LEASE_FAR, network="gone"), replace(LEASE_FAR, network="gone", address=POOL_1)
    here = inventory(LEASE_1, known)
    here.replace_guests_and_networks((LAB, replace(FAR, name="gone")), (Z2,), Stored(leases=(stored,)))
    assert set(here.leases) == {LEASE_1, stored}


def test_a_reload_keeps_leases_and_forgets_offers() -> None:
    here = inventory(LEASE_1)
    here.addresses(LAB).offer("z2", POOL_1, START)
    here.replace_guests_and_networks((LAB,), (Z2,))
    assert here.leases == (LEASE_1,)
    assert here.networks == (LAB,)
    assert here.guests == (Z2,)
    assert not here.addresses(LAB).offers()


def test_leases_become_what_the_store_says() -> None:
    here = inventory(LEASE_1)
    here.addresses(LAB).offer("z2", POOL_1, START)
    here.reload(Stored(leases=(LEASE_2, LEASE_FAR)))
    assert set(here.leases) == {LEASE_2, LEASE_FAR}
    assert here.lease_of("lab", "z1") is None
    assert not here.addresses(LAB).offers()


CONTRADICTIONS: dict[str, tuple[tuple[Network, ...], tuple[Guest, ...]]] = {
    "two networks of one name": ((LAB, replace(FAR, name="lab")), ()),
    "two guests of one MAC": ((LAB,), (Z1, Guest(name="z9", macs=(Z1_MAC,)))),
    "two guests of one address": ((LAB,), (Z1, replace(Z2, address=Z1_ADDRESS))),
}


@pytest.mark.parametrize(("networks", "guests"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_reload_that_contradicts_itself_changes_nothing(
    networks: tuple[Network, ...], guests: tuple[Guest, ...]
) -> None:
    here = inventory(LEASE_1)
    before = here.networks, here.guests, here.leases
    with pytest.raises(UsageError):
        here.replace_guests_and_networks(networks, guests)
    assert (here.networks, here.guests, here.leases) == before
    with pytest.raises(UsageError):
        Inventory(networks, guests)


# Guests, one by one


ADDED = replace(Z1, network="lab", origin=Origin.ADDED)
OTHERS = replace(Z2, network="lab", origin=Origin.ADDED)


def test_a_guest_is_set_and_forgotten() -> None:
    here = Inventory((LAB, FAR))
    here.apply(GuestSet(ADDED))
    assert here.guest("z1") is here.guest_with_mac(Z1_MAC) is ADDED
    assert here.addresses(LAB).plan.reserved(ADDED) == Z1_ADDRESS
    here.apply(GuestForgotten("lab", "z1"))
    assert (here.guests, here.guest_with_mac(Z1_MAC)) == ((), None)
    assert here.addresses(LAB).plan.reserved(ADDED) is None


def test_a_guest_that_is_set_takes_its_leases_from_the_mac_and_leaves_them_to_it() -> None:
    here = Inventory((LAB,), leases=[replace(LEASE_1, guest=None)])
    assert here.lease_of("lab", Z1_MAC) is not None
    here.apply(GuestSet(ADDED))
    assert (here.lease_of("lab", "z1") is not None, here.lease_of("lab", Z1_MAC)) == (True, None)
    here.apply(GuestForgotten("lab", "z1"))
    assert (here.lease_of("lab", "z1"), here.lease_of("lab", Z1_MAC) is not None) == (None, True)


def test_an_address_that_is_reserved_no_more_goes_back_to_the_pool() -> None:
    here = Inventory((LAB,), (replace(ADDED, address=POOL_1),))
    plan = here.addresses(LAB).plan
    assert not plan.pooled(POOL_1)
    here.apply(GuestSet(replace(ADDED, address=None)))
    assert plan.pooled(POOL_1)


@pytest.mark.parametrize(
    "guest",
    [
        replace(OTHERS, macs=(Z1_MAC,)),
        replace(OTHERS, uuid=UUID_1),
        replace(OTHERS, client_id=DUID),
        replace(OTHERS, address=Z1_ADDRESS),
        replace(OTHERS, name="Z1", macs=()),
    ],
)
def test_a_guest_that_cannot_be_is_refused_with_the_owners_name_and_changes_nothing(guest: Guest) -> None:
    first = replace(ADDED, client_id=DUID, uuid=UUID_1)
    here = Inventory((LAB,), (first, OTHERS), (LEASE_1, LEASE_2))
    here.addresses(LAB).offer("z2", POOL_1 + 1, START)
    for attempt in (here.check, lambda each: here.apply(GuestSet(each))):
        with pytest.raises(UsageError, match="z1"):
            attempt(guest)
        assert here.guests == (first, OTHERS)
        assert (here.lease_of("lab", "z1"), here.lease_of("lab", "z2")) == (LEASE_1, LEASE_2)
        assert here.recognised(Z2_MAC) is OTHERS
        assert here.addresses(LAB).offers()


def test_builds_are_known_by_guest_and_network() -> None:
    here = Inventory((LAB, FAR), (ADDED,))
    here.apply(BuildSet(BUILD))
    assert here.build_of(ADDED) is BUILD
    assert here.build_of(replace(ADDED, network="far")) is here.build_of(replace(ADDED, network=None)) is None
    assert here.builds == (BUILD,)


def test_tokens_are_known_by_name() -> None:
    here = Inventory((LAB,))
    here.apply(CredentialSet(TOKEN))
    assert here.tokens == (TOKEN,)
    here.apply(CredentialForgotten("ci"))
    here.apply(CredentialForgotten("ci"))
    assert not here.tokens


def test_added_profiles_are_known_by_name() -> None:
    here = Inventory((LAB,))
    here.apply(ProfileSet(PROFILE))
    assert here.profiles == (PROFILE,)
    here.apply(ProfileForgotten("web"))
    here.apply(ProfileForgotten("web"))
    assert not here.profiles


def test_all_becomes_what_the_store_says_but_for_guests_of_the_settings() -> None:
    here = Inventory((LAB,), (Z2,))
    here.apply(GuestSet(ADDED))
    here.apply(BuildSet(BUILD))
    here.reload(Stored(guests=(), builds=(), tokens=(TOKEN,), profiles=(PROFILE,)))
    assert (here.guests, here.builds, here.tokens, here.profiles) == ((Z2,), (), (TOKEN,), (PROFILE,))


def test_a_network_that_comes_back_brings_its_guests_and_builds() -> None:
    here = Inventory((LAB, FAR), (Z2,))
    far = replace(ADDED, network="far", address=None)
    here.apply(GuestSet(far))
    here.replace_guests_and_networks((LAB,), (Z2,))
    newer = replace(far, append="newer")
    here.replace_guests_and_networks(
        (LAB, FAR), (Z2,), Stored(guests=(newer,), builds=(replace(BUILD, network="far"),))
    )
    assert set(here.guests) == {Z2, newer}
    assert here.build_of(newer) == replace(BUILD, network="far")
