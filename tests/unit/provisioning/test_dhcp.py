"""Conversations: every kind of message but REQUEST.

What a message is given is of any type, as in `dhcp_lab.message`, hence `Any`.
"""

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Any
from uuid import UUID

import pytest

from netipl.guests.guest import Guest
from netipl.guests.lease import LeaseState
from netipl.guests.network import DhcpServer
from netipl.net import AddressRange
from netipl.protocols.dhcp4.codes import MessageType, Option
from netipl.protocols.dhcp4.message import ANY
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.changes import LeaseSet
from netipl.provisioning.dhcp import KEPT_AFTER_RELEASE, QUARANTINE
from netipl.provisioning.query import FOREVER
from netipl.provisioning.timeline import Seen
from tests.unit.provisioning.dhcp_lab import (
    DUID,
    FIRMWARE_LIST,
    LAB,
    OPEN_LAB,
    POOL,
    RELAY,
    SERVER,
    STRANGER,
    STRANGER_2,
    Z1,
    Z1_ADDRESS,
    Z2_MAC,
    Lab,
)

UUID_1 = UUID("00010203-0405-0607-0809-0a0b0c0d0e0f")
MACHINE = {Option.CLIENT_MACHINE: b"\0" + UUID_1.bytes}
BOOTP_PLAN = BootFields(file=b"guests/z1/boot.cfg", plain_bootp=True)


def test_discover_offers_the_reservation_and_changes_nothing() -> None:
    lab = Lab(boot=BootFields(file=b"/"))
    offer = lab.discover(asks=FIRMWARE_LIST)
    assert offer is not None
    assert (offer.options.message_type, offer.yiaddr, offer.siaddr) == (MessageType.OFFER, Z1_ADDRESS, SERVER)
    assert not lab.outcome.changes
    assert lab.seen == [Seen.DHCP_DISCOVER, Seen.DHCP_OFFER]
    assert lab.last.address == Z1_ADDRESS


RESERVATIONS = {
    "by MAC": (Guest(name="z9", macs=(STRANGER_2, STRANGER), address=POOL[2]), {}),
    "by client identifier": (Guest(name="z9", client_id=DUID, address=POOL[2]), {"client_id": DUID}),
    "by UUID": (Guest(name="z9", uuid=UUID_1, address=POOL[2]), {"more": MACHINE}),
}


@pytest.mark.parametrize(("guest", "given"), RESERVATIONS.values(), ids=RESERVATIONS)
def test_a_reservation_is_kept(guest: Guest, given: dict[str, Any]) -> None:
    lab = Lab(guests=(guest,))
    assert lab.bind(STRANGER, **given) == POOL[2]
    assert lab.lease(POOL[2]).guest == "z9"


def test_a_guest_without_an_address_gets_one_of_the_pool() -> None:
    assert Lab().bind(Z2_MAC) == POOL[0]


def test_a_full_pool_is_silence_and_a_reason() -> None:
    lab = Lab((replace(OPEN_LAB, pools=(AddressRange(POOL[0], POOL[0]),)),))
    lab.bind(STRANGER)
    assert lab.discover(STRANGER_2) is None
    assert lab.reasons == ["network lab has no address left for it"]
    assert lab.remedies == ["give it larger pools or a shorter lease_time"]
    lab.wait(hours=2)
    assert lab.bind(STRANGER_2) == POOL[0]


def test_a_reservation_inside_the_pool_is_given_to_nobody_else() -> None:
    pool = (AddressRange(POOL[0], POOL[1]),)
    lab = Lab((replace(OPEN_LAB, pools=pool),), (replace(Z1, address=POOL[0]),))
    assert lab.bind(STRANGER) == POOL[1]
    assert lab.discover(STRANGER_2, requested=POOL[0]) is None
    assert lab.bind() == POOL[0]


def test_an_offered_address_is_nobody_elses() -> None:
    lab = Lab((replace(OPEN_LAB, authoritative=True),))
    lab.discover(STRANGER)
    nak = lab.request(STRANGER_2, requested=POOL[0], server=SERVER)
    assert nak is not None
    assert nak.options.message_type == MessageType.NAK


def test_a_declined_address_is_in_quarantine() -> None:
    lab = Lab()
    address = lab.bind(Z2_MAC)
    assert lab.say(MessageType.DECLINE, Z2_MAC, requested=address, server=SERVER) is None
    lease = lab.lease(address)
    assert (lease.state, lease.expires) == (LeaseState.DECLINED, lab.now + QUARANTINE)
    assert lab.seen == [Seen.DHCP_DECLINE]
    assert lab.bind(Z2_MAC) == POOL[1]


