"""What the XML of a domain says that may keep it from booting over the network; and the emulators of a host.

What netipl itself changes is in domain_xml.py. Sources: libvirt, formatdomain.html (OS booting, network interfaces,
memory) and formatcaps.html.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID
from xml.etree.ElementTree import Element

from netipl.errors import UnavailableError, UsageError
from netipl.integrations.libvirt.domain_xml import MARK, is_disk, mac_of, order_of
from netipl.integrations.libvirt.xml_text import parsed
from netipl.net import Mac

S390X: Final = "s390x"
_KIB: Final = 1024
"""libvirt prints the memory of a domain in KiB, whatever unit was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """`<interface>`: `kind` is its type, `source` the network, bridge or device that it is attached to."""

    kind: str
    source: str
    bridge: str
    """Of type bridge, and of a network as long as the domain runs."""
    mac: Mac | None
    """None until libvirt has given it one."""
    model: str
    target: str
    """The tap, as long as the domain runs."""
    order: int
    """0 is none."""
    is_on_ccw: bool
    is_up: bool
    virtualport: str

    def __str__(self) -> str:
        return f"interface {self.mac}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """`boots_by` is `<boot dev>` in order, `disk_orders` the orders of disks; memory is in bytes."""

    name: str
    uuid: UUID
    architecture: str
    emulator: Path | None
    memory: int
    boots_by: tuple[str, ...]
    disk_orders: tuple[int, ...]
    interfaces: tuple[Interface, ...]
    on_reboot: str
    on_crash: str
    is_of_netipl: bool
    """It has our mark: its boot order follows its builds."""

    @property
    def boots_from_network(self) -> bool:
        """Whether it tries the network at all."""
        return "network" in self.boots_by or any(each.order for each in self.interfaces)

    @property
    def boots_disk_first(self) -> bool:
        """Whether it tries something else before the network."""
        if "network" in self.boots_by:
            return self.boots_by[0] != "network"
        orders = [each.order for each in self.interfaces if each.order]
        return bool(orders and self.disk_orders) and min(self.disk_orders) < min(orders)

    @property
    def booted_from(self) -> tuple[Interface, ...]:
        """The interfaces that the firmware is told of: those with an order, or the first one by `<boot dev>`."""
        if "network" in self.boots_by:
            return self.interfaces[:1]
        return tuple(each for each in self.interfaces if each.order)


def domain(text: str) -> Domain:
    """Of the XML that libvirt prints. Raises UnavailableError for what has another form."""
    root = parsed(text)
    try:
        return Domain(
            name=_text(root, "name"),
            uuid=UUID(_text(root, "uuid")),
            architecture=_attribute(root, "os/type", "arch"),
            emulator=Path(path) if (path := _text(root, "devices/emulator")) else None,
            memory=int(_text(root, "memory") or 0) * _KIB,
            boots_by=tuple(each.get("dev", "") for each in root.findall("os/boot")),
            disk_orders=tuple(
                order for each in root.iterfind("devices/disk") if is_disk(each) and (order := order_of(each))
            ),
            interfaces=tuple(map(_interface, root.findall("devices/interface"))),
            on_reboot=_text(root, "on_reboot") or "restart",
            on_crash=_text(root, "on_crash") or "destroy",
            is_of_netipl=root.find(MARK) is not None,
        )
    except (ValueError, UsageError) as error:
        raise UnavailableError(f"libvirt describes a domain in a form that is not known here: {error}") from error


def emulators(text: str) -> tuple[Path, ...]:
    """The programs that run s390x guests there, by the XML of the host's capabilities."""
    architectures = (each for each in parsed(text).findall("guest/arch") if each.get("name") == S390X)
    return tuple(dict.fromkeys(Path(path) for each in architectures if (path := _text(each, "emulator"))))


def _interface(element: Element) -> Interface:
    source = element.find("source")
    attributes = source.attrib if source is not None else {}
    return Interface(
        kind=element.get("type", ""),
        source=attributes.get("network") or attributes.get("bridge") or attributes.get("dev") or "",
        bridge=attributes.get("bridge", ""),
        mac=mac_of(element),
        model=_attribute(element, "model", "type"),
        target=_attribute(element, "target", "dev"),
        order=order_of(element),
        is_on_ccw=_attribute(element, "address", "type") in ("", "ccw"),
        is_up=_attribute(element, "link", "state") != "down",
        virtualport=_attribute(element, "virtualport", "type"),
    )


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _attribute(element: Element, path: str, name: str) -> str:
    found = element.find(path)
    return found.get(name, "") if found is not None else ""
