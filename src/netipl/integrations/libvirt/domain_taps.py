"""The taps of running guests, and the networks and bridges they belong to, from the XML of a running domain.

Source: libvirt, formatdomain.html, "Network interfaces".
"""

from dataclasses import dataclass

from netipl.integrations.libvirt.xml_text import parsed

_ON_BRIDGES = frozenset({"network", "bridge"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """One interface of `guest` (its name with libvirt). `network` is empty where it is on a bridge of no network."""

    guest: str
    mac: str
    device: str
    network: str
    bridge: str


def taps(text: str) -> tuple[Tap, ...]:
    """Of a running domain, in the order of its interfaces."""
    domain, found = parsed(text), []
    for interface in domain.findall("devices/interface"):
        source, target, mac = interface.find("source"), interface.find("target"), interface.find("mac")
        device = "" if target is None else target.get("dev", "")
        if interface.get("type") in _ON_BRIDGES and source is not None and device:
            found.append(
                Tap(
                    guest=domain.findtext("name", ""),
                    mac="" if mac is None else mac.get("address", ""),
                    device=device,
                    network=source.get("network", ""),
                    bridge=source.get("bridge", ""),
                )
            )
    return tuple(found)
