"""REQUEST in each state of the client: ACK, NAK or silence (RFC 2131, 4.3.2).

What a message is given is of any type, as in `dhcp_lab.message`, hence `Any`.
"""

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address
from itertools import product
from typing import Any

import pytest

from netipl.guests.guest import Guest
from netipl.guests.lease import LeaseState
from netipl.protocols.dhcp4.codes import MessageType, Option
from netipl.protocols.dhcp4.message import Message
from netipl.provisioning import requests
from netipl.provisioning.changes import LeaseForgotten, LeaseSet
from netipl.provisioning.exchange import Broadcast, Routed
from netipl.provisioning.timeline import Seen
from tests.unit.provisioning.dhcp_lab import (
    FAR,
    LAB,
    OPEN,
    RELAY,
    SERVER,
    STRANGER,
    STRANGER_2,
    Z1,
    Z1_ADDRESS,
    Z1_MAC,
    Z2,
    Z2_MAC,
    Lab,
)

AUTHORITATIVE = replace(LAB, authoritative=True)
POOL_1 = IPv4Address("192.168.133.100")
ELSEWHERE = IPv4Address("172.16.0.5")


def kind_of(reply: Message | None) -> int | None:
    return None if reply is None else reply.options.message_type


def test_every_combination_of_fields_has_its_state() -> None:
    assert set(requests._STATES) == set(product((True, False), repeat=3))
    assert {state for state in requests._STATES.values() if state} == set(requests.ClientState)


def test_selecting_binds_what_was_offered() -> None:
    lab = Lab()
    assert lab.discover(xid=7) is not None
    ack = lab.request(requested=Z1_ADDRESS, server=SERVER, xid=7)
    assert ack is not None
    assert ack.options.message_type == MessageType.ACK
    assert ack.yiaddr == Z1_ADDRESS
    assert ack.options.server_identifier == SERVER
    lease = lab.lease(Z1_ADDRESS)
    assert (lease.mac, lease.guest, lease.state, lease.xid) == (Z1_MAC, "z1", LeaseState.BOUND, 7)
    assert lease.expires == lab.now + timedelta(hours=1)
    assert lab.outcome.changes == (LeaseSet(lease),)
    assert lab.seen == [Seen.DHCP_REQUEST, Seen.DHCP_ACK]


def test_selecting_another_server_drops_our_offer_and_is_not_answered() -> None:
    lab = Lab((replace(LAB, unknown=OPEN),))
    lab.discover(STRANGER)
    assert len(lab.inventory.addresses(LAB).offers()) == 1
    assert lab.request(STRANGER, requested=POOL_1, server=IPv4Address("192.168.133.2")) is None
    assert not lab.inventory.addresses(LAB).offers()
    assert lab.reasons == ["it chose the server 192.168.133.2"]
    assert not lab.inventory.leases


def test_selecting_after_a_restart_binds_what_is_free() -> None:
    lab = Lab((replace(LAB, unknown=OPEN),))
    assert kind_of(lab.request(STRANGER, requested=POOL_1, server=SERVER)) == MessageType.ACK


def test_a_repeated_request_gets_the_same_bytes() -> None:
    lab = Lab()
    lab.discover()
    first = lab.request(requested=Z1_ADDRESS, server=SERVER)
    lab.wait(seconds=1)
    assert lab.request(requested=Z1_ADDRESS, server=SERVER) == first