def test_a_declined_reservation_gives_way_to_the_pool_until_its_quarantine_ends() -> None:
    lab = Lab()
    lab.bind()
    lab.say(MessageType.DECLINE, requested=Z1_ADDRESS, server=SERVER)
    assert lab.bind() == POOL[0]
    lab.wait(seconds=QUARANTINE.total_seconds())
    assert lab.bind() == Z1_ADDRESS


NO_DECLINES: dict[str, tuple[dict[str, Any], str]] = {
    "of another's address": ({"requested": POOL[0]}, "it declines no address of its own"),
    "of nothing": ({}, "it declines no address of its own"),
    "meant for another server": (
        {"requested": Z1_ADDRESS, "server": IPv4Address("192.168.133.2")},
        "it means the server 192.168.133.2",
    ),
}


@pytest.mark.parametrize(("given", "reason"), NO_DECLINES.values(), ids=NO_DECLINES)
def test_a_decline_changes_nothing(given: dict[str, Any], reason: str) -> None:
    lab = Lab()
    lab.bind(Z2_MAC)
    lab.say(MessageType.DECLINE, **given)
    assert not lab.outcome.changes
    assert lab.reasons == [reason]


def test_a_released_address_stays_with_its_owner() -> None:
    lab = Lab((replace(OPEN_LAB, pools=(AddressRange(POOL[0], POOL[0]),)),))
    address = lab.bind(STRANGER)
    assert lab.say(MessageType.RELEASE, STRANGER, ciaddr=address, server=SERVER) is None
    lease = lab.lease(address)
    assert (lease.state, lease.mac, lease.expires) == (LeaseState.RELEASED, STRANGER, lab.now + KEPT_AFTER_RELEASE)
    assert lab.discover(STRANGER_2) is None
    lab.wait(minutes=9)
    assert lab.bind(STRANGER) == address


def test_a_released_address_is_given_on_when_nobody_came_back() -> None:
    lab = Lab((replace(OPEN_LAB, pools=(AddressRange(POOL[0], POOL[0]),)),))
    lab.say(MessageType.RELEASE, STRANGER, ciaddr=lab.bind(STRANGER))
    lab.wait(minutes=10)
    assert lab.bind(STRANGER_2) == POOL[0]


def test_the_address_of_a_release_is_observed() -> None:
    lab = Lab()
    lab.say(MessageType.RELEASE, ciaddr=lab.bind(), xid=5)
    (seen,) = lab.outcome.observations
    assert (seen.seen, seen.address, seen.guest, seen.detail) == (Seen.DHCP_RELEASE, Z1_ADDRESS, "z1", {"xid": 5})


def test_a_repeated_release_does_not_prolong_the_hold() -> None:
    lab = Lab()
    address = lab.bind()
    lab.say(MessageType.RELEASE, ciaddr=address)
    lab.wait(minutes=5)
    lab.say(MessageType.RELEASE, ciaddr=address)
    assert not lab.outcome.changes


def test_a_release_after_the_end_takes_no_offer_from_another() -> None:
    lab = Lab((replace(OPEN_LAB, pools=(AddressRange(POOL[0], POOL[0]),)),))
    address = lab.bind(STRANGER)
    lab.wait(hours=2)
    assert lab.discover(STRANGER_2) is not None
    lab.say(MessageType.RELEASE, STRANGER, ciaddr=address)
    ack = lab.request(STRANGER_2, requested=address, server=SERVER)
    assert ack is not None
    assert ack.options.message_type == MessageType.ACK


NO_RELEASES: dict[str, tuple[dict[str, Any], str]] = {
    "of another's address": ({"ciaddr": POOL[0]}, "it releases no address of its own"),
    "of nothing": ({}, "it releases no address of its own"),
    "meant for another server": (
        {"ciaddr": Z1_ADDRESS, "server": IPv4Address("192.168.133.2")},
        "it means the server 192.168.133.2",
    ),
}


@pytest.mark.parametrize(("given", "reason"), NO_RELEASES.values(), ids=NO_RELEASES)
def test_a_release_changes_nothing(given: dict[str, Any], reason: str) -> None:
    lab = Lab()
    lab.bind(Z2_MAC)
    lab.bind()
    lab.say(MessageType.RELEASE, **given)
    assert not lab.outcome.changes
    assert lab.reasons == [reason]


