"""Whether libvirt is reached, and the networks that its guests need are there and active."""

from collections.abc import Iterator

from netipl.errors import UnavailableError
from netipl.firmware.rules import Severity
from netipl.hosting.doctor.host import Guest, Host
from netipl.hosting.doctor.outcome import Outcome, fine
from netipl.hosting.doctor.problems import ProblemId


def look(host: Host) -> Iterator[Outcome]:
    """One that is not there is worse where the settings name it."""
    seen = host.libvirt
    if isinstance(seen, UnavailableError):
        is_meant = host.settings is not None and host.settings.file.libvirt is not None
        yield Outcome(
            subject="libvirt",
            evidence=f"a read-only connection to {host.uri}",
            problem=ProblemId.LIBVIRT_UNREACHABLE,
            message=str(seen),
            remedy=seen.remedy,
            severity=Severity.ERROR if is_meant else None,
        )
        return
    active = sum(each.is_active for each in host.networks.values())
    networks = f"{len(host.networks)} networks ({active} active)"
    yield fine("libvirt", f"{seen.uri}, version {seen.version}: {networks}, {len(host.guests)} domains for s390x")
    for guest in host.guests:
        yield from _networks_of(guest, host)


def _networks_of(guest: Guest, host: Host) -> Iterator[Outcome]:
    for interface in guest.next.interfaces:
        if interface.kind != "network":
            continue
        network = host.networks.get(interface.source)
        evidence = f"{interface} is in network {interface.source}"
        if network is None:
            message = f"there is no network {interface.source}"
            yield Outcome(subject=str(guest), evidence=evidence, problem=ProblemId.NETWORK_MISSING, message=message)
        elif not network.is_active:
            message = f"network {interface.source} is not active"
            remedy = f"`virsh net-start {interface.source}`, and `virsh net-autostart {interface.source}` for later"
            problem = ProblemId.NETWORK_INACTIVE
            yield Outcome(subject=str(guest), evidence=evidence, problem=problem, message=message, remedy=remedy)
        else:
            yield fine(str(guest), f"{evidence}, which is active")