REFUSED: dict[str, dict[str, Any]] = {
    "selecting another address than its own": {"requested": POOL_1, "server": SERVER},
    "init-reboot with another address than its own": {"requested": POOL_1},
    "init-reboot in another network": {"requested": ELSEWHERE},
    "renewing another address than its own": {"ciaddr": POOL_1},
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
def test_where_the_network_is_not_authoritative_a_refusal_is_silence(given: dict[str, Any]) -> None:
    lab = Lab()
    assert lab.request(**given) is None
    assert lab.seen == [Seen.DHCP_REQUEST, Seen.DHCP_IGNORED]
    assert lab.reasons
    assert not lab.outcome.changes


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
def test_where_the_network_is_authoritative_a_refusal_is_a_broadcast_nak(given: dict[str, Any]) -> None:
    lab = Lab((AUTHORITATIVE,))
    nak = lab.request(client_id=b"\x01abcdef", **given)
    assert nak is not None
    assert set(nak.options) == {Option.MESSAGE_TYPE, Option.SERVER_IDENTIFIER, Option.MESSAGE, Option.CLIENT_IDENTIFIER}
    assert nak.options.message_type == MessageType.NAK
    assert (int(nak.ciaddr), int(nak.yiaddr), int(nak.siaddr)) == (0, 0, 0)
    assert lab.outcome.reply is not None
    assert lab.outcome.reply.to == Broadcast()
    assert lab.seen == [Seen.DHCP_REQUEST, Seen.DHCP_NAK]


def test_a_nak_to_a_relay_asks_it_to_broadcast() -> None:
    lab = Lab(
        (replace(FAR, authoritative=True),), (Guest(name="f1", macs=(Z1_MAC,), address=IPv4Address("10.9.0.30")),)
    )
    nak = lab.request(requested=ELSEWHERE, giaddr=RELAY, relayed=b"\x01\x02ab")
    assert nak is not None
    assert nak.broadcast
    assert nak.options[Option.RELAY_INFORMATION] == b"\x01\x02ab"
    assert lab.outcome.reply is not None
    assert lab.outcome.reply.to == Routed(RELAY, 67)


def test_a_stranger_is_not_refused_but_ignored() -> None:
    lab = Lab((AUTHORITATIVE,))
    assert lab.request(STRANGER, requested=ELSEWHERE) is None
    assert lab.reasons == ["it is no guest of network lab"]


def test_init_reboot_confirms_the_lease() -> None:
    lab = Lab()
    address = lab.bind(Z2_MAC)
    lab.wait(days=1)
    assert kind_of(lab.request(Z2_MAC, requested=address)) == MessageType.ACK


def test_init_reboot_of_a_reserved_address_needs_no_lease() -> None:
    assert kind_of(Lab().request(requested=Z1_ADDRESS)) == MessageType.ACK


@pytest.mark.parametrize("given", [{"requested": POOL_1}, {"ciaddr": POOL_1}], ids=["init-reboot", "rebinding"])
def test_without_a_record_only_the_authoritative_server_speaks(given: dict[str, Any]) -> None:
    assert Lab().request(Z2_MAC, **given) is None
    assert kind_of(Lab((AUTHORITATIVE,)).request(Z2_MAC, **given)) == MessageType.ACK


def test_without_a_record_what_another_has_is_refused() -> None:
    lab = Lab((replace(AUTHORITATIVE, unknown=OPEN),))
    taken = lab.bind(STRANGER)
    assert kind_of(lab.request(STRANGER_2, requested=taken)) == MessageType.NAK
    assert kind_of(lab.request(STRANGER_2, ciaddr=taken)) == MessageType.NAK


@pytest.mark.parametrize("local", [SERVER, None], ids=["renewing", "rebinding"])
def test_an_extension_binds_for_another_lease_time(local: IPv4Address | None) -> None:
    lab = Lab()
    address = lab.bind(Z2_MAC)
    lab.wait(minutes=30)
    lab.request(Z2_MAC, ciaddr=address)
    assert lab.lease(address).expires == lab.now + timedelta(hours=1)


def test_an_expired_lease_that_nobody_took_is_extended() -> None:
    lab = Lab()
    address = lab.bind(Z2_MAC)
    lab.wait(days=3)
    assert kind_of(lab.request(Z2_MAC, ciaddr=address)) == MessageType.ACK


@pytest.mark.parametrize("given", [{}, {"server": SERVER}])
def test_a_request_for_nothing_is_ignored(given: dict[str, Any]) -> None:
    lab = Lab((AUTHORITATIVE,))
    assert lab.request(**given) is None
    assert lab.reasons == ["it requests no address"]


def test_a_guest_whose_reservation_changed_moves_at_its_next_boot() -> None:
    lab = Lab((AUTHORITATIVE,), (Z2,))
    before = lab.bind(Z2_MAC)
    moved = IPv4Address("192.168.133.20")
    lab.inventory.replace_guests_and_networks((AUTHORITATIVE,), (Z1, replace(Z2, address=moved)))
    assert kind_of(lab.request(Z2_MAC, ciaddr=before)) == MessageType.NAK
    assert lab.bind(Z2_MAC) == moved
    assert lab.outcome.changes[0] == LeaseForgotten("lab", before)
    assert lab.inventory.lease("lab", before) is None


def test_the_architecture_and_the_boot_file_are_observed() -> None:
    lab = Lab()
    lab.request(requested=Z1_ADDRESS, server=SERVER, architecture=b"\x00\x1f", xid=9)
    assert lab.outcome.observations[0].detail == {"xid": 9, "architecture": 31}
    assert lab.last.detail == {"file": ""}
    assert (lab.last.mac, lab.last.guest, lab.last.address) == (Z1_MAC, "z1", Z1_ADDRESS)
