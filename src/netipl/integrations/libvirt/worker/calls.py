"""What the worker does for the daemon with libvirt: one function for each call, run in a thread; a table finds it."""

from collections.abc import Callable, Mapping
from typing import Final

from netipl.errors import UsageError
from netipl.integrations.libvirt.worker.host import Host, Libvirt
from netipl.integrations.libvirt.worker.protocol import Call, Json
from netipl.integrations.libvirt.worker.records import record

Arguments = Mapping[str, Json]
Handler = Callable[[Host, Arguments], Json]
"""Raises libvirtError and NetiplError."""


def _capabilities(host: Host, _: Arguments) -> Json:
    return host.connection.getCapabilities()


def _domains(host: Host, _: Arguments) -> Json:
    return [record(host.binding, domain) for domain in host.connection.listAllDomains()]


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


def _networks(host: Host, _: Arguments) -> Json:
    return [{"name": each.name(), "xml": each.XMLDesc()} for each in host.connection.listAllNetworks()]


def _volume(host: Host, arguments: Arguments) -> Json:
    pool = host.connection.storagePoolLookupByName(arguments["pool"])
    return pool.createXML(arguments["xml"]).path()


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
    Call.DESTROY: _destroy,
    Call.SHUTDOWN: _shutdown,
    Call.RESET: _reset,
    Call.NETWORKS: _networks,
    Call.VOLUME: _volume,
}
