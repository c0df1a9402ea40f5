"""The one thing that netipl changes in the XML of a domain that others may have made: what it boots from first.

Only the places of the guest's own interface and disk change; all other devices keep their order behind them, and all
else stays as it is. Orders of devices take the place of `<os><boot>`, since libvirt does not take both.
"""

import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from io import StringIO
from typing import Final
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, SubElement

from netipl.ccw import DeviceNumber
from netipl.integrations.libvirt.domain_xml import BootsFrom, is_disk, mac_of, number_of, order_of
from netipl.net import Mac

_METADATA: Final = re.compile(r"<metadata\b.*</metadata>", re.DOTALL)
_BEHIND: Final = 1 << 20
"""The place of a device that had none."""


def boots_from(text: str, first: BootsFrom, *, macs: Collection[Mac], disk: DeviceNumber | None) -> str:
    """`text` of a domain that tries the network `first`, or else its disk, and then the other.

    Its interface is the one of `macs`, its disk that of that number; else the first ones. The same text where nothing
    is to be changed.
    """
    root = ET.fromstring(text)  # noqa: S314 - libvirt's own
    devices = [*root.iterfind("devices/*")]
    interface = _interface([each for each in devices if each.tag == "interface"], macs)
    storage = _disk([each for each in devices if each.tag == "disk" and is_disk(each)], disk)
    own = [interface, storage] if first is BootsFrom.NETWORK else [storage, interface]
    wanted = [each for each in own if each is not None]
    others = sorted((each for each in devices if order_of(each) and each not in wanted), key=order_of)
    orders = [order_of(each) for each in (*wanted, *others)]
    if root.find("os/boot") is None and orders == sorted(orders) and 0 not in orders:
        return text
    _put_in_order(root, (*wanted, *others))
    return _written(root, text)


def _put_in_order(root: Element, devices: Iterable[Element]) -> None:
    for system in root.iterfind("os"):
        for boot in system.findall("boot"):
            system.remove(boot)
    for place, device in enumerate(devices, 1):
        found = device.find("boot")
        boot = SubElement(device, "boot") if found is None else found
        boot.set("order", str(place))


def _interface(interfaces: list[Element], macs: Collection[Mac]) -> Element | None:
    """Of those that are the guest's, the one that came first."""
    own = [each for each in interfaces if mac_of(each) in macs] or interfaces
    return min(own, key=lambda each: order_of(each) or _BEHIND, default=None)


def _disk(disks: list[Element], number: DeviceNumber | None) -> Element | None:
    own = [each for each in disks if number is not None and number_of(each) == number] or disks
    return min(own, key=lambda each: order_of(each) or _BEHIND, default=None)


def _written(root: Element, text: str) -> str:
    """The metadata of others letter by letter, and all else with the prefixes of namespaces that it had."""
    metadata, found = root.find("metadata"), _METADATA.search(text)
    if metadata is not None and found is not None:
        tail = metadata.tail
        metadata.clear()
        metadata.tail = tail
    for _, (prefix, uri) in ET.iterparse(StringIO(text), events=("start-ns",)):  # noqa: S314 - as above
        if prefix:  # a default one would take in all that has none
            with suppress(ValueError):  # ns0 and the like, which it gives itself
                ET.register_namespace(prefix, uri)
    written = ET.tostring(root, encoding="unicode") + "\n"
    return written.replace("<metadata />", found[0], 1) if found is not None else written
