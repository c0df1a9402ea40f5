"""Who has which address: reservations, leases, offers, holds and quarantines, and what is given next."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from netipl.guests.lease import Lease, LeaseState
from netipl.guests.network import Network
from netipl.net import AddressRange, Mac
from netipl.provisioning.address_plan import AddressPlan
from netipl.provisioning.allocation import OFFER_TIME, Addresses
from netipl.provisioning.identity import Client, Owner
from tests.unit.provisioning.dhcp_lab import LAB, START, Z1, Z1_ADDRESS, Z1_MAC

POOL = tuple(IPv4Address(f"192.168.133.{last}") for last in (100, 101, 102, 103))
HOUR = timedelta(hours=1)
MOMENT = timedelta(seconds=1)
GUEST = Client(Z1_MAC, None, Z1)


def client(number: int) -> Client:
    return Client(Mac(b"RT" + number.to_bytes(4, "big")), None, None)


ONE, TWO, THREE = client(1), client(2), client(3)


def owner_of(lease: Lease) -> Owner:
    return lease.guest or lease.mac


def lease(who: Client, address: IPv4Address, state: LeaseState = LeaseState.BOUND, time: timedelta = HOUR) -> Lease:
    name = None if who.guest is None else who.guest.name
    return Lease(network="lab", address=address, mac=who.mac, guest=name, state=state, expires=START + time)


def addresses(*leases: Lease, network: Network = LAB) -> Addresses:
    return Addresses(AddressPlan(network, (Z1,)), owner_of, leases)


def offered(
    here: Addresses, who: Client, wish: IPv4Address | None = None, time: timedelta = timedelta()
) -> IPv4Address:
    address = here.choose(who, wish, START + time)
    assert address is not None
    here.offer(who.owner, address, START + time)
    return address


def test_each_client_is_offered_another_address_of_the_pool() -> None:
    here = addresses()
    assert [offered(here, client(number)) for number in range(4)] == list(POOL)


def test_a_full_pool_has_nothing_for_one_more() -> None:
    here = addresses(*(lease(client(number), address) for number, address in enumerate(POOL)))
    assert here.choose(client(9), None, START) is None
    assert here.choose(client(0), None, START) == POOL[0]


def test_a_repeated_offer_is_the_same() -> None:
    here = addresses()
    assert offered(here, ONE) == offered(here, ONE)
    assert len(here.offers()) == 1


def test_an_offer_waits_for_its_request_and_then_ends() -> None:
    here = addresses()
    address = offered(here, ONE)
    assert not here.available(address, TWO.owner, START + OFFER_TIME - MOMENT)
    assert here.available(address, TWO.owner, START + OFFER_TIME)


def test_an_offer_withdrawn_goes_to_the_next() -> None:
    network = replace(LAB, pools=(AddressRange(POOL[0], POOL[0]),))
    here = addresses(network=network)
    offered(here, ONE)
    assert here.choose(TWO, None, START) is None
    here.withdraw(ONE.owner)
    assert here.choose(TWO, None, START) == POOL[0]


def test_offers_that_ended_are_given_again_when_nothing_else_is_left() -> None:
    here = addresses()
    given = {offered(here, client(number)) for number in range(4)}
    later = {offered(here, client(number), time=OFFER_TIME) for number in range(10, 14)}
    assert given == later == set(POOL)


def test_a_wish_is_granted_when_nobody_else_has_it() -> None:
    here = addresses(lease(TWO, POOL[1]))
    assert offered(here, ONE, POOL[2]) == POOL[2]
    assert offered(here, THREE, POOL[1]) == POOL[0]


@pytest.mark.parametrize("wish", [Z1_ADDRESS, LAB.server, IPv4Address("192.168.133.99"), IPv4Address("10.0.0.1")])
def test_a_wish_for_what_is_in_no_pool_is_passed_over(wish: IPv4Address) -> None:
    assert offered(addresses(), ONE, wish) == POOL[0]


def test_a_lease_is_what_its_owner_gets_again_also_when_it_expired() -> None:
    here = addresses(lease(ONE, POOL[3]))
    assert here.choose(ONE, POOL[1], START + 24 * HOUR) == POOL[3]


def test_what_was_never_given_is_given_before_what_expired() -> None:
    here = addresses(*(lease(client(number), POOL[number], time=(number + 1) * HOUR) for number in range(3)))
    assert offered(here, client(9), time=24 * HOUR) == POOL[3]


def test_what_expired_first_is_given_first() -> None:
    hours = (3, 1, 4, 2)
    here = addresses(*(lease(client(at), POOL[at], time=hours[at] * HOUR) for at in range(4)))
    late = [offered(here, client(number), time=24 * HOUR) for number in range(10, 14)]
    assert late == [POOL[1], POOL[3], POOL[0], POOL[2]]


def test_a_renewed_lease_is_not_given_at_its_first_end() -> None:
    here = addresses(*(lease(client(at), POOL[at]) for at in range(4)))
    for at in range(4):
        here.set(lease(client(at), POOL[at], time=2 * HOUR))
    assert here.choose(client(9), None, START + HOUR) is None
    assert here.choose(client(9), None, START + 2 * HOUR) is not None


def test_a_released_address_stays_with_its_owner() -> None:
    here = addresses(*(lease(client(at), POOL[at]) for at in range(3)), lease(client(3), POOL[3], LeaseState.RELEASED))
    assert here.choose(client(9), None, START) is None
    assert here.choose(client(3), None, START) == POOL[3]


def test_a_declined_address_is_nobodys_until_its_quarantine_ends() -> None:
    here = addresses(lease(ONE, POOL[0]))
    here.set(lease(ONE, POOL[0], LeaseState.DECLINED))
    assert here.lease_of(ONE.owner) is None
    assert offered(here, ONE, POOL[0]) != POOL[0]
    assert not here.available(POOL[0], ONE.owner, START)
    assert here.available(POOL[0], TWO.owner, START + HOUR)


def test_a_reservation_is_its_guests_alone() -> None:
    here = addresses()
    assert here.choose(GUEST, POOL[1], START) == Z1_ADDRESS
    assert not here.grantable(Z1_ADDRESS, ONE, START)


def test_a_reservation_that_somebody_still_holds_gives_way_to_the_pool() -> None:
    here = addresses(lease(ONE, Z1_ADDRESS))
    assert here.expected(GUEST, START) is None
    assert here.choose(GUEST, None, START) == POOL[0]
    assert here.choose(GUEST, None, START + HOUR) == Z1_ADDRESS


def test_a_lease_ends_the_offers_of_its_address_and_to_its_owner() -> None:
    here = addresses()
    mine, other = offered(here, ONE), offered(here, TWO)
    here.set(lease(ONE, other))
    assert not here.offers()
    assert here.available(mine, THREE.owner, START)


def test_what_is_forgotten_is_free() -> None:
    here = addresses(lease(ONE, POOL[0]))
    here.forget(POOL[0])
    assert here.lease_at(POOL[0]) is None
    assert here.lease_of(ONE.owner) is None
    assert len(here) == 0
    here.forget(POOL[0])


def test_another_owner_of_an_address_ends_the_first_ones_lease() -> None:
    here = addresses(lease(ONE, POOL[0]))
    here.set(lease(TWO, POOL[0]))
    assert here.lease_of(ONE.owner) is None
    assert list(here) == [lease(TWO, POOL[0])]


def test_questions_without_end_take_no_memory_without_end() -> None:
    here = addresses()
    for _ in range(1000):
        offered(here, ONE)
        here.set(lease(ONE, POOL[0]))
    assert len(here._returned) <= len(POOL)
    assert len(here._aging) <= 2 * len(here) + 1024 + 1


def test_an_offer_that_ended_takes_nothing_from_the_next_one_of_its_address() -> None:
    """ONE comes back to what it had, when TWO, who was offered it meanwhile, never took it."""
    here = addresses(lease(ONE, POOL[0]))
    later = HOUR + 2 * OFFER_TIME
    here.offer(TWO.owner, POOL[0], START + HOUR)
    assert offered(here, ONE, time=later) == POOL[0]
    for number in range(10, 13):
        assert offered(here, client(number), time=later) != POOL[0]
    assert [offer.owner for offer in here.offers() if offer.address == POOL[0]] == [ONE.owner]
    here.withdraw(ONE.owner)
    assert [*here.offers()] == [offer for offer in here.offers() if offer.address != POOL[0]]
