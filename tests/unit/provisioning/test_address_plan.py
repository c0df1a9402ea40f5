"""Which addresses of a network may be given, and which reservations and pools contradict it."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from netipl.errors import UsageError
from netipl.guests.guest import Guest
from netipl.guests.network import Network
from netipl.net import AddressRange
from netipl.provisioning.address_plan import AddressPlan

NETWORK = Network(
    name="lab",
    subnet=IPv4Network("192.0.2.0/28"),
    server=IPv4Address("192.0.2.1"),
    router=IPv4Address("192.0.2.2"),
    dns=(IPv4Address("192.0.2.3"),),
    relays=frozenset({IPv4Address("192.0.2.4")}),
    pools=(AddressRange.parse("192.0.2.0-192.0.2.6"), AddressRange.parse("192.0.2.12-192.0.2.15")),
)


def guest(name: str, address: str | None, network: str | None = "lab") -> Guest:
    return Guest(name=name, address=None if address is None else IPv4Address(address), network=network)


RESERVED = guest("z1", "192.0.2.13")

NEVER_GIVEN = {
    "the address of the subnet itself": "192.0.2.0",
    "the server": "192.0.2.1",
    "the router": "192.0.2.2",
    "a name server": "192.0.2.3",
    "a relay": "192.0.2.4",
    "a reservation": "192.0.2.13",
    "the broadcast address": "192.0.2.15",
    "what is between the pools": "192.0.2.9",
    "what is in another subnet": "192.0.3.5",
}


@pytest.mark.parametrize("address", NEVER_GIVEN.values(), ids=NEVER_GIVEN)
def test_is_in_no_pool(address: str) -> None:
    plan = AddressPlan(NETWORK, (RESERVED,))
    assert not plan.pooled(IPv4Address(address))
    assert IPv4Address(address) not in list(plan)


def test_the_pools_are_what_is_left_in_order() -> None:
    plan = AddressPlan(NETWORK, (RESERVED,))
    assert [str(address) for address in plan] == ["192.0.2.5", "192.0.2.6", "192.0.2.12", "192.0.2.14"]
    assert all(map(plan.pooled, plan))


@pytest.mark.parametrize("subnet", ["192.0.2.0/31", "192.0.2.0/32"])
def test_of_a_point_to_point_link_every_address_is_a_hosts(subnet: str) -> None:
    tiny = Network(
        name="link",
        subnet=IPv4Network(subnet),
        server=IPv4Address("192.0.2.1"),
        pools=(AddressRange.parse("192.0.2.0"),),
    )
    assert AddressPlan(tiny, ()).pooled(IPv4Address("192.0.2.0"))


def test_a_reservation_need_not_stand_in_a_pool() -> None:
    one = guest("z1", "192.0.2.9")
    assert AddressPlan(NETWORK, (one,)).reserved(one) == IPv4Address("192.0.2.9")


@pytest.mark.parametrize(
    "other", [None, guest("z2", None), guest("z3", "10.0.0.1", network=None), guest("z4", "192.0.2.9", network="far")]
)
def test_has_no_reservation_here(other: Guest | None) -> None:
    plan = AddressPlan(NETWORK, [other] if other else [])
    assert plan.reserved(other) is None


CONTRADICTIONS = {
    "two guests with one address": (NETWORK, (RESERVED, guest("z2", "192.0.2.13", network=None))),
    "a guest of this network elsewhere": (NETWORK, (guest("z1", "10.0.0.1"),)),
    "a guest with the server's address": (NETWORK, (guest("z1", "192.0.2.1"),)),
    "a guest with the broadcast address": (NETWORK, (guest("z1", "192.0.2.15"),)),
    "a pool that begins elsewhere": (replace(NETWORK, pools=(AddressRange.parse("192.0.1.255-192.0.2.3"),)), ()),
    "a pool that ends elsewhere": (replace(NETWORK, pools=(AddressRange.parse("192.0.2.5-192.0.2.16"),)), ()),
}


@pytest.mark.parametrize(("network", "guests"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_contradiction_is_refused(network: Network, guests: tuple[Guest, ...]) -> None:
    with pytest.raises(UsageError):
        AddressPlan(network, guests)


def test_a_huge_pool_is_not_laid_out_in_memory() -> None:
    huge = Network(
        name="huge",
        subnet=IPv4Network("10.0.0.0/8"),
        server=IPv4Address("10.0.0.1"),
        pools=(AddressRange.parse("10.0.0.0-10.255.255.255"),),
    )
    assert next(iter(AddressPlan(huge, ()))) == IPv4Address("10.0.0.2")
