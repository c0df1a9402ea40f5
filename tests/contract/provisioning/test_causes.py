"""Every cause that a boot can fail for, provoked with the firmware model against the real engines in virtual time.

What the server saw must tell it: a row has what is done, and what is said of it afterwards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from netipl.content import Content, Zeros, inline
from netipl.firmware.netboot import Machine
from netipl.firmware.rulebook import boot as boot_rules
from netipl.firmware.rules import RULES, RuleId
from netipl.firmware.versions import Version
from netipl.guests.build import BuildState
from netipl.guests.guest import Guest, LocalBoot, Origin
from netipl.guests.lease import Lease
from netipl.guests.network import UnknownClients
from netipl.guests.status import Status
from netipl.net import AddressRange, Mac
from netipl.protocols.dhcp4 import message
from netipl.protocols.dhcp4.codes import MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import Message
from netipl.protocols.dhcp4.options import Options
from netipl.protocols.tftp.packet import OptionAck, encode
from netipl.protocols.udp4 import Datagram
from netipl.provisioning.boots import Boot, BootState
from netipl.provisioning.changes import LeaseSet
from netipl.provisioning.exchange import Arrival
from netipl.provisioning.plan import Plan
from netipl.provisioning.status import status
from netipl.provisioning.timeline import Deed, Seen
from tests.plane import LAB, MAC, SERVER, WEB1, Plane, images
from tests.unit.provisioning.dhcp_lab import DUID
from tests.unit.provisioning.dhcp_lab import message as said
from tests.virtual_network import VirtualNetwork

VERSIONS = (Version(7, 2), Version(10, 0))
OTHER_MAC = Mac.parse("52:54:00:13:33:0b")
OTHER_SERVER = IPv4Address("192.168.133.9")
POOL = [IPv4Address(f"192.168.133.{last}") for last in range(100, 120)]
KERNEL_NAME = "boot/debian/kernel"


@dataclass
class Case:
    """One plane, one network, and the machine that boots there."""

    version: Version
    plane: Plane
    network: VirtualNetwork

    def boot(self, **more: Any) -> None:  # as in Machine, and `until` and `most` of VirtualNetwork.boot
        for_boot = {key: more.pop(key) for key in ("until", "most") if key in more}
        self.network.boot(Machine(mac=MAC, xid=7, version=self.version, **more), **for_boot)

    def own_system(self) -> None:
        """The kernel that was loaded speaks DHCP itself."""
        for kind in (MessageType.DISCOVER, MessageType.REQUEST):
            asked = said(kind, MAC, xid=0x99, client_id=DUID, requested=POOL[0])
            self.plane.answer(replace(asked, options=_of(asked, kind)), Arrival(interface="lab0"))


def _of(asked: Message, kind: MessageType) -> Options:
    if kind is MessageType.DISCOVER:
        return asked.options
    return Options({**dict(asked.options.items()), Option.SERVER_IDENTIFIER: SERVER.packed})


def _without(*names: str) -> Callable[[Plan], Plan]:
    return lambda made: replace(made, tree={name: made.tree[name] for name in made.tree if name not in names})


def _kernel_missing(case: Case) -> None:
    case.plane.altered = _without(KERNEL_NAME)
    case.boot()


def _nothing_found(case: Case) -> None:
    case.plane.altered = lambda made: replace(made, tree={"elsewhere": inline("x")})
    case.boot()


def _boot_file_missing(case: Case) -> None:
    case.plane.altered = lambda made: replace(
        made, fields=replace(made.fields, file=b"images/boot.img"), tree={"other.img": inline("x")}
    )
    case.boot()


def _denied(case: Case) -> None:
    case.plane.altered = _with_configuration(b"../../etc/shadow")
    case.boot()


def _with_configuration(kernel: bytes) -> Callable[[Plan], Plan]:
    text = b"default a\nlabel a\nkernel %s\ninitrd boot/debian/initrd\nappend x\n" % kernel

    def altered(made: Plan) -> Plan:
        name = next(name for name in made.tree if name.startswith("pxelinux.cfg/"))
        return replace(made, tree={**made.tree, name: inline(text)})

    return altered


def _too_large(case: Case) -> None:
    case.plane.files["debian"] = images("debian", initrd=Content((Zeros(length=3 << 20),)))
    case.version = Version(10, 0)
    case.boot(memory=5 << 20)


def _destroyed(case: Case) -> None:
    case.boot(until=lambda: _loading(case))
    case.network.power_off()
    case.network.wait(90)


def _loading(case: Case) -> bool:
    return any(name == KERNEL_NAME and acked > 10 for name, acked in case.network.running)


def _destroyed_between_files(case: Case) -> None:
    case.network.to_server = lambda sent: None if b"boot/debian/kernel" in sent.payload else sent
    case.boot(until=lambda: case.network.now > 5)
    case.network.power_off()
    case.network.wait(90)


def _client_error(case: Case) -> None:
    bad = encode(OptionAck(options=((b"blksize", b"4096"),)))
    case.network.to_guest = lambda sent: replace(sent, payload=bad) if sent.payload.startswith(b"\0\6") else sent
    case.boot()


def _changed(case: Case) -> None:
    case.network.changed = frozenset({KERNEL_NAME})
    case.boot()


def _pool_exhausted(case: Case) -> None:
    for number, address in enumerate(POOL):
        mac = Mac(b"RT\0\0\1" + bytes((number,)))
        expires = case.plane.now + timedelta(hours=1)
        case.plane.commit([LeaseSet(Lease(network="lab", address=address, mac=mac, expires=expires))])
    case.boot()
    case.network.wait(15)


def _other_server(case: Case) -> None:
    case.network.asked = _rival
    case.boot()
    case.network.wait(15)


def _rival(asked: Message) -> list[Datagram]:
    """The other server's OFFER comes first, and it never acknowledges."""
    if asked.options.message_type != MessageType.DISCOVER:
        return []
    offer = Message(
        op=OpCode.BOOTREPLY,
        xid=asked.xid,
        mac=asked.mac,
        yiaddr=IPv4Address("192.168.133.77"),
        siaddr=OTHER_SERVER,
        options=Options(
            {
                Option.MESSAGE_TYPE: bytes((MessageType.OFFER,)),
                Option.SERVER_IDENTIFIER: OTHER_SERVER.packed,
            }
        ),
    )
    return [
        Datagram(
            source=OTHER_SERVER,
            source_port=67,
            destination=IPv4Address("255.255.255.255"),
            destination_port=68,
            payload=message.encode(offer),
        )
    ]


