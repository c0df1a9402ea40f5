"""Who is believed as an installer: the right token, from the right address, for a build that is not over."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from netipl.guests.build import Build, BuildState
from netipl.guests.guest import Guest, Origin
from netipl.guests.lease import Lease, LeaseState
from netipl.provisioning.admission import Admitted, admitted
from netipl.provisioning.changes import BuildSet, LeaseSet
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.tokens import Tokens
from tests.unit.provisioning.dhcp_lab import FAR, LAB, START, STRANGER, Z1_MAC, Z2_MAC

TOKENS = Tokens(bytes(32))
WEB1 = Guest(name="web1", macs=(Z1_MAC,), network="lab", origin=Origin.ADDED)
WEB2 = Guest(name="web2", macs=(Z2_MAC,), network="lab", origin=Origin.ADDED)
BUILD = Build(id="1", guest="web1", network="lab", profile="p", asked=START, by="", expires=START + timedelta(hours=6))
ITS, OTHERS, STRANGERS, NOBODYS, OUTSIDE = (
    IPv4Address(text)
    for text in ("192.168.133.100", "192.168.133.101", "192.168.133.102", "192.168.133.103", "192.0.2.1")
)
LEASE = Lease(network="lab", address=ITS, mac=Z1_MAC, guest="web1", expires=START)


def inventory(*, build: Build | None = BUILD, state: LeaseState = LeaseState.BOUND) -> Inventory:
    known = Inventory((LAB, FAR), (WEB1, WEB2))
    known.apply(LeaseSet(replace(LEASE, state=state)))
    known.apply(LeaseSet(replace(LEASE, address=OTHERS, mac=Z2_MAC, guest="web2")))
    known.apply(LeaseSet(replace(LEASE, address=STRANGERS, mac=STRANGER, guest=None)))
    if build is not None:
        known.apply(BuildSet(build))
    return known


@pytest.mark.parametrize("state", [LeaseState.BOUND, LeaseState.RELEASED])
def test_the_installer_is_admitted_also_after_its_firmware_gave_the_address_back(state: LeaseState) -> None:
    found = admitted(inventory(state=state), TOKENS, ITS, TOKENS.of(BUILD), START)
    assert found == Admitted(WEB1, BUILD, LAB)


NOBODY = {
    "from the address of another guest": (OTHERS, BUILD, BUILD),
    "from the address of a stranger": (STRANGERS, BUILD, BUILD),
    "from an address that nobody has": (NOBODYS, BUILD, BUILD),
    "from no network": (OUTSIDE, BUILD, BUILD),
    "with the token of an older build": (ITS, replace(BUILD, id="2"), BUILD),
    "without a build": (ITS, None, BUILD),
    "for a build that is done": (ITS, replace(BUILD, state=BuildState.DONE), BUILD),
    "too late": (ITS, replace(BUILD, expires=START), BUILD),
}


@pytest.mark.parametrize(("peer", "newest", "shown"), NOBODY.values(), ids=NOBODY)
def test_nobody_is_admitted(peer: IPv4Address, newest: Build | None, shown: Build) -> None:
    assert admitted(inventory(build=newest), TOKENS, peer, TOKENS.of(shown), START) is None


@pytest.mark.parametrize("token", ["", "netipl_", "token", "\udc80"])
def test_the_address_alone_does_not_suffice(token: str) -> None:
    assert admitted(inventory(), TOKENS, ITS, token, START) is None


def test_a_declined_address_is_nobodys() -> None:
    assert admitted(inventory(state=LeaseState.DECLINED), TOKENS, ITS, TOKENS.of(BUILD), START) is None
