"""Answers are for who shows the token of a build from the address of its guest, and both must fit."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from netipl.guests.lease import Lease, LeaseState
from netipl.net import Mac
from netipl.provisioning.admission import admitted
from netipl.provisioning.changes import LeaseSet
from netipl.provisioning.timeline import Deed
from tests.plane import LAB, MAC, START, WEB1, Plane

ONE, OTHER, STRANGER = (IPv4Address(f"192.168.133.{last}") for last in (100, 101, 102))
OTHER_MAC = Mac.parse("52:54:00:13:33:0b")
WEB2 = replace(WEB1, name="web2", macs=(OTHER_MAC,))


def plane(state: LeaseState = LeaseState.BOUND) -> Plane:
    here = Plane(guests=(WEB1, WEB2))
    for address, mac, name in ((ONE, MAC, "web1"), (OTHER, OTHER_MAC, "web2")):
        expires = START + timedelta(hours=1)
        here.commit(
            [LeaseSet(Lease(network="lab", address=address, mac=mac, guest=name, expires=expires, state=state))]
        )
    return here


def found(here: Plane, peer: IPv4Address, token: str) -> str | None:
    who = admitted(here.inventory, here.tokens, peer, token, here.now)
    return None if who is None else who.guest.name


def test_a_guest_is_admitted_by_the_token_of_its_build() -> None:
    here = plane()
    build = here.build("web1")
    who = admitted(here.inventory, here.tokens, ONE, here.tokens.of(build), START)
    assert who is not None
    assert (who.guest, who.build, who.network) == (WEB1, build, LAB)


def test_a_token_of_another_guest_is_good_for_nobody_else() -> None:
    here = plane()
    first, second = (here.tokens.of(here.build(name)) for name in ("web1", "web2"))
    assert (found(here, ONE, first), found(here, OTHER, second)) == ("web1", "web2")
    assert found(here, ONE, second) is found(here, OTHER, first) is None


def test_an_address_without_a_lease_is_nobodys() -> None:
    here = plane()
    assert found(here, STRANGER, here.tokens.of(here.build("web1"))) is None


def test_a_guest_without_a_build_is_not_admitted() -> None:
    here = plane()
    assert found(here, OTHER, here.tokens.of(here.build("web1"))) is None


@pytest.mark.parametrize("state", LeaseState)
def test_an_address_that_somebody_else_uses_is_not_admitted(state: LeaseState) -> None:
    here = plane(state)
    expected = None if state is LeaseState.DECLINED else "web1"
    assert found(here, ONE, here.tokens.of(here.build("web1"))) == expected


def test_a_cancelled_builds_token_is_good_no_more() -> None:
    here = plane()
    token = here.tokens.of(here.build("web1"))
    here.end(Deed.BUILD_CANCELLED)
    assert found(here, ONE, token) is None


def test_the_token_of_the_build_before_is_good_no_more() -> None:
    here = plane()
    token = here.tokens.of(here.build("web1"))
    here.end(Deed.BUILD_CANCELLED)
    here.now += timedelta(seconds=1)
    here.build("web1")
    assert found(here, ONE, token) is None
