"""What the interfaces of guests hang on: whether whoever serves can be reached that way.

Bridges that libvirt makes are the business of the check of networks. Sources: libvirt's formatdomain (network
interfaces) and formatnetwork; Linux, Documentation/networking for macvtap.
"""

from collections.abc import Iterator

from netipl.errors import UnavailableError
from netipl.firmware.rules import Severity
from netipl.hosting.doctor.host import Guest, Host, Segment
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId
from netipl.hosting.doctor.put_back import PutBack
from netipl.integrations import openvswitch
from netipl.integrations.bridges import bridges
from netipl.integrations.devices import device
from netipl.integrations.libvirt.domain_boot import Interface

_OPEN_VSWITCH = "openvswitch"


def look(host: Host) -> Iterator[Outcome]:
    """Each interface of each domain: where it will be attached, and where the running one is."""
    for guest in host.guests:
        for interface in guest.next.interfaces:
            yield from _attached(guest, interface, host)
        for interface in guest.now.interfaces if guest.now is not None and host.runs_guests else ():
            yield from _tap(guest, interface, host)


def _attached(guest: Guest, interface: Interface, host: Host) -> Iterator[Outcome]:
    match interface.kind:
        case "direct":
            yield _macvtap(guest, interface, host)
        case "user":
            evidence, message = f"{interface}: type user", "its network is QEMU's own"
            yield wrong(ProblemId.USER_NETWORK, str(guest), message, evidence=evidence)
        case "bridge":
            yield _bridge(guest, interface, host)
        case "network":
            yield _network(guest, interface, host)


def _network(guest: Guest, interface: Interface, host: Host) -> Outcome:
    evidence = f"{interface} is in network {interface.source}"
    if interface.source not in host.networks:
        message = f"there is no network {interface.source}"
        return wrong(ProblemId.NETWORK_MISSING, str(guest), message, evidence=evidence)
    return fine(str(guest), evidence)


def _macvtap(guest: Guest, interface: Interface, host: Host) -> Outcome:
    """Another machine may serve it; but not what listens on the same device here."""
    served = {each.interface for each in host.segments}
    return wrong(
        ProblemId.MACVTAP,
        str(guest),
        "what it sends leaves by the device's cable, and never reaches this host",
        evidence=f"{interface} is a macvtap on {interface.source}",
        severity=None if interface.source in served else Severity.WARNING,
    )


def _bridge(guest: Guest, interface: Interface, host: Host) -> Outcome:
    """Of Linux or of Open vSwitch; it may also be one that libvirt has made for a network."""
    name, subject = interface.source, str(guest)
    if not host.runs_guests:
        return _elsewhere(guest, interface, host)
    there = device(name)
    segment = next((each for each in host.segments if each.interface == name), None)
    evidence = f"{interface} is attached to {name}, {_serving(segment)}"
    if there is None:
        return wrong(ProblemId.BRIDGE_MISSING, subject, f"there is no device {name}", evidence=evidence)
    is_switch = not there.is_bridge and openvswitch.is_bridge(name)
    if is_switch and interface.virtualport != _OPEN_VSWITCH:
        message = f"{name} is a bridge of Open vSwitch, and the interface has no <virtualport>"
        return wrong(ProblemId.OPEN_VSWITCH_PORT, subject, message, evidence=evidence)
    if segment is not None and segment.by is not None:
        return fine(subject, evidence)
    if is_switch:
        message = f"{name} is a bridge of Open vSwitch"
        return wrong(ProblemId.OPEN_VSWITCH, subject, message, evidence=evidence)
    return wrong(ProblemId.EXTERNAL_BRIDGE, subject, f"{name} is no bridge of libvirt's", evidence=evidence)


def _elsewhere(guest: Guest, interface: Interface, host: Host) -> Outcome:
    message = f"the bridge {interface.source} is one of another host"
    remedy, evidence = "run `netipl doctor` there", f"libvirt is at {host.uri}"
    return wrong(ProblemId.NOT_LOOKED_AT, str(guest), message, evidence=evidence, remedy=remedy)


def _serving(segment: Segment | None) -> str:
    by = segment.by if segment is not None else None
    return f"which {by} serves as {segment}" if by is not None else "which nothing on this host is told to serve"


def _tap(guest: Guest, interface: Interface, host: Host) -> Iterator[Outcome]:
    """Of Open vSwitch the tap has no bridge of Linux."""
    wanted = host.bridge_of(interface)
    is_looked_at = wanted in {each.now.bridge for each in host.booted_over if each.now.has_own_bridge}
    if is_looked_at or not interface.target or bridges.bridge(wanted) is None:
        return
    try:
        found = bridges.master(interface.target)
    except UnavailableError:  # it ended while it was looked at
        return
    evidence = f"tap {interface.target} of {interface} is on {found or 'no bridge'}, and belongs on {wanted}"
    if found is not None:
        yield fine(str(guest), evidence)
        return
    yield wrong(
        ProblemId.TAP_WITHOUT_BRIDGE,
        str(guest),
        f"its tap {interface.target} is on no bridge",
        evidence=evidence,
        remedy=f"`ip link set {interface.target} master {wanted}`, or --fix",
        repair=PutBack(tap=interface.target, bridge=wanted),
    )
