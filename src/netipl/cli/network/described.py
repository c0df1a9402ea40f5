"""A network in words and as JSON."""

from typing import Any

from netipl.hosting.networks.situation import Situation
from netipl.integrations.libvirt.network_record import Server
from netipl.integrations.libvirt.network_xml import NetworkFacts


def served_by(network: NetworkFacts) -> str:
    """Who serves boots, and since when netipl has to do with it."""
    if network.server is Server.NETIPL:
        return "netipl"
    if not network.has_own_bridge:
        return "not by libvirt"
    if network.boot_server:
        return f"TFTP server {network.boot_server}"
    if network.tftp_root is None:
        return "no"
    return "dnsmasq" if network.server is None else "dnsmasq, by netipl"


def described(situation: Situation) -> dict[str, Any]:  # Any: JSON
    """All that is known of it."""
    now = situation.now
    return {
        "name": now.name,
        "uuid": str(now.uuid),
        "active": situation.running_xml is not None,
        "autostart": situation.starts_by_itself,
        "mode": now.mode,
        "bridge": now.bridge,
        "address": str(now.interface) if now.interface is not None else None,
        "server": now.server.value if now.server is not None else None,
        "boots": served_by(now),
        "stp": situation.bridge.stp if situation.bridge is not None else now.stp,
        "tftp_root": str(now.tftp_root) if now.tftp_root is not None else None,
        "boot_file": now.boot_file,
        "boot_server": now.boot_server or None,
        "ranges": [str(each) for each in now.ranges],
        "hosts": [{"mac": str(each.mac or ""), "name": each.name, "address": str(each.address)} for each in now.hosts],
        "options": list(now.options),
        "taps": [{"guest": each.guest, "device": each.device, "mac": each.mac} for each in situation.taps],
        "without_bridge": [each.device for each in situation.lost],
        "changed_since_start": list(situation.differs),
    }
