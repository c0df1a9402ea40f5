"""Conversations by who asks and where: guests and strangers, two identities of one guest, architectures, relays.

What a message is given is of any type, as in `dhcp_lab.message`, hence `Any`.
"""

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from netipl.guests.guest import Guest
from netipl.guests.lease import LeaseState
from netipl.guests.network import Network
from netipl.net import AddressRange, Mac
from netipl.protocols.dhcp4.codes import MessageType, OpCode, Option
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.exchange import Broadcast, Routed, Unicast
from tests.unit.provisioning.dhcp_lab import (
    DUID,
    FAR,
    FIRMWARE_LIST,
    LAB,
    OPEN_LAB,
    POOL,
    RELAY,
    S390,
    SERVER,
    STRANGER,
    STRANGER_2,
    Z1_ADDRESS,
    Z1_MAC,
    Z2,
    Z2_MAC,
    Lab,
    message,
)


@pytest.mark.parametrize("kind", [*MessageType, 0, 9, 200, None])
def test_a_stranger_gets_nothing_by_default(kind: int | None) -> None:
    lab = Lab((replace(LAB, authoritative=True),))
    assert lab.say(kind, STRANGER, ciaddr=POOL[0], requested=POOL[0]) is None
    assert not lab.changes
    assert lab.reasons == ["it is no guest of network lab"]


def test_an_open_pool_answers_strangers() -> None:
    lab = Lab((OPEN_LAB,))
    assert [lab.bind(STRANGER), lab.bind(STRANGER_2)] == [POOL[0], POOL[1]]
    assert lab.lease(POOL[0]).guest is None


def test_a_guest_is_a_stranger_where_it_is_not_at_home() -> None:
    lab = Lab((LAB,), (Guest(name="z9", macs=(Z1_MAC,), network="far"),))
    assert lab.discover() is None
    assert lab.reasons == ["it is no guest of network lab"]


HOSTILE: dict[str, tuple[dict[str, Any], str]] = {
    "a reply": ({"op": OpCode.BOOTREPLY}, "it is a reply"),
    "a group address": ({"mac": Mac(b"\xff" * 6)}, "no machine has this MAC"),
    "no address at all": ({"mac": Mac(bytes(6))}, "no machine has this MAC"),
    "a relay that nobody configured": ({"giaddr": IPv4Address("10.9.0.253")}, "10.9.0.253 is no relay of any network"),
    "an identifier of 256 bytes": ({"client_id": b"x" * 256}, "its identifiers are too long to give back"),
    "relay information of 256 bytes": ({"relayed": b"x" * 256}, "its identifiers are too long to give back"),
}


