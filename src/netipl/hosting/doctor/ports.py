"""Who has the ports that guests ask on: 67 and 69 of UDP, and that of HTTP."""

from collections.abc import Iterator

from netipl.errors import UnavailableError
from netipl.firmware.rules import Severity
from netipl.firmware.tftp_client import SERVER_PORT as TFTP_PORT
from netipl.hosting.doctor.host import Host, Segment
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId
from netipl.integrations.devices import device
from netipl.integrations.libvirt.network_record import Server
from netipl.integrations.listening import Listener
from netipl.protocols.dhcp4.codes import SERVER_PORT as DHCP_PORT

_DNSMASQ = "dnsmasq"


def look(host: Host) -> Iterator[Outcome]:
    """On every segment, for whoever is to serve it."""
    try:
        held = host.listeners
    except UnavailableError as error:
        yield wrong(ProblemId.NOT_LOOKED_AT, "ports", str(error), evidence="`ss`", remedy=error.remedy)
        return
    for segment in host.segments:
        if segment.by is None:
            continue
        if device(segment.interface) is None:
            yield wrong(
                ProblemId.INTERFACE_MISSING,
                str(segment),
                f"there is no interface {segment.interface}",
                evidence="the interfaces of this host",
            )
            continue
        for protocol, port in _wanted(host, segment):
            there = [each for each in held if _is_asked(each, protocol, port, segment)]
            yield from _judged(segment, protocol, port, there)


def _wanted(host: Host, segment: Segment) -> Iterator[tuple[str, int]]:
    """As the settings have it for netipl; dnsmasq has TFTP where the network has a TFTP root."""
    if segment.by is not Server.NETIPL:
        yield "udp", DHCP_PORT
        if host.networks[segment.name].now.tftp_root is not None:
            yield "udp", TFTP_PORT
        return
    assert host.settings is not None  # it named the segment
    if host.settings.dhcp.enabled or segment.dhcp is not None:
        yield "udp", DHCP_PORT
    if host.settings.tftp.enabled:
        yield "udp", TFTP_PORT
    if host.settings.http.enabled:
        yield "tcp", host.http_port


def _is_asked(listener: Listener, protocol: str, port: int, segment: Segment) -> bool:
    """DHCP comes as a broadcast, all else for our address."""
    if (listener.protocol, listener.port) != (protocol, port):
        return False
    return listener.takes(segment.interface, None if port == DHCP_PORT else segment.server)


def _judged(segment: Segment, protocol: str, port: int, there: list[Listener]) -> Iterator[Outcome]:
    """A program that may be seen by root alone is taken for the right one.

    One that listens everywhere may yet answer on other interfaces alone, as a dnsmasq with several does.
    """
    evidence = f"{protocol} port {port} on {segment.interface}: {', '.join(map(str, there)) or 'nobody'}"
    ours = [each for each in there if each.program is None or _serves(each, segment, port)]
    others = [each for each in there if each not in ours]
    again = "" if segment.by is Server.NETIPL else _restart(segment)
    if others and not (ours and port != DHCP_PORT):
        message = f"{' and '.join(map(str, others))} takes what guests of this network ask"
        doubt = Severity.WARNING if ours and all(each.interface is None for each in others) else None
        remedy = f"stop it; then {again}" if again else ""
        yield wrong(ProblemId.PORT_TAKEN, str(segment), message, evidence=evidence, remedy=remedy, severity=doubt)
    elif ours:
        yield fine(str(segment), evidence)
    else:
        message = f"nobody has {protocol} port {port}"
        yield wrong(ProblemId.NOBODY_SERVES, str(segment), message, evidence=evidence, remedy=again)


def _restart(segment: Segment) -> str:
    return f"`virsh net-destroy {segment.name}` and `virsh net-start {segment.name}`, then `netipl doctor --fix`"


def _serves(listener: Listener, segment: Segment, port: int) -> bool:
    program, by = listener.program, segment.by
    assert program is not None  # by the caller
    if port == DHCP_PORT and segment.dhcp is not None:
        by = segment.dhcp
    return program.is_netipl if by is Server.NETIPL else program.name == _DNSMASQ