def test_inform_tells_the_rest_and_binds_nothing() -> None:
    lab = Lab(boot=BootFields(file=b"/"))
    ack = lab.say(MessageType.INFORM, ciaddr=IPv4Address("192.168.133.77"), asks=b"\x06")
    assert ack is not None
    assert (ack.options.message_type, ack.yiaddr, ack.file) == (MessageType.ACK, ANY, b"/")
    assert ack.options[Option.DOMAIN_NAME_SERVER] == SERVER.packed
    assert Option.LEASE_TIME not in ack.options
    assert not lab.changes
    assert lab.seen == [Seen.DHCP_INFORM]


@pytest.mark.parametrize("address", [ANY, IPv4Address("172.16.0.1")])
def test_inform_from_elsewhere_is_ignored(address: IPv4Address) -> None:
    lab = Lab()
    assert lab.say(MessageType.INFORM, ciaddr=address) is None
    assert lab.reasons == [f"its address {address} is not in network lab"]


@pytest.mark.parametrize("cookie", [True, False])
def test_a_bootp_guest_keeps_its_address_for_ever(cookie: bool) -> None:
    lab = Lab(boot=BootFields(file=b"boot"))
    reply = lab.say(None, cookie=cookie)
    assert reply is not None
    assert (reply.yiaddr, reply.file, reply.cookie) == (Z1_ADDRESS, b"boot", cookie)
    assert reply.options.message_type is None
    assert lab.lease(Z1_ADDRESS).expires == FOREVER
    assert lab.seen == [Seen.BOOTP_REPLY]


def test_a_bootp_stranger_gets_nothing_even_of_an_open_pool() -> None:
    lab = Lab((OPEN_LAB,))
    assert lab.say(None, STRANGER) is None
    assert lab.reasons == ["it speaks plain BOOTP and is no guest"]


def test_a_full_pool_is_silence_to_bootp_too() -> None:
    lab = Lab((replace(LAB, pools=()),))
    assert lab.say(None, Z2_MAC) is None
    assert lab.reasons == ["network lab has no address left for it"]


def test_the_method_bootp_answers_the_firmwares_discover_with_a_plain_reply() -> None:
    lab = Lab(boot=BOOTP_PLAN)
    reply = lab.discover(asks=FIRMWARE_LIST, xid=3)
    assert reply is not None
    assert reply.options.message_type is None
    assert {Option.SUBNET_MASK, Option.ROUTER} <= set(reply.options)
    assert (reply.yiaddr, reply.file) == (Z1_ADDRESS, b"guests/z1/boot.cfg")
    lease = lab.lease(Z1_ADDRESS)
    assert (lease.expires, lease.xid) == (lab.now + timedelta(hours=1), 3)
    assert lab.outcome.changes == (LeaseSet(lease),)
    assert lab.seen == [Seen.DHCP_DISCOVER, Seen.BOOTP_REPLY]


@pytest.mark.parametrize(
    "given",
    [{"asks": FIRMWARE_LIST, "client_id": DUID}, {"asks": b"\x01\x03\x06"}, {}],
    ids=["with a DUID", "with another list", "without a list"],
)
def test_the_method_bootp_answers_any_other_discover_with_an_offer(given: dict[str, Any]) -> None:
    offer = Lab(boot=BOOTP_PLAN).discover(**given)
    assert offer is not None
    assert offer.options.message_type == MessageType.OFFER


WAYS = {
    "at its interface": (None, {}),
    "of its address": (SERVER, {"ciaddr": Z1_ADDRESS}),
    "by a relay": (SERVER, {"giaddr": RELAY}),
    "of our address": (SERVER, {}),
}


@pytest.mark.parametrize(("local", "given"), WAYS.values(), ids=WAYS)
def test_nobody_is_answered_where_libvirt_serves_dhcp(local: IPv4Address | None, given: dict[str, Any]) -> None:
    """Whichever way it comes: two servers in one network would contradict each other."""
    interface = None if local is not None else LAB.interface
    for kind in (MessageType.DISCOVER, MessageType.REQUEST, MessageType.INFORM, None):
        ours, theirs = (Lab(networks=(replace(OPEN_LAB, dhcp=each, relays=frozenset({RELAY})),)) for each in DhcpServer)
        more = given | ({"requested": Z1_ADDRESS} if kind is MessageType.REQUEST and not given else {})
        assert theirs.say(kind, local=local, interface=interface, **more) is None
        assert theirs.reasons == [f"{RELAY} is no relay of any network" if "giaddr" in given else "no network is here"]
        ours.say(kind, local=local, interface=interface, **more)
        assert ours.reasons != theirs.reasons
