"""What makes a boot fail, each with the rule and the words that it is told by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Any

from netipl.content import Content, Zeros, inline
from netipl.firmware.netboot import Machine
from netipl.firmware.rules import RuleId
from netipl.firmware.versions import Version
from netipl.guests.guest import Guest, Origin
from netipl.guests.lease import Lease
from netipl.net import AddressRange, Mac
from netipl.protocols.dhcp4 import message
from netipl.protocols.dhcp4.codes import MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import Message
from netipl.protocols.dhcp4.options import Options
from netipl.protocols.tftp.packet import OptionAck, encode
from netipl.protocols.udp4 import Datagram
from netipl.provisioning.changes import LeaseSet
from netipl.provisioning.exchange import Arrival
from netipl.provisioning.plan import Plan
from netipl.provisioning.timeline import Seen
from tests.plane import LAB, MAC, SERVER, Plane, images
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
    case.boot(until=lambda: loading(case))
    case.network.power_off()
    case.network.wait(90)


def loading(case: Case) -> bool:
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


def kernel_silent(case: Case) -> None:
    case.boot()
    case.network.wait(65)


def _answers_not_fetched(case: Case) -> None:
    case.boot()
    case.network.wait(10)
    case.own_system()
    case.network.wait(310)


def _answers_not_made(case: Case) -> None:
    case.boot()
    case.network.wait(10)
    address = case.plane.boot_of().address
    case.plane.see(Seen.ANSWERS_FAILED, address=address, reason="ks.cfg, line 2: 'x' is undefined", remedy="define it")
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
        kernel_silent,
        RuleId.KERNEL_SILENT,
        "nothing was heard of it since its firmware had loaded all files",
    ),
    "the answers are not fetched": (
        _answers_not_fetched,
        RuleId.ANSWERS_NOT_FETCHED,
        "no answers were fetched within 0:05:00 of the start of its kernel",
    ),
    "the answers cannot be made": (
        _answers_not_made,
        RuleId.ANSWERS_NOT_FETCHED,
        "no answers were fetched within 0:05:00 of the start of its kernel: ks.cfg, line 2: 'x' is undefined",
    ),
    "nothing is there to boot": (_nothing_to_boot, RuleId.NOTHING_TO_BOOT, "it has an address, and nothing to boot"),
}
