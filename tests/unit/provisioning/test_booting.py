"""A boot's plan is made once and kept, and a new DISCOVER ends what ran before."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network

from netipl.guests.guest import Guest
from netipl.guests.lease import Lease
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import Architecture, MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import ANY, Message
from netipl.protocols.dhcp4.options import Options
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.booting import Received, receive
from netipl.provisioning.boots import Boots, BootState
from netipl.provisioning.changes import LeaseSet
from netipl.provisioning.exchange import Arrival
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.plan import Plan
from netipl.provisioning.timeline import Seen

NOW = datetime(2026, 11, 23, tzinfo=UTC)
MAC, OTHER_MAC = Mac.parse("52:54:00:13:33:0a"), Mac.parse("52:54:00:13:33:0b")
ADDRESS, SERVER = IPv4Address("192.0.2.10"), IPv4Address("192.0.2.1")
NETWORK = Network(name="lab", subnet=IPv4Network("192.0.2.0/24"), server=SERVER, interface="lab0")
GUEST = Guest(name="z1", macs=(MAC,), address=ADDRESS)
ARRIVAL = Arrival(interface="lab0")

DISCOVER: Mapping[int, bytes] = {
    Option.MESSAGE_TYPE: bytes([MessageType.DISCOVER]),
    Option.PARAMETER_LIST: bytes([1, 3, 6, 66, 67, 93]),
}
REQUEST: Mapping[int, bytes] = {
    Option.MESSAGE_TYPE: bytes([MessageType.REQUEST]),
    Option.REQUESTED_ADDRESS: ADDRESS.packed,
    Option.SERVER_IDENTIFIER: SERVER.packed,
    Option.CLIENT_ARCHITECTURE: Architecture.S390_BASIC.to_bytes(2, "big"),
}
RELEASE: Mapping[int, bytes] = {
    Option.MESSAGE_TYPE: bytes([MessageType.RELEASE]),
    Option.SERVER_IDENTIFIER: SERVER.packed,
}
OWN_DISCOVER: Mapping[int, bytes] = {
    Option.MESSAGE_TYPE: bytes([MessageType.DISCOVER]),
    Option.CLIENT_IDENTIFIER: b"\xff\0\0\0\1\0\3",
}
OWN_REQUEST: Mapping[int, bytes] = {
    Option.MESSAGE_TYPE: bytes([MessageType.REQUEST]),
    Option.CLIENT_IDENTIFIER: b"\xff\0\0\0\1\0\3",
    Option.REQUESTED_ADDRESS: ADDRESS.packed,
    Option.SERVER_IDENTIFIER: SERVER.packed,
}


class Laboratory:
    """One guest, whose plan is another one each time that it is asked for."""

    def __init__(self) -> None:
        self.inventory = Inventory([NETWORK], [GUEST])
        self.boots = Boots()
        self.made = 0

    def plan_for(self, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address) -> Plan:
        assert (guest, network, mac, address) == (GUEST, NETWORK, MAC, ADDRESS)
        self.made += 1
        return Plan(fields=BootFields(file=b"plan %d" % self.made), tree={})

    def receive(self, options: Mapping[int, bytes], xid: int, ciaddr: IPv4Address = ANY) -> Received:
        message = Message(op=OpCode.BOOTREQUEST, xid=xid, ciaddr=ciaddr, mac=MAC, options=Options(options))
        received = receive(self.inventory, self.boots, message, ARRIVAL, NOW, plan_for=self.plan_for)
        for change in received.outcome.changes:
            self.inventory.apply(change)
        for observation in received.outcome.observations:
            self.boots.observe(observation)
        return received

    def file(self, options: Mapping[int, bytes], xid: int) -> bytes:
        reply = self.receive(options, xid).outcome.reply
        assert reply is not None
        return reply.message.file


def test_a_repeated_request_gets_the_plan_that_was_pinned() -> None:
    laboratory = Laboratory()
    laboratory.receive(DISCOVER, xid=1)
    first = laboratory.file(REQUEST, xid=1)
    assert laboratory.file(REQUEST, xid=1) == first


def test_the_next_boot_gets_a_plan_of_its_own() -> None:
    laboratory = Laboratory()
    laboratory.receive(DISCOVER, xid=1)
    first = laboratory.file(REQUEST, xid=1)
    laboratory.receive(DISCOVER, xid=2)
    assert laboratory.file(REQUEST, xid=2) != first


def test_another_boot_interrupts_the_transfers_of_the_one_before() -> None:
    laboratory = Laboratory()
    assert laboratory.receive(DISCOVER, xid=1).interrupted is None
    laboratory.receive(REQUEST, xid=1)
    assert laboratory.receive(DISCOVER, xid=1).interrupted is None
    assert laboratory.receive(DISCOVER, xid=2).interrupted == ADDRESS


def test_a_boot_does_not_interrupt_whoever_has_its_address_now() -> None:
    laboratory = Laboratory()
    laboratory.receive(DISCOVER, xid=1)
    laboratory.receive(REQUEST, xid=1)
    other = Lease(network="lab", address=ADDRESS, mac=OTHER_MAC, expires=NOW)
    laboratory.inventory.apply(LeaseSet(other))
    assert laboratory.receive(DISCOVER, xid=2).interrupted is None


def test_an_inform_pins_nothing_at_the_address_it_names() -> None:
    laboratory = Laboratory()
    laboratory.receive({**REQUEST, Option.MESSAGE_TYPE: bytes([MessageType.INFORM])}, xid=1, ciaddr=ADDRESS)
    assert laboratory.boots.at(ADDRESS) is None


def test_the_guests_own_dhcp_is_a_sign_of_life_of_the_boot_and_changes_nothing_else() -> None:
    laboratory = Laboratory()
    laboratory.receive(DISCOVER, xid=1)
    laboratory.receive(REQUEST, xid=1)
    pinned = laboratory.boots.of(MAC)
    laboratory.receive(RELEASE, xid=1)
    assert laboratory.receive(OWN_DISCOVER, xid=7).interrupted is None
    seen = laboratory.receive(OWN_REQUEST, xid=7).outcome.observations
    assert [each.seen for each in seen] == [Seen.DHCP_REQUEST, Seen.GUEST_ADDRESSED]
    assert pinned is not None
    assert laboratory.boots.of(MAC) == replace(pinned, state=BootState.STARTED, since=NOW)


def test_who_is_not_answered_has_no_boot() -> None:
    laboratory = Laboratory()
    laboratory.inventory.replace_guests_and_networks([NETWORK], [])
    laboratory.receive(DISCOVER, xid=1)
    assert laboratory.boots.of(MAC) is None
