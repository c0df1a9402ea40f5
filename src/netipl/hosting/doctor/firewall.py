"""Whether the firewall lets guests ask on each segment, and be answered."""

from collections.abc import Iterator

from netipl.errors import UnavailableError
from netipl.hosting.doctor.host import Host, Segment
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId
from netipl.integrations.firewall.access import DHCP, TFTP, Access, Service
from netipl.integrations.firewall.firewall import opening
from netipl.integrations.libvirt.network_record import Server


def look(host: Host) -> Iterator[Outcome]:
    """For the services of whoever serves there."""
    for segment in host.segments:
        if segment.by is None or segment.address is None:
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
            yield wrong(
                ProblemId.NOT_LOOKED_AT,
                str(segment),
                str(error),
                evidence=f"the rules for {segment.interface}",
                remedy=error.remedy,
            )


def _services(host: Host, segment: Segment) -> Iterator[Service]:
    yield DHCP
    if segment.by is Server.NETIPL or host.networks[segment.name].now.tftp_root is not None:
        yield TFTP
    if segment.by is Server.NETIPL:
        yield Service("HTTP", "tcp", host.http_port)


def _judged(segment: Segment, access: Access) -> Outcome:
    found = opening(access)
    asked = ", ".join(f"{each.name} ({each.protocol} {each.port})" for each in access.services)
    evidence = f"the rules of nftables, iptables and firewalld for {asked} on {segment.interface}"
    if not found.refusals:
        return fine(str(segment), f"{evidence}: nothing refuses them")
    return wrong(
        ProblemId.FIREWALL_CLOSED,
        str(segment),
        "; ".join(map(str, found.refusals)),
        evidence=evidence,
        remedy="; ".join(f"`{each}`" for each in found.commands),
    )
