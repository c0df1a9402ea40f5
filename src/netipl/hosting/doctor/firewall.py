"""Whether the firewall lets guests ask on each segment, and be answered."""

from collections.abc import Iterator

from netipl.errors import UnavailableError
from netipl.hosting.doctor.host import Host, Segment
from netipl.hosting.doctor.outcome import Outcome, fine
from netipl.hosting.doctor.problems import ProblemId
from netipl.integrations.firewall.access import DHCP, TFTP, Access, Service
from netipl.integrations.firewall.firewall import opening


def look(host: Host) -> Iterator[Outcome]:
    """For the services of whoever serves there."""
    for segment in host.segments:
        if segment.address is None:
            continue
        access = Access(
            bridge=segment.interface,
            subnet=segment.address.network,
            server=segment.address.ip,
            services=tuple(_services(host, segment)),
        )
        try:
            yield _judged(segment, access)
        except UnavailableError as error:
            yield Outcome(
                subject=str(segment),
                evidence=f"the rules for {segment.interface}",
                problem=ProblemId.NOT_LOOKED_AT,
                message=str(error),
                remedy=error.remedy,
            )


def _services(host: Host, segment: Segment) -> Iterator[Service]:
    yield DHCP
    if segment.by_netipl or host.networks[segment.name].facts.tftp_root is not None:
        yield TFTP
    if segment.by_netipl:
        yield Service("HTTP", "tcp", host.http_port)


def _judged(segment: Segment, access: Access) -> Outcome:
    found = opening(access)
    asked = ", ".join(f"{each.name} ({each.protocol} {each.port})" for each in access.services)
    evidence = f"the rules of nftables, iptables and firewalld for {asked} on {segment.interface}"
    if not found.refusals:
        return fine(str(segment), f"{evidence}: nothing refuses them")
    return Outcome(
        subject=str(segment),
        evidence=evidence,
        problem=ProblemId.FIREWALL_CLOSED,
        message="; ".join(map(str, found.refusals)),
        remedy="; ".join(f"`{each}`" for each in found.commands),
    )
