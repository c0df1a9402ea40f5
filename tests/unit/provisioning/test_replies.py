"""Replies: their fixed fields and options, and where they go (RFC 2131, table 3 and 4.1)."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Any

import pytest

from netipl.guests.guest import Guest
from netipl.guests.network import Network
from netipl.protocols.dhcp4.codes import MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import Message, decode, encode
from netipl.provisioning import replies
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.exchange import Arrival, Broadcast, Destination, Reply, Routed, Unicast
from netipl.provisioning.identity import Client
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.query import Query
from tests.unit.provisioning.dhcp_lab import (
    DUID,
    FAR,
    FIRMWARE_LIST,
    LAB,
    RELAY,
    SERVER,
    START,
    Z1,
    Z1_ADDRESS,
    Z1_MAC,
    message,
)

BOOT = BootFields(file=b"guests/z1/boot.cfg")
MACHINE = bytes(17)
FAR_ADDRESS = IPv4Address("10.9.0.10")


def query(network: Network = LAB, guest: Guest | None = Z1, interface: str = "virbr1", **given: Any) -> Query:
    """A REQUEST, or as `given`, in which everything that `dhcp_lab.message` takes may stand."""
    asked: Message = given.pop("asked", None) or message(MessageType.REQUEST, **given)
    return Query(
        message=asked,
        arrival=Arrival(interface=interface),
        network=network,
        addresses=Inventory((network,)).addresses(network),
        client=Client(asked.mac, asked.options.client_identifier, guest),
        now=START,
        boot=lambda *_: BOOT,
    )


def sent(reply: Reply) -> Message:
    """As the client reads it."""
    read = decode(encode(reply.message))
    assert read == reply.message
    return read


def ack(asked: Query, boot: BootFields | None = BOOT) -> Message:
    return sent(replies.leased(asked, MessageType.ACK, Z1_ADDRESS, boot))


def seconds(count: int) -> bytes:
    return count.to_bytes(4, "big")


def test_an_offer_has_what_the_firmware_needs_and_nothing_that_it_did_not_ask() -> None:
    offer = sent(replies.leased(query(asks=FIRMWARE_LIST, xid=9, secs=3), MessageType.OFFER, Z1_ADDRESS, BOOT))
    assert (offer.op, offer.xid, offer.mac, offer.secs, offer.hops) == (OpCode.BOOTREPLY, 9, Z1_MAC, 0, 0)
    assert (offer.yiaddr, offer.siaddr, offer.file, offer.sname) == (Z1_ADDRESS, SERVER, b"guests/z1/boot.cfg", b"")
    assert dict(offer.options) == {
        Option.MESSAGE_TYPE: bytes((MessageType.OFFER,)),
        Option.SERVER_IDENTIFIER: SERVER.packed,
        Option.LEASE_TIME: seconds(3600),
        Option.RENEWAL_TIME: seconds(1800),
        Option.REBINDING_TIME: seconds(3150),
        Option.SUBNET_MASK: b"\xff\xff\xff\x00",
        Option.ROUTER: SERVER.packed,
        Option.DOMAIN_NAME_SERVER: SERVER.packed,
        Option.TFTP_SERVER_NAME: b"192.168.133.1",
        Option.BOOT_FILE_NAME: b"guests/z1/boot.cfg",
    }


ASKED = {
    "no list: everything": (None, {1, 3, 6, 12, 15, 28}),
    "an empty wish": (b"\x35", {1, 3}),
    "the netmask alone": (b"\x01", {1, 3}),
    "the router alone": (b"\x03", {1, 3}),
    "names": (b"\x0c\x0f", {1, 3, 12, 15}),
    "the broadcast address": (b"\x1c", {1, 3, 28}),
    "what nobody has": (b"\x2b\xfe", {1, 3}),
}


@pytest.mark.parametrize(("asks", "codes"), ASKED.values(), ids=ASKED)
def test_netmask_and_router_always_come_and_the_rest_when_asked(asks: bytes | None, codes: set[int]) -> None:
    assert {code for code in ack(query(asks=asks), None).options if code < 50} == codes


def test_what_the_network_does_not_have_is_not_sent() -> None:
    bare = replace(LAB, dns=(), domain=None)
    assert {code for code in ack(query(bare, guest=None), None).options if code < 50} == {1, 3, 28}


@pytest.mark.parametrize("name", ["z1_x", "-z1", "z1.", "z 1", "z" * 254, "ż1"])
def test_a_name_that_is_no_host_name_is_not_sent(name: str) -> None:
    assert Option.HOST_NAME not in ack(query(guest=Guest(name=name, macs=(Z1_MAC,)))).options


ROUTERS = {
    "the network's": (replace(LAB, router=IPv4Address("192.168.133.2")), {}, "192.168.133.2"),
    "the server": (LAB, {}, "192.168.133.1"),
    "the relay in the subnet": (FAR, {"giaddr": RELAY}, "10.9.0.254"),
    "the server, when the relay stands elsewhere": (FAR, {"giaddr": IPv4Address("10.8.0.1")}, "10.1.0.1"),
}


@pytest.mark.parametrize(("network", "given", "router"), ROUTERS.values(), ids=ROUTERS)
def test_the_router_is(network: Network, given: dict[str, Any], router: str) -> None:
    assert ack(query(network, **given)).options[Option.ROUTER] == IPv4Address(router).packed


def test_a_lease_for_ever_is_the_infinity_of_the_rfc() -> None:
    assert ack(query(replace(LAB, lease_time=timedelta(days=100_000)))).options[Option.LEASE_TIME] == b"\xff" * 4


BOOT_FIELDS = {
    "nothing to boot": (None, b"", (0, b"", b""), {}),
    "a file, not asked as option": (BOOT, b"\x01", (1, b"guests/z1/boot.cfg", b""), {}),
    "a file, asked as option": (BOOT, b"\x43", (1, b"guests/z1/boot.cfg", b""), {67: b"guests/z1/boot.cfg"}),
    "an empty file name": (BootFields(), b"\x43\x42", (1, b"", b""), {66: b"192.168.133.1"}),
    "a file of 127 bytes": (BootFields(file=b"f" * 127), b"", (1, b"f" * 127, b""), {}),
    "a file of 128 bytes is an option alone": (BootFields(file=b"f" * 128), b"", (1, b"", b""), {67: b"f" * 128}),
    "another server": (
        BootFields(file=b"/", server=IPv4Address("192.168.133.7")),
        b"\x42",
        (7, b"/", b""),
        {66: b"192.168.133.7"},
    ),
    "a server by name": (
        BootFields(file=b"/", server_name=b"tftp.lab"),
        b"",
        (1, b"/", b"tftp.lab"),
        {66: b"tftp.lab"},
    ),
    "a server name of 64 bytes is an option alone": (
        BootFields(file=b"/", server_name=b"n" * 64),
        b"",
        (1, b"/", b""),
        {66: b"n" * 64},
    ),
    "options 209 and 210 come unasked": (
        BootFields(file=b"/", configuration_file=b"boot.cfg", path_prefix=b"guests/z1/"),
        b"",
        (1, b"/", b""),
        {209: b"boot.cfg", 210: b"guests/z1/"},
    ),
}


@pytest.mark.parametrize(("boot", "asks", "fields", "options"), BOOT_FIELDS.values(), ids=BOOT_FIELDS)
def test_boot_fields_stand_where_the_firmware_reads_them(
    boot: BootFields | None, asks: bytes, fields: tuple[int, bytes, bytes], options: dict[int, bytes]
) -> None:
    reply = ack(query(asks=asks or b"\x01"), boot)
    last, file, sname = fields
    assert (reply.siaddr.packed[3], reply.file, reply.sname) == (last, file, sname)
    assert {code: reply.options[code] for code in (66, 67, 209, 210) if code in reply.options} == options


def test_identifiers_and_relay_information_are_echoed_the_last_at_last() -> None:
    asked = query(client_id=DUID, relayed=b"\x01\x02ab", giaddr=RELAY, more={Option.CLIENT_MACHINE: MACHINE})
    kinds = (
        replies.leased(asked, MessageType.OFFER, Z1_ADDRESS, BOOT),
        replies.leased(asked, MessageType.ACK, Z1_ADDRESS, BOOT),
        replies.informed(asked, BOOT),
        replies.refused(asked, "no"),
    )
    for reply in kinds:
        options = sent(reply).options
        assert options[Option.CLIENT_IDENTIFIER] == DUID
        assert options[Option.CLIENT_MACHINE] == MACHINE
        assert list(options)[-1] == Option.RELAY_INFORMATION
        assert options[Option.RELAY_INFORMATION] == b"\x01\x02ab"
        assert encode(reply.message).rstrip(b"\0").endswith(b"\x52\x04\x01\x02ab\xff")


def test_the_longest_echoes_and_boot_names_fit_into_a_frame() -> None:
    long = BootFields(file=b"f" * 206, server_name=b"s" * 200, configuration_file=b"c" * 35, path_prefix=b"p" * 220)
    asked = query(client_id=b"\x01" * 255, relayed=b"\x02" * 255, giaddr=RELAY)
    assert ack(asked, long).options[Option.RELAY_INFORMATION] == b"\x02" * 255


def test_informed_has_no_address_and_no_times() -> None:
    reply = sent(replies.informed(query(ciaddr=Z1_ADDRESS), BOOT))
    assert (reply.ciaddr, int(reply.yiaddr)) == (Z1_ADDRESS, 0)
    assert {Option.LEASE_TIME, Option.RENEWAL_TIME, Option.REBINDING_TIME}.isdisjoint(reply.options)
    assert reply.options.message_type == MessageType.ACK


def test_ciaddr_is_given_back_in_an_ack_and_not_in_an_offer() -> None:
    asked = query(ciaddr=Z1_ADDRESS)
    assert ack(asked).ciaddr == Z1_ADDRESS
    assert int(sent(replies.leased(asked, MessageType.OFFER, Z1_ADDRESS, None)).ciaddr) == 0


def test_plain_bootp_has_no_message_type_and_without_a_cookie_no_options() -> None:
    reply = sent(replies.plain(query(asked=message(None)), Z1_ADDRESS, BOOT))
    assert reply.options.message_type is None
    assert {Option.SERVER_IDENTIFIER, Option.LEASE_TIME}.isdisjoint(reply.options)
    assert {Option.SUBNET_MASK, Option.ROUTER} <= set(reply.options)
    bare = sent(replies.plain(query(asked=message(None, cookie=False)), Z1_ADDRESS, BOOT))
    assert not bare.options
    assert not bare.cookie
    assert (bare.yiaddr, bare.siaddr, bare.file) == (Z1_ADDRESS, SERVER, BOOT.file)


DESTINATIONS: dict[str, tuple[dict[str, Any], Destination]] = {
    "no address yet: unicast without ARP": ({}, Unicast(Z1_ADDRESS, Z1_MAC)),
    "no address yet, the broadcast flag": ({"broadcast": True}, Broadcast()),
    "its address here": ({"ciaddr": Z1_ADDRESS}, Unicast(Z1_ADDRESS, Z1_MAC)),
    "its address here, the flag means nothing": (
        {"ciaddr": Z1_ADDRESS, "broadcast": True},
        Unicast(Z1_ADDRESS, Z1_MAC),
    ),
    "its address, by another interface": ({"ciaddr": Z1_ADDRESS, "interface": "eth0"}, Routed(Z1_ADDRESS, 68)),
    "another address than it had": ({"ciaddr": FAR_ADDRESS}, Unicast(Z1_ADDRESS, Z1_MAC)),
    "relayed": ({"network": FAR, "giaddr": RELAY}, Routed(RELAY, 67)),
    "relayed, the broadcast flag is for the relay": (
        {"network": FAR, "giaddr": RELAY, "broadcast": True},
        Routed(RELAY, 67),
    ),
    "its address in a network behind a relay": ({"network": FAR, "ciaddr": Z1_ADDRESS}, Routed(Z1_ADDRESS, 68)),
}


@pytest.mark.parametrize(("given", "to"), DESTINATIONS.values(), ids=DESTINATIONS)
def test_a_reply_goes(given: dict[str, Any], to: Destination) -> None:
    assert replies.leased(query(**given), MessageType.ACK, Z1_ADDRESS, None).to == to


@pytest.mark.parametrize("broadcast", [False, True])
def test_the_broadcast_flag_is_given_back(broadcast: bool) -> None:
    assert ack(query(broadcast=broadcast)).broadcast is broadcast


def test_a_refusal_names_its_server_and_reason_and_nothing_else() -> None:
    reply = replies.refused(query(ciaddr=Z1_ADDRESS), "not yours")
    nak = sent(reply)
    assert reply.to == Broadcast()
    assert (int(nak.ciaddr), int(nak.yiaddr), int(nak.siaddr), nak.file) == (0, 0, 0, b"")
    assert dict(nak.options) == {53: bytes((MessageType.NAK,)), 54: SERVER.packed, 56: b"not yours"}
