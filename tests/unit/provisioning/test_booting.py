"""A boot's plan is made once and kept, with the build that it belongs to, and a new DISCOVER ends what ran before."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from netipl.content import Content
from netipl.firmware.rules import RuleId
from netipl.guests.build import BuildState
from netipl.guests.guest import BootMethod, Guest, Origin
from netipl.guests.lease import Lease
from netipl.guests.network import Network, UnknownClients
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import Architecture, MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import ANY, Message
from netipl.protocols.dhcp4.options import Options
from netipl.protocols.tftp.resolution import Missing
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.booting import Received, receive
from netipl.provisioning.boots import Boots, BootState
from netipl.provisioning.changes import BootSet, BuildSet, GuestSet, Happened, LeaseSet
from netipl.provisioning.exchange import Arrival
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.plan import Plan, Purpose
from netipl.provisioning.timeline import Deed, Seen
from tests.plane import LAB as LAB_NETWORK
from tests.plane import MAC as WEB_MAC
from tests.plane import SERVER as LAB_SERVER
from tests.plane import WEB1, Plane
from tests.unit.provisioning.dhcp_lab import DUID, message

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


# The whole way, with builds


FIRMWARE = bytes([1, 3, 6, 66, 67, 93])
HERE = Arrival(interface="lab0")
WEB_ADDRESS = IPv4Address("192.168.133.100")


def ask_dhcp(plane: Plane, kind: MessageType, xid: int, *, lost: bool = False, **given: Any) -> Message | None:
    more = {"asks": FIRMWARE} if kind is MessageType.DISCOVER else {"architecture": b"\0\x1f"}
    asked = message(kind, WEB_MAC, xid=xid, **{**more, **given})
    reply = plane.answer(asked, HERE, lost=lost).reply
    return reply.message if reply is not None else None


def select(plane: Plane, xid: int, *, lost: bool = False) -> Message | None:
    return ask_dhcp(plane, MessageType.REQUEST, xid, requested=WEB_ADDRESS, server=LAB_SERVER, lost=lost)


def booted(plane: Plane, xid: int) -> Purpose | None:
    ask_dhcp(plane, MessageType.DISCOVER, xid)
    select(plane, xid)
    return plane.boot_of().purpose


def test_a_boot_pins_its_build_in_the_commit_of_its_lease() -> None:
    plane = Plane()
    plane.build()
    ask_dhcp(plane, MessageType.DISCOVER, 1)
    before = len(plane.kept)
    select(plane, 1)
    kinds = [type(change) for change in plane.kept[before:]]
    assert kinds[:4] == [LeaseSet, BootSet, BuildSet, Happened]
    assert (plane.build_of().state, plane.build_of().boot) == (BuildState.LOADING, plane.boot_of().id)


@pytest.mark.parametrize("method", [BootMethod.CONFIG, BootMethod.BOOTP])
@pytest.mark.parametrize(("sent", "purpose"), [(69_000, Purpose.DISK), (30_000, Purpose.INSTALL)])
def test_a_boot_of_which_only_the_last_words_were_lost_has_spent_its_build(
    method: BootMethod, sent: int, purpose: Purpose
) -> None:
    """Neither the last ACK nor the RELEASE came, so whether its installer ran is not known: nobody gets another."""
    plane = Plane(guests=(replace(WEB1, method=method),))
    plane.build()
    assert booted(plane, 1) is Purpose.INSTALL
    plan = plane.boot_of().plan
    assert plan is not None
    *first, last = plan.tree
    for name in first:
        plane.see(Seen.TFTP_FINISHED, address=WEB_ADDRESS, name=name, size=70_000)
    plane.see(Seen.TFTP_PROGRESS, address=WEB_ADDRESS, name=last, size=70_000, sent=sent)
    plane.now += timedelta(seconds=5)
    assert booted(plane, 2) is purpose


def test_a_build_asked_for_after_the_ack_is_for_the_next_boot() -> None:
    plane = Plane()
    assert booted(plane, 1) is Purpose.DISK
    plane.build()
    select(plane, 1)
    assert (plane.boot_of().purpose, plane.build_of().state) == (Purpose.DISK, BuildState.WAITING)
    assert booted(plane, 2) is Purpose.INSTALL


@pytest.mark.parametrize("deed", [Deed.BUILD_CANCELLED, Deed.BUILD_DONE])
def test_what_ends_a_build_after_the_ack_leaves_the_running_boot_alone(deed: Deed) -> None:
    plane = Plane()
    plane.build()
    booted(plane, 1)
    plan = plane.boot_of().plan
    plane.end(deed)
    select(plane, 1)
    assert plane.boot_of().plan == plan
    assert plane.resolve(b"boot/debian/kernel", WEB_ADDRESS) == plan_file(plan, "boot/debian/kernel")
    assert booted(plane, 2) is Purpose.DISK


def test_a_build_cancelled_between_offer_and_ack_is_not_booted() -> None:
    plane = Plane()
    plane.build()
    ask_dhcp(plane, MessageType.DISCOVER, 1)
    plane.end(Deed.BUILD_CANCELLED)
    select(plane, 1)
    assert plane.boot_of().purpose is Purpose.DISK


def test_a_boot_whose_commit_fails_has_pinned_nothing() -> None:
    plane = Plane()
    plane.build()
    ask_dhcp(plane, MessageType.DISCOVER, 1)
    assert select(plane, 1, lost=True) is None
    assert (plane.boot_of().plan, plane.build_of().state) == (None, BuildState.WAITING)
    plane.end(Deed.BUILD_CANCELLED)
    select(plane, 1)
    assert plane.boot_of().purpose is Purpose.DISK


def test_a_boot_whose_commit_fails_pins_its_build_when_it_asks_again() -> None:
    plane = Plane()
    plane.build()
    ask_dhcp(plane, MessageType.DISCOVER, 1)
    select(plane, 1, lost=True)
    select(plane, 1)
    assert (plane.build_of().state, plane.build_of().boot) == (BuildState.LOADING, plane.boot_of().id)


def test_a_firmware_that_repeats_a_transaction_id_after_it_has_finished_is_another_boot() -> None:
    plane = Plane()
    plane.build()
    assert booted(plane, 1) is Purpose.INSTALL
    for name in plan_names(plane):
        plane.see(Seen.TFTP_FINISHED, address=WEB_ADDRESS, name=name)
    plane.see(Seen.DHCP_RELEASE, mac=WEB_MAC)
    first = plane.boot_of().id
    plane.now += timedelta(seconds=9)
    assert booted(plane, 1) is Purpose.DISK
    assert plane.boot_of().id != first


def test_a_boot_goes_on_with_its_plan_after_a_start_and_its_build_is_for_no_other() -> None:
    plane = Plane()
    plane.build()
    booted(plane, 1)
    plan = plane.boot_of().plan
    plane.restart()
    select(plane, 1)
    assert (plane.boot_of().plan, plane.build_of().state) == (plan, BuildState.IN_DOUBT)
    assert booted(plane, 2) is Purpose.DISK


def test_a_build_asked_for_before_a_start_does_not_change_the_boot_that_ran() -> None:
    plane = Plane()
    booted(plane, 1)
    plan = plane.boot_of().plan
    plane.build()
    plane.restart()
    select(plane, 1)
    assert (plane.boot_of().plan, plane.build_of().state) == (plan, BuildState.WAITING)
    assert plane.resolve(b"boot/debian/kernel", WEB_ADDRESS) == Missing()


def test_a_machine_that_runs_finds_no_installer_of_the_build_that_waits_for_it() -> None:
    plane = Plane()
    for kind in (MessageType.DISCOVER, MessageType.REQUEST):
        asked = message(kind, WEB_MAC, xid=5, client_id=DUID, requested=WEB_ADDRESS, server=LAB_SERVER)
        plane.answer(asked, HERE)
    plane.build()
    assert plane.boots.of(WEB_MAC) is None
    assert plane.resolve(b"boot/debian/kernel", WEB_ADDRESS) == Missing()
    assert plane.resolve(b"boot/reipl/kernel", WEB_ADDRESS) != Missing()


def test_who_gets_no_answer_ends_no_boot_that_is_under_way() -> None:
    plane = Plane()
    booted(plane, 1)
    plane.commit([GuestSet(replace(WEB1, network="elsewhere"))])
    ask_dhcp(plane, MessageType.DISCOVER, 2)
    assert plane.boot_of().xid == 1


def test_an_unapproved_guest_gets_nothing_and_has_a_boot_that_says_so() -> None:
    plane = Plane(guests=(replace(WEB1, origin=Origin.DISCOVERED),))
    for _ in range(2):
        assert ask_dhcp(plane, MessageType.DISCOVER, 1) is None
    assert select(plane, 1) is None
    assert (plane.boot_of().address, plane.inventory.leases) == (None, ())


def test_a_client_that_nobody_knows_is_registered_and_gets_nothing() -> None:
    plane = Plane(networks=(replace(LAB_NETWORK, unknown=UnknownClients.REGISTER),), guests=())
    for _ in range(3):
        assert ask_dhcp(plane, MessageType.DISCOVER, 1) is None
    [guest] = plane.inventory.guests
    assert (guest.macs, guest.origin, guest.network) == ((WEB_MAC,), Origin.DISCOVERED, "lab")
    assert len(plane.happened(Deed.GUEST_DISCOVERED)) == 1


def test_only_a_firmware_is_registered() -> None:
    plane = Plane(networks=(replace(LAB_NETWORK, unknown=UnknownClients.REGISTER),), guests=())
    plane.answer(message(MessageType.DISCOVER, WEB_MAC, client_id=DUID), HERE)
    assert not plane.inventory.guests


def test_a_guest_that_asks_in_another_network_has_a_boot_that_says_so() -> None:
    plane = Plane(guests=(replace(WEB1, network="elsewhere"),))
    assert ask_dhcp(plane, MessageType.DISCOVER, 1) is None
    assert plane.boots.story(plane.boot_of()).rule == RuleId.WRONG_NETWORK


def plan_names(plane: Plane) -> list[str]:
    plan = plane.boot_of().plan
    assert plan is not None
    return list(plan.tree)


def plan_file(plan: Plan | None, name: str) -> Content:
    assert plan is not None
    return plan.tree[name]


def test_an_answer_to_a_firmware_whose_boot_has_ended_leaves_that_boot_alone() -> None:
    """Known by its client identifier alone, in another network than before, with the same transaction id."""
    known = Guest(name="web1", client_id=DUID, origin=Origin.ADDED)
    plane = Plane(guests=(known,))
    for kind in (MessageType.DISCOVER, MessageType.REQUEST):
        ask_dhcp(plane, kind, 1, requested=WEB_ADDRESS, server=LAB_SERVER, client_id=DUID)
    first = plane.boot_of()
    assert first.guest == "web1"
    plane.see(Seen.DHCP_RELEASE, mac=WEB_MAC)
    plane.now += timedelta(seconds=1)
    ask_dhcp(plane, MessageType.REQUEST, 1, requested=WEB_ADDRESS, server=LAB_SERVER, client_id=DUID)
    assert plane.boot_of().id != first.id
