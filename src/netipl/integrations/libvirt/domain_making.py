"""The XML of a new domain for a guest: an s390x machine that boots from the network first, and then from its disk.

Nothing is said that libvirt chooses well by itself, as the emulator and device numbers. Source: libvirt,
formatdomain.html.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from uuid import UUID
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, SubElement

from netipl.ccw import DeviceNumber
from netipl.firmware.versions import Version
from netipl.integrations.libvirt.domain_xml import NETIPL_GUEST
from netipl.integrations.libvirt.xml_text import parsed
from netipl.net import Mac

ARCH: Final = "s390x"
_MACHINE: Final = "s390-ccw-virtio"
_LOGS: Final = PurePosixPath("/var/log/libvirt/qemu")
_VIRTUAL: Final = "0xfe"
"""The channel subsystem of virtio devices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What the host has for s390x: `kind` is kvm, or qemu where QEMU translates; `has_logs` where it keeps consoles."""

    kind: str
    machine: str
    """The machine type that its QEMU's default stands for, which names the version; empty where it is not told."""
    has_logs: bool

    @property
    def version(self) -> Version | None:
        """Of its QEMU, and so of the firmware that every domain there has, whatever its machine type is."""
        return Version.parse(self.machine)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskWanted:
    """The file or block device at `path`, in the format `kind`; `number` is the guest's name for it, None any."""

    path: str
    kind: str
    is_block: bool = False
    number: DeviceNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Of a new domain. It hangs on the libvirt network `network`, or else on the bridge of this host `bridge`."""

    name: str
    uuid: UUID
    mac: Mac
    network: str = ""
    bridge: str = ""
    memory: int
    """MiB."""
    cpus: int
    cpu: str | None = None
    """The model, as QEMU names it."""
    disk: DiskWanted | None = None


def host(capabilities: str, *, is_system: bool) -> Host | None:
    """From the capabilities that libvirt tells; None where it has no QEMU for s390x."""
    arch = parsed(capabilities).find(f"guest/arch[@name='{ARCH}']")
    if arch is None:
        return None
    kinds = {each.get("type") for each in arch.iterfind("domain")}
    machines = (each.get("canonical", "") for each in arch.iterfind("machine") if each.text == _MACHINE)
    return Host(kind="kvm" if "kvm" in kinds else "qemu", machine=next(machines, ""), has_logs=is_system)


def domain(wanted: Wanted, on: Host) -> str:
    """The text to be defined."""
    root = Element("domain", type=on.kind)
    _said(root, "name", wanted.name)
    _said(root, "uuid", str(wanted.uuid))
    metadata = SubElement(root, "metadata")
    SubElement(metadata, f"{{{NETIPL_GUEST}}}guest", name=wanted.name)
    _said(root, "memory", str(wanted.memory), unit="MiB")
    _said(root, "vcpu", str(wanted.cpus))
    _said(SubElement(root, "os"), "type", "hvm", arch=ARCH, machine=_MACHINE)
    _add_cpu(root, wanted, on)
    for event, what in (("on_poweroff", "destroy"), ("on_reboot", "restart"), ("on_crash", "destroy")):
        _said(root, event, what)  # a guest that reboots goes on, as an installer's end and the way to the disk need it
    devices = SubElement(root, "devices")
    _add_interface(devices, wanted)
    if wanted.disk is not None:
        _add_disk(devices, wanted.disk)
    _add_console(devices, wanted.name, on)
    random = SubElement(devices, "rng", model="virtio")
    _said(random, "backend", "/dev/urandom", model="random")
    ET.register_namespace("netipl", NETIPL_GUEST)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _add_cpu(root: Element, wanted: Wanted, on: Host) -> None:
    """The model that is wanted; else the host's, or where QEMU translates all that it can do."""
    if wanted.cpu is not None:
        cpu = SubElement(root, "cpu", mode="custom", match="exact")
        _said(cpu, "model", wanted.cpu, fallback="allow")
    else:
        SubElement(root, "cpu", mode="host-model" if on.kind == "kvm" else "maximum")


def _add_interface(devices: Element, wanted: Wanted) -> None:
    kind, source = ("network", wanted.network) if wanted.network else ("bridge", wanted.bridge)
    interface = SubElement(devices, "interface", type=kind)
    SubElement(interface, "mac", address=str(wanted.mac))
    SubElement(interface, "source", {kind: source})
    SubElement(interface, "model", type="virtio")
    SubElement(interface, "boot", order="1")


def _add_disk(devices: Element, wanted: DiskWanted) -> None:
    disk = SubElement(devices, "disk", type="block" if wanted.is_block else "file", device="disk")
    SubElement(disk, "driver", name="qemu", type=wanted.kind)
    SubElement(disk, "source", {"dev" if wanted.is_block else "file": wanted.path})
    SubElement(disk, "target", dev="vda", bus="virtio")
    SubElement(disk, "boot", order="2")
    if (number := wanted.number) is not None:
        place = {"ssid": f"0x{number.subchannel_set:x}", "devno": f"0x{number.number:04x}"}
        SubElement(disk, "address", {"type": "ccw", "cssid": _VIRTUAL, **place})


def _add_console(devices: Element, name: str, on: Host) -> None:
    console = SubElement(devices, "console", type="pty")
    SubElement(console, "target", type="sclp", port="0")
    if on.has_logs:
        SubElement(console, "log", file=str(_LOGS / f"{name}-console.log"), append="on")


def _said(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = text