def _refused(case: Case) -> None:
    """Each time somebody else has got the address between OFFER and REQUEST."""

    def taken(asked: Message) -> list[Datagram]:
        wanted = asked.options.requested_address
        if asked.options.message_type == MessageType.REQUEST and wanted is not None:
            expires = case.plane.now + timedelta(hours=1)
            case.plane.commit([LeaseSet(Lease(network="lab", address=wanted, mac=OTHER_MAC, expires=expires))])
        return []

    case.network.asked = taken
    case.boot()
    case.network.wait(95)


def _offer_lost(case: Case) -> None:
    case.network.to_guest = lambda _: None
    case.boot()
    case.network.wait(15)


def _router_silent(case: Case) -> None:
    """The TFTP server is in another subnet, and the router is not there."""
    case.plane.altered = lambda made: replace(made, fields=replace(made.fields, server=IPv4Address("10.0.0.1")))
    case.boot()


def _tftp_blocked(case: Case) -> None:
    case.network.to_server = lambda sent: None if sent.destination_port == 69 else sent
    case.boot(until=lambda: case.network.now > 3)
    case.network.power_off()
    case.network.wait(70)


def _kernel_silent(case: Case) -> None:
    case.boot()
    case.network.wait(65)


def _answers_not_fetched(case: Case) -> None:
    case.boot()
    case.network.wait(10)
    case.own_system()
    case.network.wait(310)


def _unapproved(case: Case) -> None:
    case.boot()
    case.network.wait(15)


def _nothing_to_boot(case: Case) -> None:
    """Its installer cannot be planned."""
    case.plane.unplanned = frozenset({"web1"})
    case.boot()
    case.network.wait(65)


NETWORK = replace(
    LAB,
    authoritative=True,
    router=IPv4Address("192.168.133.254"),
    pools=(AddressRange.parse("192.168.133.100-192.168.133.119"),),
)
DISCOVERED = Guest(name="new", macs=(MAC,), network="lab", origin=Origin.DISCOVERED)