@pytest.mark.parametrize(("given", "reason"), HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("kind", [MessageType.DISCOVER, MessageType.REQUEST, MessageType.INFORM, None])
def test_is_answered_with_silence(kind: int | None, given: dict[str, Any], reason: str) -> None:
    lab = Lab((OPEN_LAB, FAR))
    assert lab.say(kind, **{"mac": STRANGER, "requested": POOL[0], **given}) is None
    assert not lab.changes
    assert lab.reasons == [reason]
    assert len(lab.remedies) == ("relay of" in reason)


@pytest.mark.parametrize("kind", [MessageType.OFFER, MessageType.ACK, MessageType.NAK, 0, 9, 255])
def test_a_kind_that_no_client_sends_is_ignored(kind: int) -> None:
    lab = Lab()
    assert lab.say(kind) is None
    assert lab.reasons == [f"message type {kind} is none that a client sends"]


def test_an_interface_without_a_network_is_not_served() -> None:
    lab = Lab()
    assert lab.ask(message(MessageType.DISCOVER), interface="virbr9") is None
    assert lab.reasons == ["no network is here"]


def test_firmware_and_installer_are_one_guest_with_one_address() -> None:
    lab = Lab()
    firmware = lab.bind(Z2_MAC, asks=FIRMWARE_LIST, xid=1)
    lab.say(MessageType.RELEASE, Z2_MAC, ciaddr=firmware, server=SERVER, xid=1)
    installer = lab.bind(Z2_MAC, client_id=DUID, xid=2)
    assert installer == firmware
    assert lab.lease(installer).client_id == DUID
    assert len(lab.inventory.leases) == 1


def test_a_late_release_of_the_firmware_does_not_end_the_installers_lease() -> None:
    lab = Lab()
    address = lab.bind(Z2_MAC)
    lab.bind(Z2_MAC, client_id=DUID)
    lab.say(MessageType.RELEASE, Z2_MAC, ciaddr=address, server=SERVER)
    assert lab.lease(address).state is LeaseState.BOUND
    assert lab.reasons == ["it releases what the same machine leased later under another identifier"]


def test_two_identities_of_a_client_of_the_pool_are_one_client() -> None:
    lab = Lab((OPEN_LAB,))
    assert lab.bind(STRANGER) == lab.bind(STRANGER, client_id=DUID) == POOL[0]


def test_clones_with_one_duid_get_two_addresses() -> None:
    lab = Lab((OPEN_LAB,))
    assert lab.bind(STRANGER, client_id=DUID) != lab.bind(STRANGER_2, client_id=DUID)


@pytest.mark.parametrize(
    ("architecture", "file"),
    [(None, b"z1"), (S390, b"z1"), (b"\x00\x20", b"z1"), (b"\x00\x00", b""), (b"\x00\x07", b"")],
)
def test_the_boot_file_is_for_s390_alone(architecture: bytes | None, file: bytes) -> None:
    lab = Lab(boot=BootFields(file=b"z1"))
    ack = lab.request(requested=Z1_ADDRESS, server=SERVER, architecture=architecture)
    assert ack is not None
    assert (ack.yiaddr, ack.file) == (Z1_ADDRESS, file)


class Shelf(Lab):
    """Each guest boots a file of its own, and a client of the pool another."""

    def boot(self, guest: Guest | None, network: Network, address: IPv4Address) -> BootFields:
        name = "stranger" if guest is None else guest.name
        return BootFields(file=f"{name}@{network.name}/{address}".encode())


def test_each_guest_has_boot_fields_of_its_own() -> None:
    lab = Shelf((OPEN_LAB,))
    files = []
    for mac in (Z1_MAC, Z2_MAC, STRANGER):
        offer = lab.discover(mac)
        assert offer is not None
        files.append(offer.file)
    assert files == [b"z1@lab/192.168.133.10", b"z2@lab/192.168.133.100", b"stranger@lab/192.168.133.101"]


def test_a_relayed_client_gets_an_address_of_the_relays_network() -> None:
    lab = Lab()
    offer = lab.ask(message(MessageType.DISCOVER, Z2_MAC, giaddr=RELAY, relayed=b"\x01\x02ab"), interface="eth0")
    assert offer is not None
    assert offer.yiaddr in FAR.pools[0]
    assert (offer.giaddr, offer.options.server_identifier) == (RELAY, FAR.server)
    assert list(offer.options)[-1] == Option.RELAY_INFORMATION
    assert offer.options[Option.RELAY_INFORMATION] == b"\x01\x02ab"
    assert lab.outcome.reply is not None
    assert lab.outcome.reply.to == Routed(RELAY, 67)


def test_a_relayed_client_renews_by_itself() -> None:
    lab = Lab()
    address = lab.bind(Z2_MAC, giaddr=RELAY)
    renewal = message(MessageType.REQUEST, Z2_MAC, ciaddr=address)
    ack = lab.ask(renewal, local=FAR.server, interface="eth0")
    assert ack is not None
    assert ack.yiaddr == address
    assert lab.outcome.reply is not None
    assert lab.outcome.reply.to == Routed(address, 68)


def test_one_relay_for_two_networks_asks_in_the_guests() -> None:
    other = replace(FAR, name="other", pools=(AddressRange.parse("10.9.0.30-10.9.0.40"),))
    lab = Lab((FAR, other), (replace(Z2, network="other"),))
    assert lab.bind(Z2_MAC, giaddr=RELAY) in other.pools[0]


def test_without_an_interface_the_network_is_that_of_the_address_that_was_asked() -> None:
    lab = Lab()
    arrival = message(MessageType.DISCOVER, Z2_MAC)
    offer = lab.ask(arrival, local=FAR.server, interface=None)
    assert offer is not None
    assert offer.options.server_identifier == FAR.server


@pytest.mark.parametrize(
    ("broadcast", "to"), [(False, Unicast(Z1_ADDRESS, Z1_MAC)), (True, Broadcast())], ids=["unicast", "broadcast"]
)
def test_a_client_without_an_address_is_reached(broadcast: bool, to: object) -> None:
    lab = Lab()
    lab.discover(broadcast=broadcast)
    assert lab.outcome.reply is not None
    assert lab.outcome.reply.to == to


def test_one_guest_in_two_networks_has_a_lease_in_each() -> None:
    lab = Lab()
    here, there = lab.bind(Z2_MAC), lab.bind(Z2_MAC, giaddr=RELAY)
    assert here != there
    assert len(lab.inventory.leases) == 2
    assert lab.bind(Z2_MAC) == here
