"""Who has the ports that guests ask on: 67 and 69 of UDP, and that of HTTP."""

from collections.abc import Iterator

from netipl.errors import UnavailableError
from netipl.firmware.rules import Severity
from netipl.firmware.tftp_client import SERVER_PORT as TFTP_PORT
from netipl.hosting.doctor.host import Host, Segment
from netipl.hosting.doctor.outcome import Outcome, fine
from netipl.hosting.doctor.problems import ProblemId
from netipl.integrations.devices import device
from netipl.integrations.listening import Listener
from netipl.protocols.dhcp4.codes import SERVER_PORT as DHCP_PORT

_DNSMASQ = "dnsmasq"


def look(host: Host) -> Iterator[Outcome]:
    """On every segment, for whoever is to serve it."""
    try:
        held = host.listeners
    except UnavailableError as error:
        yield Outcome(
            subject="ports", evidence="`ss`", problem=ProblemId.NOT_LOOKED_AT, message=str(error), remedy=error.remedy
        )
        return
    for segment in host.segments:
        if device(segment.interface) is None:
            yield Outcome(
                subject=str(segment),
                evidence="the interfaces of this host",
                problem=ProblemId.INTERFACE_MISSING,
                message=f"there is no interface {segment.interface}",
            )
            continue
        for protocol, port in _wanted(host, segment):
            there = [each for each in held if _is_asked(each, protocol, port, segment)]
            yield from _judged(segment, protocol, port, there)


def _wanted(host: Host, segment: Segment) -> Iterator[tuple[str, int]]:
    """As the settings have it for netipl; dnsmasq has TFTP where the network has a TFTP root."""
    if not segment.by_netipl:
        yield "udp", DHCP_PORT
        if host.networks[segment.name].facts.tftp_root is not None:
            yield "udp", TFTP_PORT
        return
    assert host.settings is not None  # it named the segment
    if host.settings.dhcp.enabled:
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
    """A program that may be seen by root alone is taken for the right one."""
    evidence = f"{protocol} port {port} on {segment.interface}: {', '.join(map(str, there)) or 'nobody'}"
    ours = [each for each in there if each.program is None or _serves(each, segment)]
    others = [each for each in there if each not in ours]
    if others and not (ours and port != DHCP_PORT):
        yield Outcome(
            subject=str(segment),
            evidence=evidence,
            problem=ProblemId.PORT_TAKEN,
            message=f"{' and '.join(map(str, others))} takes what guests of this network ask",
            remedy="" if segment.by_netipl else f"stop it, then `virsh net-destroy {segment.name}` and `net-start` it",
            # one that listens everywhere may yet answer on other interfaces alone, as dnsmasq with several does
            severity=Severity.WARNING if ours and all(each.interface is None for each in others) else None,
        )
    elif ours:
        yield fine(str(segment), evidence)
    else:
        yield Outcome(
            subject=str(segment),
            evidence=evidence,
            problem=ProblemId.NOBODY_SERVES,
            message=f"nobody has {protocol} port {port}",
            remedy="" if segment.by_netipl else f"`virsh net-destroy {segment.name}`, and `net-start` it again",
        )


def _serves(listener: Listener, segment: Segment) -> bool:
    program = listener.program
    assert program is not None  # by the caller
    return program.is_netipl if segment.by_netipl else program.name == _DNSMASQ