CASES: Mapping[str, tuple[Callable[[Case], None], RuleId, str]] = {
    "the configuration is there, the kernel is not": (
        _kernel_missing,
        RuleId.FILE_MISSING,
        "pxelinux.cfg/01-52-54-00-13-33-0a was found, boot/debian/kernel is missing",
    ),
    "no configuration under any name": (
        _nothing_found,
        RuleId.NO_CONFIGURATION,
        "none of 10 names was found, from pxelinux.cfg/01-52-54-00-13-33-0a to pxelinux.cfg/default",
    ),
    "the boot file is missing, and no configuration is beside it": (
        _boot_file_missing,
        RuleId.FILE_MISSING,
        "images/boot.img is missing",
    ),
    "a name that nobody gets": (
        _denied,
        RuleId.ACCESS_DENIED,
        "it may not have ../../etc/shadow: the name climbs with `..`",
    ),
    "more than its memory holds": (
        _too_large,
        RuleId.FILE_TOO_LARGE,
        "it gave up in the middle of boot/debian/initrd, as it does when its memory is full",
    ),
    "the guest is destroyed in mid-transfer": (
        _destroyed,
        RuleId.TRANSFER_SILENT,
        "it fell silent in the middle of boot/debian/kernel",
    ),
    "the guest is destroyed between two files": (
        _destroyed_between_files,
        RuleId.TRANSFER_SILENT,
        "it has fetched pxelinux.cfg/01-52-54-00-13-33-0a, and asks for nothing more",
    ),
    "the client sends an ERROR": (
        _client_error,
        RuleId.TRANSFER_ENDED,
        "it broke pxelinux.cfg/01-52-54-00-13-33-0a off: without a word",
    ),
    "a file changes while it is sent": (
        _changed,
        RuleId.FILE_CHANGED,
        "boot/debian/kernel changed while it was sent",
    ),
    "no address is left": (_pool_exhausted, RuleId.NO_FREE_ADDRESS, "network lab has no address left for it"),
    "another DHCP server is chosen": (_other_server, RuleId.OTHER_SERVER, "it chose the server 192.168.133.9"),
    "what it requests is refused": (_refused, RuleId.REQUEST_REFUSED, "192.168.133.109 is not free"),
    "no offer reaches it": (
        _offer_lost,
        RuleId.OFFER_NOT_TAKEN,
        "it asked 10 times, was made 10 offers, and took none",
    ),
    "the TFTP server is behind a router that is none": (
        _router_silent,
        RuleId.SERVER_NOT_ASKED,
        "it has the address 192.168.133.100, and has asked for no file",
    ),
    "TFTP is blocked": (
        _tftp_blocked,
        RuleId.SERVER_NOT_ASKED,
        "it has the address 192.168.133.100, and has asked for no file",
    ),
    "the kernel is not heard of": (
        _kernel_silent,
        RuleId.KERNEL_SILENT,
        "nothing was heard of it since its firmware had loaded all files",
    ),
    "the answers are not fetched": (
        _answers_not_fetched,
        RuleId.ANSWERS_NOT_FETCHED,
        "no answers were fetched within 0:05:00 of the start of its kernel",
    ),
    "nothing is there to boot": (_nothing_to_boot, RuleId.NOTHING_TO_BOOT, "it has an address, and nothing to boot"),
}


def case_with(version: Version, plane: Plane) -> Case:
    return Case(version, plane, VirtualNetwork(plane))


def told(case: Case) -> Boot:
    """The boot, which has failed; what its event says is what the boot says, and the remedy is the rule's."""
    case.network.wait(5)
    boot = case.plane.boot_of()
    assert boot.state is BootState.FAILED, boot
    assert boot.rule is not None
    [event] = case.plane.happened(Deed.BOOT_FAILED)
    assert event.detail == {"cause": boot.cause, "rule": boot.rule, "remedy": RULES[boot.rule].remedy}
    assert event.boot == boot.id
    return boot


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize(("provoke", "rule", "words"), CASES.values(), ids=CASES)
def test_a_boot_that_fails_says_why(
    provoke: Callable[[Case], None], rule: RuleId, words: str, version: Version
) -> None:
    plane = Plane(networks=(NETWORK,))
    plane.build()
    case = case_with(version, plane)
    provoke(case)
    boot = told(case)
    assert (boot.rule, boot.cause) == (rule, boot.cause)
    assert words in boot.cause


@pytest.mark.parametrize(("provoke", "rule", "words"), CASES.values(), ids=CASES)
def test_a_build_survives_what_fails_before_its_last_file(
    provoke: Callable[[Case], None], rule: RuleId, words: str
) -> None:
    plane = Plane(networks=(NETWORK,))
    build = plane.build()
    provoke(case := case_with(VERSIONS[0], plane))
    boot = told(case)
    spent = rule in {RuleId.KERNEL_SILENT, RuleId.ANSWERS_NOT_FETCHED}
    now = plane.build_of()
    assert now.id == build.id
    assert now.installs is not spent
    assert (now.state is BuildState.FAILED, now.cause) == (spent, boot.cause if spent else "")
    guest = plane.inventory.guest("web1")
    assert guest is not None
    if boot.address is not None:
        assert status(guest, now, boot) is Status.FAILED


