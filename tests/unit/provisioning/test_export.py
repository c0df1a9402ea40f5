"""One tree for all guests: the names of each method, no contradictions, and DHCP fields that lead to them."""

from dataclasses import replace
from ipaddress import IPv4Address
from uuid import UUID

import pytest

from netipl.content import inline
from netipl.guests.guest import BootMethod, Guest
from netipl.net import Mac
from netipl.provisioning.export import NAMED_BY, Export, exported
from netipl.provisioning.plan import Images
from tests.unit.images.kernels import kernel

KERNEL = kernel()
IMAGES = Images(
    identity="0123456789ab",
    kernel=inline(KERNEL),
    header=KERNEL,
    initrd=inline(b"initrd"),
    append="ro",
)
FILES = {"boot/0123456789ab/kernel", "boot/0123456789ab/initrd"}
BY_UUID = "pxelinux.cfg/00000000-0000-0000-0000-00000000001f"
BY_MAC = "pxelinux.cfg/01-52-54-00-13-33-0a"
Z1 = Guest(
    name="z1", macs=(Mac.parse("52:54:00:13:33:0a"),), uuid=UUID(int=0x1F), address=IPv4Address("192.168.133.10")
)


def export_of(*guests: Guest, images: Images = IMAGES, unknown: BootMethod | None = None) -> Export:
    return exported([(guest, images) for guest in guests], (unknown, images) if unknown else None)


@pytest.mark.parametrize(
    ("method", "names", "file"),
    [
        (BootMethod.CONFIG, {"guests/z1/boot.cfg"}, b"guests/z1/boot.cfg"),
        (BootMethod.BOOTP, {"guests/z1/boot.cfg"}, b"guests/z1/boot.cfg"),
        (BootMethod.PROBE_UUID, {BY_UUID, BY_MAC}, b"/"),
        (BootMethod.PROBE_MAC, {BY_UUID, BY_MAC}, b"/"),
        (BootMethod.PROBE_EMPTY, {BY_UUID, BY_MAC}, b""),
        (BootMethod.PROBE_IP, {"pxelinux.cfg/C0A8850A"}, b"/"),
        (BootMethod.PROBE_DEFAULT, {"pxelinux.cfg/default"}, b"/"),
        (BootMethod.PROBE_MISSING, {"guests/z1/pxelinux.cfg/01-52-54-00-13-33-0a"}, b"guests/z1/missing"),
        (BootMethod.OPTIONS, {"guests/z1/boot.cfg"}, b"/"),
    ],
)
def test_a_guest_has_the_names_that_its_method_finds(method: BootMethod, names: set[str], file: bytes) -> None:
    found = export_of(replace(Z1, method=method))
    assert set(found.tree) == names | FILES
    (client,) = found.clients
    assert client.fields is not None
    assert client.fields.file == file


def test_every_method_has_names() -> None:
    assert set(NAMED_BY) == set(BootMethod)
    assert all(export_of(replace(Z1, method=method)).tree for method in BootMethod)


def test_no_boot_file_is_called_as_the_directory_that_is_searched() -> None:
    trees = [export_of(replace(Z1, method=method)).tree for method in BootMethod]
    assert not [name for tree in trees for name in tree if name == "pxelinux.cfg"]


def test_a_guest_is_found_behind_each_of_its_macs() -> None:
    second = Mac.parse("52:54:00:13:33:0b")
    found = export_of(replace(Z1, macs=(*Z1.macs, second), method=BootMethod.PROBE_MAC))
    assert {BY_MAC, f"pxelinux.cfg/01-{second.dashed}"} <= set(found.tree)


def test_only_what_is_known_names_a_guest() -> None:
    assert set(export_of(replace(Z1, macs=(), method=BootMethod.PROBE_MAC)).tree) == {BY_UUID} | FILES
    assert set(export_of(replace(Z1, uuid=None, method=BootMethod.PROBE_UUID)).tree) == {BY_MAC} | FILES


@pytest.mark.parametrize(
    ("guest", "needed"),
    [
        (replace(Z1, address=None, method=BootMethod.PROBE_IP), "address"),
        (replace(Z1, macs=(), method=BootMethod.PROBE_MISSING), "mac"),
        (replace(Z1, macs=(), uuid=None, method=BootMethod.PROBE_EMPTY), "uuid or mac"),
    ],
    ids=["address", "mac", "neither"],
)
def test_a_guest_that_its_method_cannot_find_is_left_out_and_others_are_not(guest: Guest, needed: str) -> None:
    other = replace(Z1, name="z2", method=BootMethod.CONFIG)
    found = export_of(guest, other)
    assert [client.name for client in found.clients] == ["z2"]
    (left_out,) = found.left_out
    assert (left_out.name, left_out.remedy) == ("z1", f"give its {needed}")


def test_two_guests_cannot_both_be_the_default() -> None:
    first = replace(Z1, method=BootMethod.PROBE_DEFAULT)
    second = replace(first, name="z2")
    found = exported([(first, IMAGES), (second, replace(IMAGES, append="rw"))], None)
    (left_out,) = found.left_out
    assert left_out.name == "z2"
    assert "pxelinux.cfg/default is already there for z1" in left_out.reason
    assert not export_of(first, second).left_out, "where they boot the same, the name is the same"


def test_a_guest_left_out_takes_no_name_from_others() -> None:
    taken = replace(Z1, method=BootMethod.PROBE_DEFAULT)
    third = replace(Z1, name="z3", method=BootMethod.CONFIG)
    other = replace(IMAGES, append="rw", identity="ba9876543210")
    found = exported([(taken, IMAGES), (replace(taken, name="z2"), other), (third, other)], None)
    assert [client.name for client in found.clients] == ["z1", "z3"]
    assert "boot/ba9876543210/kernel" in found.tree


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (BootMethod.PROBE_MAC, "pxelinux.cfg/default"),
        (BootMethod.PROBE_UUID, "pxelinux.cfg/default"),
        (BootMethod.CONFIG, "guests/_unknown/boot.cfg"),
        (BootMethod.COMBINED, "guests/_unknown/boot.img"),
    ],
)
def test_unknown_clients_find_what_is_for_nobody_in_particular(method: BootMethod, name: str) -> None:
    found = export_of(unknown=method)
    assert name in found.tree
    assert [client.guest for client in found.clients] == [None]


def test_a_guest_with_nothing_to_boot_has_no_files() -> None:
    found = exported([(replace(Z1, method=BootMethod.PROBE_MAC), None)], None)
    assert (found.tree, found.left_out) == ({}, ())
    assert found.clients[0].fields is None
