"""The boot order of a domain is changed, and nothing else is."""

from xml.etree import ElementTree as ET

import pytest

from netipl.ccw import DeviceNumber
from netipl.integrations.libvirt.domain_edits import boots_from
from netipl.integrations.libvirt.domain_xml import BootsFrom, facts
from netipl.net import Mac
from tests.unit.integrations.libvirt.domains import (
    CDROM,
    MAC,
    NETWORK_INTERFACE,
    OTHER_MAC,
    OTHERS_METADATA,
    VIRTIO_DISK,
    domain,
)

_SECOND = NETWORK_INTERFACE.replace(MAC, OTHER_MAC).replace("<boot order='1'/>", "").replace("0x0000", "0x0005")
_DATA = VIRTIO_DISK.replace("'2'/>", "'9'/>").replace("0x0001", "0x0007").replace("vda", "vdb")


def edited(text: str, first: BootsFrom, *, mac: str = MAC, disk: str | None = None) -> str:
    return boots_from(text, first, macs=[Mac.parse(mac)], disk=DeviceNumber.parse(disk) if disk is not None else None)


def orders(text: str) -> list[tuple[str, int]]:
    """Of every device with a place: what it is, in the order of the places."""
    found = facts(text)
    named = [(each.mac, each.order) for each in found.interfaces] + [(each.target, each.order) for each in found.disks]
    named += [
        ("cdrom", int(boot.get("order", 0)))
        for boot in ET.fromstring(text).iterfind("devices/disk[@device='cdrom']/boot")
    ]
    return sorted((each for each in named if each[1]), key=lambda each: each[1])


def without_orders(text: str) -> str:
    """All else, in the one form."""
    root = ET.fromstring(text)
    for parent in (*root.iterfind("os"), *root.iterfind("devices/*")):
        for boot in parent.findall("boot"):
            parent.remove(boot)
    for each in root.iter():
        each.text, each.tail = (each.text or "").strip(), ""
    return ET.canonicalize(ET.tostring(root, encoding="unicode"), rewrite_prefixes=True)


DOMAINS = {
    "as we make it": domain(),
    "no order at all": domain(NETWORK_INTERFACE.replace("<boot order='1'/>", "") + VIRTIO_DISK),
    "the old way": domain(_SECOND + VIRTIO_DISK.replace("<boot order='2'/>", ""), system="<boot dev='hd'/>"),
    "with a CD-ROM": domain(CDROM + VIRTIO_DISK + NETWORK_INTERFACE),
    "with what others wrote": domain(metadata=OTHERS_METADATA),
    "two of each": domain(_SECOND + NETWORK_INTERFACE + _DATA + VIRTIO_DISK),
    "no disk": domain(NETWORK_INTERFACE),
}


@pytest.mark.parametrize("text", DOMAINS.values(), ids=DOMAINS)
@pytest.mark.parametrize("first", [BootsFrom.NETWORK, BootsFrom.DISK])
def test_only_the_order_changes(text: str, first: BootsFrom) -> None:
    after = edited(text, first)
    assert without_orders(after) == without_orders(text)
    assert edited(after, first) == after
    places = [place for _, place in orders(after)]
    assert len(set(places)) == len(places)
    if "vda" in text:
        assert facts(after).boots_from is first


def test_there_and_back_again() -> None:
    there = edited(domain(), BootsFrom.DISK)
    assert orders(there) == [("vda", 1), (MAC, 2)]
    assert orders(edited(there, BootsFrom.NETWORK)) == orders(domain())


def test_other_devices_follow_in_their_order() -> None:
    text = domain(CDROM.replace("'3'", "'1'") + VIRTIO_DISK + NETWORK_INTERFACE.replace("'1'", "'4'", 1))
    assert orders(edited(text, BootsFrom.NETWORK)) == [(MAC, 1), ("vda", 2), ("cdrom", 3)]


def test_the_guests_own_interface_and_disk_are_meant() -> None:
    text = domain(NETWORK_INTERFACE + _SECOND + VIRTIO_DISK + _DATA)
    after = edited(text, BootsFrom.DISK, mac=OTHER_MAC, disk="0.0.0007")
    assert orders(after)[:2] == [("vdb", 1), (OTHER_MAC, 2)]


def test_what_others_wrote_stays_as_it_is() -> None:
    after = edited(domain(metadata=OTHERS_METADATA), BootsFrom.DISK)
    assert OTHERS_METADATA in after
    assert "<qemu:commandline>" in after


def test_a_loadparm_stays_with_its_device() -> None:
    text = domain(NETWORK_INTERFACE.replace("<boot order='1'/>", "<boot order='1' loadparm='3'/>") + VIRTIO_DISK)
    after = ET.fromstring(edited(text, BootsFrom.DISK))
    boot = after.find("devices/interface/boot")
    assert boot is not None
    assert boot.attrib == {"order": "2", "loadparm": "3"}