def test_a_guest_that_waits_for_approval_says_so() -> None:
    case = case_with(
        VERSIONS[1], Plane(networks=(replace(LAB, unknown=UnknownClients.REGISTER),), guests=(DISCOVERED,))
    )
    case.boot()
    case.network.wait(15)
    boot = told(case)
    assert (boot.rule, boot.cause) == (RuleId.NOT_APPROVED, "guest new waits for approval")


def test_a_guest_in_a_network_that_is_not_its_own_says_so() -> None:
    far = replace(LAB, name="far", interface="far0", subnet=IPv4Network("10.9.0.0/24"), pools=())
    case = case_with(VERSIONS[1], Plane(networks=(LAB, far), guests=(replace(WEB1, network="far"),)))
    case.boot()
    case.network.wait(15)
    boot = told(case)
    assert (boot.rule, boot.cause) == (RuleId.WRONG_NETWORK, "it is no guest of network lab")


def test_an_installer_that_says_that_it_failed_ends_its_build_in_its_words() -> None:
    plane = Plane()
    build = plane.build()
    case = case_with(VERSIONS[1], plane)
    case.boot()
    case.network.wait(2)
    case.own_system()
    plane.see(Seen.INSTALLER, address=plane.boot_of().address, build=build.id, says="failed", words="no disk")
    ended = plane.build_of()
    assert (ended.state, ended.cause) == (BuildState.FAILED, "no disk")
    assert ended.remedy == RULES[RuleId.INSTALLER_FAILED].remedy
    assert plane.boot_of().state is BootState.STARTED


def test_an_installation_without_an_end_is_given_up() -> None:
    plane = Plane()
    plane.build()
    case = case_with(VERSIONS[1], plane)
    case.boot()
    case.network.wait(2)
    case.own_system()
    plane.see(Seen.ANSWERS_FETCHED, address=plane.boot_of().address)
    plane.tick(hours=2, minutes=59)
    assert plane.build_of().state is BuildState.SPENT
    plane.tick(minutes=2)
    assert plane.build_of().state is BuildState.FAILED
    assert plane.build_of().remedy == RULES[RuleId.INSTALL_TOO_LONG].remedy


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_boot_that_goes_well_fails_for_nothing(version: Version) -> None:
    plane = Plane()
    plane.build()
    case = case_with(version, plane)
    case.boot()
    case.network.wait(10)
    case.own_system()
    plane.see(Seen.ANSWERS_FETCHED, address=plane.boot_of().address)
    case.network.wait(600)
    assert plane.boot_of().state is BootState.STARTED
    assert not plane.happened(Deed.BOOT_FAILED)


def test_a_guest_that_falls_through_to_its_disk_has_not_failed() -> None:
    guest = replace(WEB1, local_boot=LocalBoot.FALL_THROUGH, firmware=Version(10, 0))
    case = case_with(Version(10, 0), Plane(guests=(guest,)))
    case.boot(other_devices=True)
    case.network.wait(600)
    assert case.plane.boot_of().state is BootState.FINISHED
    assert not case.plane.happened(Deed.BOOT_FAILED)


def test_a_late_sign_of_life_makes_good_what_was_given_up() -> None:
    plane = Plane()
    plane.build()
    case = case_with(VERSIONS[1], plane)
    _kernel_silent(case)
    assert plane.build_of().state is BuildState.FAILED
    case.own_system()
    assert (plane.boot_of().state, plane.build_of().state) == (BootState.STARTED, BuildState.SPENT)
    assert (plane.build_of().cause, plane.build_of().ended, plane.build_of().installs) == ("", None, False)


ELSEWHERE = {
    RuleId.NOT_APPROVED,
    RuleId.WRONG_NETWORK,
    RuleId.INSTALLER_FAILED,
    RuleId.INSTALL_TOO_LONG,
    RuleId.BUILD_IN_DOUBT,
}
"""Provoked in tests of their own, here and in tests/unit/provisioning/test_observing.py."""


def test_every_rule_that_the_server_sees_is_provoked() -> None:
    assert {row.id for row in boot_rules.ROWS} <= {rule for _, rule, _ in CASES.values()} | ELSEWHERE


def test_a_build_that_was_loaded_when_netipl_ended_says_so() -> None:
    plane = Plane()
    plane.build()
    case = case_with(VERSIONS[1], plane)
    case.boot(until=lambda: _loading(case))
    case.network.power_off()
    plane.restart()
    case.network.wait(150)
    assert plane.build_of().state is BuildState.FAILED
    assert plane.build_of().remedy == RULES[RuleId.BUILD_IN_DOUBT].remedy
