"""What the XML of a libvirt domain says of its boots: who owns it, its interfaces and disks, and what comes first.

Source: libvirt, formatdomain.html. Facts are made of text alone, so that they travel as JSON.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID
from xml.etree.ElementTree import Element

from netipl.ccw import DeviceNumber
from netipl.integrations.libvirt.xml_text import parsed
from netipl.net import Mac

NETIPL_GUEST: Final = "https://netipl.org/xmlns/libvirt/guest/1.0"
"""The namespace of the one element in the metadata of a domain that is ours: `<netipl:guest name="web1"/>`."""

MARK: Final = f"metadata/{{{NETIPL_GUEST}}}guest"
_BY_NAME: Final = {"network": "network", "hd": "disk"}
"""What `<os><boot dev>` calls the two."""
_UNSAID: Final = {"on_reboot": "restart", "on_crash": "destroy"}


class BootsFrom(StrEnum):
    """What the firmware is to try first."""

    NETWORK = "network"
    DISK = "disk"
    OTHER = "other"
    """A CD-ROM, a kernel that libvirt has, or something else that is not ours to change."""
    NOTHING = "nothing"
    """Nothing is said: the firmware looks for a disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """`kind` is the type of libvirt, `source` the network, bridge or device that it hangs on, `bridge` the bridge that
    this comes to, if there is one. `order` 0 is none.
    """

    mac: str
    model: str
    kind: str
    source: str
    order: int
    bridge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """`number` is empty where libvirt has not given it one; `target` is the name that libvirt has for it."""

    target: str
    source: str
    number: str
    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainFacts:
    """`owner` is the guest that the domain is marked with, or empty."""

    name: str
    uuid: str
    owner: str
    kind: str
    """`kvm`, or `qemu` where QEMU translates."""
    arch: str
    machine: str
    interfaces: tuple[Interface, ...]
    disks: tuple[Disk, ...]
    boots_from: BootsFrom
    on_reboot: str
    on_crash: str


def facts(text: str) -> DomainFacts:
    """Of a domain as libvirt prints it."""
    root = parsed(text)
    mark, kind = root.find(MARK), root.find("os/type")
    return DomainFacts(
        name=_text(root, "name"),
        uuid=str(UUID(_text(root, "uuid"))),
        owner=mark.get("name", "") if mark is not None else "",
        kind=root.get("type", ""),
        arch=kind.get("arch", "") if kind is not None else "",
        machine=kind.get("machine", "") if kind is not None else "",
        interfaces=tuple(map(_interface, root.iterfind("devices/interface"))),
        disks=tuple(_disk(each) for each in root.iterfind("devices/disk") if is_disk(each)),
        boots_from=_boots_from(root),
        on_reboot=_text(root, "on_reboot") or _UNSAID["on_reboot"],
        on_crash=_text(root, "on_crash") or _UNSAID["on_crash"],
    )


def is_disk(element: Element) -> bool:
    """A disk, and not a drive for media that are put in and taken out."""
    return element.get("device", "disk") == "disk"


def order_of(element: Element) -> int:
    """The place of a device in the boot order, from 1; 0 where it has none."""
    boot = element.find("boot")
    return int(boot.get("order", 0)) if boot is not None else 0


def number_of(element: Element) -> DeviceNumber | None:
    """What the guest calls a device of the channel subsystem, if libvirt has given it a number."""
    address = element.find("address[@type='ccw']")
    if address is None:
        return None
    return DeviceNumber(int(address.get("ssid", "0"), 0), int(address.get("devno", "0"), 0))


def mac_of(interface: Element) -> Mac | None:
    """Its address, once libvirt knows the domain."""
    mac = interface.find("mac")
    return Mac.parse(mac.get("address", "")) if mac is not None else None


def _boots_from(root: Element) -> BootsFrom:
    first = min(_ordered(root), default=None, key=lambda each: each[0])
    if root.find("os/kernel") is not None:
        return BootsFrom.OTHER
    return first[1] if first is not None else BootsFrom.NOTHING


def _ordered(root: Element) -> Iterator[tuple[int, BootsFrom]]:
    for place, boot in enumerate(root.iterfind("os/boot")):
        yield place, BootsFrom(_BY_NAME.get(boot.get("dev", ""), BootsFrom.OTHER))
    for device in root.iterfind("devices/*"):
        if order := order_of(device):
            yield order, _kind_of(device)


def _kind_of(device: Element) -> BootsFrom:
    if device.tag == "interface":
        return BootsFrom.NETWORK
    return BootsFrom.DISK if device.tag == "disk" and is_disk(device) else BootsFrom.OTHER


def _interface(element: Element) -> Interface:
    source, model, mac = element.find("source"), element.find("model"), mac_of(element)
    kind = element.get("type", "")
    named = ("bridge", "dev") if kind != "network" else ("network",)
    said = [source.get(each, "") for each in named] if source is not None else []
    return Interface(
        mac=str(mac) if mac is not None else "",
        model=model.get("type", "") if model is not None else "",
        kind=kind,
        source=next(filter(None, said), ""),
        order=order_of(element),
        bridge=source.get("bridge", "") if source is not None else "",
    )


def _disk(element: Element) -> Disk:
    source, target, number = element.find("source"), element.find("target"), number_of(element)
    return Disk(
        target=target.get("dev", "") if target is not None else "",
        source=next(iter(source.attrib.values()), "") if source is not None else "",
        number=str(number) if number is not None else "",
        order=order_of(element),
    )


def _text(root: Element, path: str) -> str:
    return (root.findtext(path) or "").strip()
