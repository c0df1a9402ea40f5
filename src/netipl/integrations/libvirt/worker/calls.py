"""What the worker does for the daemon with libvirt: one function for each call, run in a thread; a table finds it."""

from collections.abc import Callable, Mapping
from typing import Final
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from netipl.ccw import DeviceNumber
from netipl.errors import UsageError
from netipl.integrations.libvirt.domain_edits import boots_from
from netipl.integrations.libvirt.domain_xml import NETIPL_GUEST, BootsFrom
from netipl.integrations.libvirt.worker import hosts
from netipl.integrations.libvirt.worker.host import Host, Libvirt
from netipl.integrations.libvirt.worker.naming import name_guests
from netipl.integrations.libvirt.worker.protocol import Call, Json
from netipl.integrations.libvirt.worker.records import record, records
from netipl.integrations.libvirt.worker.storage import is_system, make_volume, remove_volume
from netipl.integrations.libvirt.xml_text import parsed
from netipl.net import Mac

Arguments = Mapping[str, Json]
Handler = Callable[[Host, Arguments], Json]
"""Raises libvirtError and NetiplError."""


def _capabilities(host: Host, _: Arguments) -> Json:
    return {"xml": host.connection.getCapabilities(), "is_system": is_system(host)}


def _domains(host: Host, _: Arguments) -> Json:
    return records(host.binding, host.connection.listAllDomains())


def _domain(host: Host, arguments: Arguments) -> Json:
    return record(host.binding, _of(host, arguments))


def _define(host: Host, arguments: Arguments) -> Json:
    return record(
        host.binding, host.connection.defineXMLFlags(arguments["xml"], host.binding.VIR_DOMAIN_DEFINE_VALIDATE)
    )


def _undefine(host: Host, arguments: Arguments) -> Json:
    _of(host, arguments).undefine()


def _start(host: Host, arguments: Arguments) -> Json:
    domain = _of(host, arguments)
    if not host.paused:
        domain.create()
        return
    domain.createWithFlags(host.binding.VIR_DOMAIN_START_PAUSED)
    _begun(host, domain)


def _resume(host: Host, arguments: Arguments) -> Json:
    _begun(host, _of(host, arguments))


def _begun(host: Host, domain: Libvirt) -> None:
    """It runs then, whatever becomes of those who want to know."""
    try:
        for paused in host.paused:
            paused(domain)
    finally:
        domain.resume()


def _destroy(host: Host, arguments: Arguments) -> Json:
    domain = _of(host, arguments)
    if domain.isActive():
        domain.destroy()


def _shutdown(host: Host, arguments: Arguments) -> Json:
    _of(host, arguments).shutdown()


def _reset(host: Host, arguments: Arguments) -> Json:
    _of(host, arguments).reset()


def _mark(host: Host, arguments: Arguments) -> Json:
    """The domain as it is kept, and as it runs; a running one that nobody keeps has only that."""
    binding, domain = host.binding, _of(host, arguments)
    name = arguments["name"]
    mark = ET.tostring(Element("guest", name=name), encoding="unicode") if name else None
    flags = binding.VIR_DOMAIN_AFFECT_CONFIG if domain.isPersistent() else 0
    flags |= binding.VIR_DOMAIN_AFFECT_LIVE if domain.isActive() else 0
    domain.setMetadata(binding.VIR_DOMAIN_METADATA_ELEMENT, mark, "netipl", NETIPL_GUEST, flags)
    return record(binding, domain)


def _boots_from(host: Host, arguments: Arguments) -> Json:
    """With its secrets, which are never told to the daemon."""
    binding, domain = host.binding, _of(host, arguments)
    before = domain.XMLDesc(binding.VIR_DOMAIN_XML_INACTIVE | binding.VIR_DOMAIN_XML_SECURE)
    after = boots_from(
        before,
        BootsFrom(arguments["first"]),
        macs=[Mac.parse(each) for each in arguments["macs"]],
        disk=DeviceNumber.parse(arguments["disk"]) if arguments["disk"] else None,
    )
    if after != before:
        domain = host.connection.defineXML(after)
    return record(binding, domain)


def _networks(host: Host, _: Arguments) -> Json:
    """Those that have a bridge."""
    found = [(each, parsed(each.XMLDesc()).find("bridge")) for each in host.connection.listAllNetworks()]
    return [
        {"name": each.name(), "bridge": bridge.get("name", ""), "active": bool(each.isActive())}
        for each, bridge in found
        if bridge is not None
    ]


def _name_guests(host: Host, arguments: Arguments) -> Json:
    return name_guests(host, arguments["bridge"], arguments["names"], arguments["known"])


def _make_volume(host: Host, arguments: Arguments) -> Json:
    return make_volume(host, arguments["pool"], arguments["name"], arguments["bytes"])


def _remove_volume(host: Host, arguments: Arguments) -> Json:
    remove_volume(host, arguments["path"])


def _of(host: Host, arguments: Arguments) -> Libvirt:
    uuid = arguments.get("uuid")
    if not isinstance(uuid, str):
        raise UsageError("which domain?")
    return host.connection.lookupByUUIDString(uuid)


HANDLERS: Final[Mapping[Call, Handler]] = {
    Call.CAPABILITIES: _capabilities,
    Call.DOMAINS: _domains,
    Call.DOMAIN: _domain,
    Call.DEFINE: _define,
    Call.UNDEFINE: _undefine,
    Call.START: _start,
    Call.RESUME: _resume,
    Call.DESTROY: _destroy,
    Call.SHUTDOWN: _shutdown,
    Call.RESET: _reset,
    Call.MARK: _mark,
    Call.BOOTS_FROM: _boots_from,
    Call.NETWORK: hosts.network,
    Call.ADD_HOST: hosts.add_host,
    Call.REMOVE_HOSTS: hosts.remove_hosts,
    Call.NETWORKS: _networks,
    Call.NAME_GUESTS: _name_guests,
    Call.MAKE_VOLUME: _make_volume,
    Call.REMOVE_VOLUME: _remove_volume,
}
