"""What the interfaces of guests hang on: whether whoever serves on this host can be reached that way.

Sources: libvirt's formatdomain (network interfaces) and formatnetwork; Linux, Documentation/networking for macvtap.
"""

from collections.abc import Iterator

from netipl.errors import UnavailableError
from netipl.firmware.rules import Severity
from netipl.hosting.doctor.host import Guest, Host
from netipl.hosting.doctor.outcome import Outcome, fine
from netipl.hosting.doctor.problems import ProblemId
from netipl.hosting.doctor.put_back import PutBack
from netipl.integrations import bridges, openvswitch
from netipl.integrations.devices import device
from netipl.integrations.libvirt.domain_boot import Interface

_OPEN_VSWITCH = "openvswitch"


def look(host: Host) -> Iterator[Outcome]:
    """Each interface of each domain: where it will be attached, and where the running one is."""
    for guest in host.guests:
        for interface in guest.next.interfaces:
            yield from _attached(guest, interface, host)
        for interface in guest.now.interfaces if guest.now is not None else ():
            yield from _tap(guest, interface, host)


def _attached(guest: Guest, interface: Interface, host: Host) -> Iterator[Outcome]:
    match interface.kind:
        case "direct":
            yield _macvtap(guest, interface, interface.source, host)
        case "user":
            message = "its network is QEMU's own"
            evidence, problem = f"{interface}: type user", ProblemId.USER_NETWORK
            yield Outcome(subject=str(guest), evidence=evidence, problem=problem, message=message)
        case "bridge":
            yield from _bridge(guest, interface, interface.source, interface.virtualport, host)
        case "network":
            network = host.networks.get(interface.source)
            if network is None:  # told of by the check of libvirt
                return
            facts = network.facts
            if facts.is_macvtap:
                yield _macvtap(guest, interface, facts.device, host)
            elif not facts.has_own_bridge:
                switch = _OPEN_VSWITCH if facts.open_vswitch else interface.virtualport
                yield from _bridge(guest, interface, facts.bridge, switch, host)


def _macvtap(guest: Guest, interface: Interface, on: str, host: Host) -> Outcome:
    """Another machine may serve it; but not what listens on the same device here."""
    served = {each.interface for each in host.segments}
    return Outcome(
        subject=str(guest),
        evidence=f"{interface} is a macvtap on {on or 'a device of a pool'}",
        problem=ProblemId.MACVTAP,
        message="what it sends leaves by the device's cable, and never reaches this host",
        severity=None if on in served else Severity.WARNING,
    )


def _bridge(guest: Guest, interface: Interface, name: str, switch: str, host: Host) -> Iterator[Outcome]:
    """A bridge that libvirt has not made, of Linux or of Open vSwitch."""
    subject, evidence = str(guest), f"{interface} is attached to {name or 'no bridge'}"
    there = device(name)
    if there is None:
        message = f"there is no device {name}"
        yield Outcome(subject=subject, evidence=evidence, problem=ProblemId.BRIDGE_MISSING, message=message)
        return
    is_switch = not there.is_bridge and openvswitch.is_bridge(name)
    served = next((each for each in host.segments if each.interface == name), None)
    by = f"{served} serves it" if served is not None else "nobody here serves it"
    if is_switch and switch != _OPEN_VSWITCH:
        message = f"{name} is a bridge of Open vSwitch, and the interface has no <virtualport>"
        yield Outcome(
            subject=subject,
            evidence=f"{evidence}, virtualport {switch or 'none'}",
            problem=ProblemId.OPEN_VSWITCH_PORT,
            message=message,
        )
    elif served is not None:
        yield fine(subject, f"{evidence}, and {by}")
    else:
        problem = ProblemId.OPEN_VSWITCH if is_switch else ProblemId.EXTERNAL_BRIDGE
        message = f"{name} is a bridge of {'Open vSwitch' if is_switch else 'somebody else than libvirt'}"
        yield Outcome(subject=subject, evidence=f"{evidence}; {by}", problem=problem, message=message)


def _tap(guest: Guest, interface: Interface, host: Host) -> Iterator[Outcome]:
    """Of Open vSwitch the tap has no bridge of Linux."""
    wanted = host.bridge_of(interface)
    if interface.kind not in {"network", "bridge"} or not wanted or interface.virtualport == _OPEN_VSWITCH:
        return
    try:
        found = bridges.master(interface.target)
    except UnavailableError:  # it ended while it was looked at
        return
    evidence = f"tap {interface.target} of {interface}: on {found or 'no bridge'}, and belongs on {wanted}"
    if found is None:
        is_there = bridges.bridge(wanted) is not None
        yield Outcome(
            subject=str(guest),
            evidence=evidence,
            problem=ProblemId.TAP_WITHOUT_BRIDGE,
            message=f"its tap {interface.target} is on no bridge",
            remedy=f"`ip link set {interface.target} master {wanted}`, or --fix",
            repair=PutBack(tap=interface.target, bridge=wanted) if is_there else None,
        )
    else:
        yield fine(str(guest), evidence)
