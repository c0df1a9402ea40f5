"""Simulated guests on an Ethernet in virtual time: what the model does alone, it does in frames and in a crowd."""

from ipaddress import IPv4Address

import pytest

from netipl.firmware.limits import MIB
from netipl.firmware.netboot import Machine, Verdict
from netipl.firmware.rules import RULES, RuleId
from netipl.machines.simulated import frames
from netipl.machines.simulated.attempt import Attempt
from netipl.machines.simulated.crowd import Crowd
from netipl.machines.simulated.frames import Arp
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import Option
from tests.scripted_network import GUEST, NETMASK, SERVER, Fault, Script, run_model
from tests.unit.images.kernels import kernel
from tests.unit.machines.simulated.segment import SERVER_MAC, Segment

TREE = {
    b"boot.cfg": b"# pxelinux\ndefault l\nlabel l\nkernel k\ninitrd i\nappend a\n",
    b"k": kernel(),
    b"i": bytes(5000),
}
GOOD = Script(tree=TREE, file=b"boot.cfg")
ROUTER = IPv4Address("192.168.76.1")
FAR = IPv4Address("198.51.100.1")
ROUTED: dict[int, bytes] = {Option.SUBNET_MASK: NETMASK.packed, Option.ROUTER: ROUTER.packed}
STORIES = {
    "it boots": GOOD,
    "found by probing": Script(tree={b"pxelinux.cfg/default": TREE[b"boot.cfg"], **TREE}),
    "plain BOOTP": Script(tree=TREE, file=b"boot.cfg", plain_bootp=True),
    "a late offer": Script(tree=TREE, file=b"boot.cfg", late_offers=1),
    "a configuration that is too long": Script(tree={b"pxelinux.cfg/default": b"#" * 2048}),
    "no TFTP server, told by ICMP": Script(file=b"boot.cfg", icmp=True),
    "no TFTP server, told by nobody": Script(file=b"boot.cfg", tftp=False),
    "a lost block and a doubled one": Script(
        tree=TREE, file=b"boot.cfg", faults=(Fault("DATA", 5), Fault("DATA", 9, copies=2), Fault("ACK", 12))
    ),
}


def machine(number: int = 1) -> Machine:
    return Machine(mac=Mac.parse(f"52:54:00:13:33:{number:02x}"), xid=number, memory=512 * MIB)


def boots(script: Script) -> tuple[Attempt, Segment]:
    attempt = Attempt(machine())
    segment = Segment([attempt], [script])
    segment.run()
    return attempt, segment


@pytest.mark.parametrize("name", STORIES)
def test_in_frames_it_prints_and_ends_as_the_model_does_without_them(name: str) -> None:
    record = run_model(machine(), STORIES[name])
    attempt, _ = boots(STORIES[name])
    assert bytes(attempt.console) == record.console
    assert attempt.finished == record.finished


def test_the_sum_of_each_file_is_told() -> None:
    attempt, _ = boots(GOOD)
    assert attempt.finished
    assert [(file.name, file.size) for file in attempt.finished.files] == [
        (b"boot.cfg", len(TREE[b"boot.cfg"])),
        (b"k", len(TREE[b"k"])),
        (b"i", 5000),
    ]


def test_a_guest_that_nobody_answers_gives_up_after_ten_attempts() -> None:
    attempt, segment = boots(Script(dhcp=False))
    assert attempt.finished
    assert (attempt.finished.verdict, attempt.finished.cause) == (Verdict.HALTED, RuleId.DHCP_SILENCE)
    assert RULES[RuleId.NO_ADDRESS].words.encode() in attempt.console
    assert (segment.now, attempt.ended) == (80.0, 80.0)


def test_a_server_on_the_link_is_asked_for_by_arp_once() -> None:
    _, segment = boots(GOOD)
    assert segment.asked == [SERVER]


def test_a_server_elsewhere_is_reached_through_the_router() -> None:
    script = Script(tree=TREE, file=b"boot.cfg", siaddr=FAR, options=ROUTED)
    attempt, segment = boots(script)
    assert attempt.finished
    assert attempt.finished.verdict is Verdict.KERNEL
    assert segment.asked == [ROUTER, SERVER], "DHCP's own server is on the link"


def test_without_a_router_every_address_is_on_the_link() -> None:
    _, segment = boots(Script(tree=TREE, file=b"boot.cfg", siaddr=FAR, options={Option.SUBNET_MASK: NETMASK.packed}))
    assert segment.asked[0] == FAR


def test_a_guest_tells_its_mac_once_it_has_an_address() -> None:
    attempt, segment = boots(GOOD)
    question = Arp(is_reply=False, sender=SERVER_MAC, sender_address=SERVER, target_address=GUEST)
    asked = frames.encode(question, source=SERVER_MAC, destination=frames.BROADCAST)
    assert Crowd([Attempt(machine())]).receive(asked, 0.0) == (), "it has none yet"
    (answer,) = segment.crowd.receive(asked, segment.now)
    told = frames.decode(answer)
    assert isinstance(told, Arp)
    assert (told.is_reply, told.sender, told.target) == (True, attempt.machine.mac, SERVER_MAC)


def test_many_boot_at_once_each_from_its_own_answers() -> None:
    attempts = [Attempt(machine(number)) for number in range(1, 21)]
    scripts = [
        Script(tree=TREE, file=b"boot.cfg", address=IPv4Address(int(GUEST) + number)) for number in range(len(attempts))
    ]
    Segment(attempts, scripts).run()
    verdicts = [attempt.finished.verdict for attempt in attempts if attempt.finished]
    assert verdicts == [Verdict.KERNEL] * 20
    assert len({attempt.address for attempt in attempts}) == 20


@pytest.mark.parametrize("frame", [b"", b"\xff" * 5, b"\xff" * 60, machine().mac.octets, machine().mac.octets * 10])
def test_noise_is_no_event(frame: bytes) -> None:
    assert Crowd([Attempt(machine())]).receive(frame, 0.0) == ()


def test_frames_for_others_are_not_looked_at() -> None:
    to_another = frames.encode(
        Arp(is_reply=False, sender=SERVER_MAC, sender_address=SERVER, target_address=GUEST),
        source=SERVER_MAC,
        destination=Mac.parse("52:54:00:13:33:ff"),
    )
    assert Crowd([Attempt(machine())]).receive(to_another, 0.0) == ()
