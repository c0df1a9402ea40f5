"""Whole boots against a scripted server; words are compared in tests/contract, packets with QEMU in tests/e2e."""

import pytest

from netipl.firmware.kernel import Started
from netipl.firmware.netboot import BROADCAST, Machine, NetworkBoot, Verdict
from netipl.firmware.rules import RuleId
from netipl.firmware.versions import Version
from netipl.net import Mac
from netipl.protocols.udp4 import Datagram
from tests.real_firmware import fake_kernel
from tests.scripted_network import GUEST, SERVER, Fault, Script, run_model

MAC = Mac.parse("52:54:00:13:33:0a")
TREE = {
    b"pxelinux.cfg/default": b"label a\nkernel k\ninitrd i\nappend x\n",
    b"k": fake_kernel(),
    b"i": bytes(3000),
}


def machine(version: str = "7.2", *, other_devices: bool = False) -> Machine:
    return Machine(mac=MAC, xid=7, version=Version.parse(version), other_devices=other_devices)


def test_a_boot_reaches_its_kernel_and_releases_its_lease() -> None:
    record = run_model(machine(), Script(tree=TREE))
    assert record.finished
    assert (record.finished.verdict, record.finished.started) == (Verdict.KERNEL, Started.LINUX)
    assert [file.name for file in record.finished.files] == [b"/pxelinux.cfg/default", b"k", b"i"]
    assert record.from_guest[-1].startswith("RELEASE")


@pytest.mark.parametrize(
    ("version", "other_devices", "verdict"),
    [
        ("7.2", False, Verdict.HALTED),
        ("7.2", True, Verdict.HALTED),
        ("9.1", True, Verdict.HALTED),
        ("9.2", False, Verdict.HALTED),
        ("9.2", True, Verdict.NEXT_DEVICE),
    ],
)
def test_9_2_falls_through_to_the_next_device(version: str, other_devices: bool, verdict: Verdict) -> None:
    record = run_model(machine(version, other_devices=other_devices), Script())
    assert record.finished
    assert record.finished.verdict is verdict
    assert record.from_guest[-1].startswith("RELEASE")


def test_before_2_10_nothing_is_booted() -> None:
    record = run_model(machine("2.9"), Script(tree=TREE))
    assert record.finished
    assert (record.finished.verdict, record.from_guest) == (Verdict.HALTED, [])


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        ({210: b"p" * 221}, RuleId.PREFIX_TOO_LONG),
        ({210: b"p" * 200, 209: b"c" * 57}, RuleId.NAME_TOO_LONG),
        ({67: b"d" * 206 + b"/"}, RuleId.DIRECTORY_TOO_LONG),
    ],
)
def test_names_that_are_too_long_are_the_cause(options: dict[int, bytes], cause: RuleId) -> None:
    record = run_model(machine(), Script(tree=TREE, options=options))
    assert record.finished
    assert (record.finished.verdict, record.finished.cause) == (Verdict.HALTED, cause)


def test_no_dhcp_takes_80_seconds() -> None:
    record = run_model(machine(), Script(dhcp=False))
    assert record.finished
    assert (record.finished.cause, record.seconds) == (RuleId.DHCP_SILENCE, 80)


def test_a_silent_tftp_server_takes_21_seconds_for_each_name() -> None:
    record = run_model(machine(), Script(tftp=False))
    assert record.finished
    assert (record.finished.cause, record.seconds) == (RuleId.SILENCE, 10 * 21)


def test_the_double_of_an_error_is_taken_by_the_next_transfer() -> None:
    tree = {**TREE, b"pxelinux.cfg/01-52-54-00-13-33-0a": TREE[b"pxelinux.cfg/default"]}
    record = run_model(machine(), Script(tree={**tree, b"x": 1}, file=b"x", faults=(Fault("ERROR", 1, 2),)))
    assert b"Received pxelinux.cfg/01-52" not in record.console


def test_twenty_lost_blocks_are_borne_and_a_server_that_waits_a_second_loses_the_21st() -> None:
    tree = {**TREE, b"k": fake_kernel().ljust(100_000, b"\0")}
    faults = tuple(Fault("DATA", 2 * number) for number in range(2, 23))
    slow = run_model(machine(), Script(tree=tree, repeat=1.01, faults=faults))
    quick = run_model(machine(), Script(tree=tree, repeat=0.05, faults=faults))
    assert slow.finished
    assert quick.finished
    assert (slow.finished.cause, quick.finished.verdict) == (RuleId.SILENCE, Verdict.KERNEL)


def test_datagrams_for_others_are_ignored() -> None:
    boot = NetworkBoot(machine())
    boot.start(0)
    stray = Datagram(source=SERVER, source_port=53, destination=BROADCAST, destination_port=68, payload=bytes(300))
    assert boot.receive(stray, 0) == []


def test_nothing_happens_after_the_end() -> None:
    boot = NetworkBoot(machine("2.9"))
    boot.start(0)
    late = Datagram(source=SERVER, source_port=69, destination=GUEST, destination_port=2001, payload=b"\0\5\0\1\0")
    assert (boot.receive(late, 1), boot.expired(1), boot.unreachable(3, 1)) == ([], [], [])
    assert boot.deadline is None
