"""The command line of a guest, and what QEMU must be able to do for it."""

from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest

from netipl.errors import UnavailableError
from netipl.firmware.versions import Version
from netipl.machines import qemu
from netipl.machines.attachment import LinkEnd, Tap
from netipl.machines.qemu import Nic, QemuGuest
from netipl.net import Mac

MAC = Mac.parse("52:54:00:13:33:0a")
OTHER = Mac.parse("52:54:00:13:33:0b")
TAP = Nic(mac=MAC, attachment=Tap(descriptor=5))
LINK = Nic(mac=MAC, attachment=LinkEnd(path=Path("/tmp/x")))


def options(guest: QemuGuest, name: str) -> list[str]:
    command = guest.command_line("qemu")
    return [value for option, value in pairwise(command) if option == name]


def test_the_console_is_standard_input_and_output_and_nothing_else_is_there() -> None:
    command = QemuGuest(name="a", nics=(TAP,)).command_line("qemu")
    assert "-nodefaults" in command
    assert options(QemuGuest(name="a", nics=(TAP,)), "-chardev") == ["stdio,id=console,signal=off"]
    assert options(QemuGuest(name="a", nics=(TAP,)), "-serial") == ["chardev:console"]


def test_interfaces_are_booted_from_in_their_order() -> None:
    guest = QemuGuest(name="a", nics=(TAP, Nic(mac=OTHER, attachment=Tap(descriptor=6))))
    assert [device for device in options(guest, "-device") if "net" in device] == [
        "virtio-net-ccw,netdev=net0,mac=52:54:00:13:33:0a,bootindex=1",
        "virtio-net-ccw,netdev=net1,mac=52:54:00:13:33:0b,bootindex=2",
    ]
    assert options(guest, "-netdev") == [
        "tap,id=net0,fd=5",
        "tap,id=net1,fd=6",
    ]
    assert guest.descriptors == (5, 6)


def test_size_and_identity_are_told() -> None:
    guest = QemuGuest(
        name="a,b", nics=(TAP,), uuid=UUID(int=5), memory=1024, cpus=2, accelerator="kvm", qmp=Path("/tmp/q")
    )
    assert options(guest, "-name") == ["a,,b"]
    assert options(guest, "-m") == ["1024"]
    assert options(guest, "-smp") == ["2"]
    assert options(guest, "-accel") == ["kvm"]
    assert options(guest, "-uuid") == ["00000000-0000-0000-0000-000000000005"]
    assert options(guest, "-qmp") == ["unix:/tmp/q,server=on,wait=off"]


def test_without_uuid_and_qmp_neither_is_mentioned() -> None:
    command = QemuGuest(name="a", nics=(TAP,)).command_line("qemu")
    assert not {"-uuid", "-qmp"} & set(command)


@pytest.mark.parametrize(
    ("version", "nic"),
    [
        pytest.param(Version(7, 1), TAP, id="any QEMU takes a tap"),
        pytest.param(Version(7, 2), LINK, id="a link from 7.2 on"),
        pytest.param(Version(11, 1), LINK, id="versions are compared as numbers"),
    ],
)
def test_an_attachment_that_this_qemu_has(version: Version, nic: Nic) -> None:
    qemu.require(version, QemuGuest(name="a", nics=(nic,)))


def test_a_link_needs_a_qemu_with_stream_sockets() -> None:
    with pytest.raises(UnavailableError) as raised:
        qemu.require(Version(7, 1), QemuGuest(name="a", nics=(LINK,)))
    assert "--qemu-user-net" in raised.value.remedy


def test_a_missing_program_is_named_with_the_packages_that_have_it() -> None:
    with pytest.raises(UnavailableError, match="/nowhere/qemu") as raised:
        qemu.find("/nowhere/qemu")
    assert "qemu-system-misc" in raised.value.remedy
