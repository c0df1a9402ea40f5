"""Gives libvirt's dnsmasq the names of guests on a bridge, while that network runs."""

from collections.abc import Mapping

from netipl.integrations.libvirt.network_names import updates
from netipl.integrations.libvirt.worker.host import Host
from netipl.integrations.libvirt.xml_text import parsed


def name_guests(host: Host, bridge: str, names: Mapping[str, str], known: Mapping[str, list[str]]) -> int:
    """How many names have come or gone; none where netipl serves no running network with that bridge."""
    binding = host.binding
    changed = 0
    for network in host.connection.listAllNetworks(binding.VIR_CONNECT_LIST_NETWORKS_ACTIVE):
        running = network.XMLDesc()
        device = parsed(running).find("bridge")
        if device is None or device.get("name") != bridge:
            continue
        defined = network.XMLDesc(binding.VIR_NETWORK_XML_INACTIVE) if network.isPersistent() else running
        for update in updates(running, defined, names, known):
            command = getattr(binding, f"VIR_NETWORK_UPDATE_COMMAND_{update.command}" + _LAST[update.command])
            live = binding.VIR_NETWORK_UPDATE_AFFECT_LIVE
            network.update(command, binding.VIR_NETWORK_SECTION_DNS_HOST, -1, update.host, live)
            changed += 1
    return changed


_LAST = {"ADD": "_LAST", "DELETE": ""}
