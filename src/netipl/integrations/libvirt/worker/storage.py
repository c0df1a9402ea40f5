"""New disks for guests: a volume in a pool of libvirt, by a name that nobody has there yet.

Source: libvirt, formatstorage.html.
"""

from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, SubElement

from netipl.integrations.libvirt.worker.host import Host, Libvirt
from netipl.integrations.libvirt.worker.protocol import Json
from netipl.integrations.libvirt.xml_text import parsed

DEFAULT: Final = "default"
_DIRECTORY: Final = "/var/lib/libvirt/images"
_OF_FILES: Final = frozenset({"dir", "fs", "netfs"})
_BLOCK: Final = 1
"""virStorageVolType."""


def make_volume(host: Host, pool: str, name: str, size: int) -> Json:
    """Of `size` bytes, which take up space as they are written where the pool can: its path, format and type.

    Raises libvirtError.
    """
    found = _pool(host, pool)
    kind = parsed(found.XMLDesc()).get("type")
    is_file = kind in _OF_FILES
    volume = Element("volume")
    SubElement(volume, "name").text = f"{name}.qcow2" if is_file else name
    SubElement(volume, "capacity", unit="bytes").text = str(size)
    if is_file:
        SubElement(SubElement(volume, "target"), "format", type="qcow2")
    made = found.createXML(ET.tostring(volume, encoding="unicode"))
    return {"path": made.path(), "kind": "qcow2" if is_file else "raw", "is_block": made.info()[0] == _BLOCK}


def remove_volume(host: Host, path: str) -> None:
    """One that was just made, and is of no use. Raises libvirtError."""
    host.connection.storageVolLookupByPath(path).delete()


def _pool(host: Host, name: str) -> Libvirt:
    """The one of that name; the host's default one is made where there is none, as the tools of libvirt do."""
    try:
        pool = host.connection.storagePoolLookupByName(name)
    except host.binding.libvirtError as error:
        is_missing = error.get_error_code() == host.binding.VIR_ERR_NO_STORAGE_POOL
        if not is_missing or name != DEFAULT or not is_system(host):
            raise
        pool = host.connection.storagePoolDefineXML(_default())
        pool.build()
        pool.setAutostart(True)
    if not pool.isActive():
        pool.create()
    return pool


def is_system(host: Host) -> bool:
    """Whether it is the libvirt of a whole host, and not of one user."""
    return urlsplit(str(host.connection.getURI())).path == "/system"


def _default() -> str:
    pool = Element("pool", type="dir")
    SubElement(pool, "name").text = DEFAULT
    SubElement(SubElement(pool, "target"), "path").text = _DIRECTORY
    return ET.tostring(pool, encoding="unicode")
