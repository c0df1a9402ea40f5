"""The TFTP server that guests are told of: an address, or in option 66 a name that the DNS server of option 6 knows.

Judged by what is offered on the wire, whoever offers it, as the firmware takes it. Sources: SLOF lib/libnet/dhcp.c and
dns.c; netipl.firmware.dhcp_client.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface

from netipl.errors import NetiplError, UnavailableError
from netipl.firmware.dhcp_client import BootData, boot_data
from netipl.firmware.rules import Severity
from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId
from netipl.integrations import name_query
from netipl.integrations.dhcp_probe import Offer
from netipl.integrations.libvirt.network_record import Server
from netipl.protocols.dhcp4.codes import Option
from netipl.protocols.dhcp4.options import Options
from netipl.wire import printable


def look(host: Host) -> Iterator[Outcome]:
    """Every offer but netipl's own, which tells strangers of no files."""
    try:
        offers = host.offers if host.asked else ()
    except UnavailableError:  # told of by the check of DHCP servers
        return
    ours = {each.server for each in host.asked if each.by is Server.NETIPL}
    for offer in (each for each in offers if each.server not in ours):
        data = boot_data(offer.message, Options())
        yield _named(offer, data) if data.unresolved else _addressed(offer, data)


def _addressed(offer: Offer, data: BootData) -> Outcome:
    subject, evidence = _subject(offer), f"the offer of {offer.server}: TFTP server {data.server or 'none'}"
    if data.server is None:
        return wrong(
            ProblemId.NO_TFTP_SERVER,
            subject,
            "no TFTP server is named, neither as siaddr nor in option 66",
            evidence=evidence,
        )
    if not _is_reached(offer, data):
        return wrong(
            ProblemId.SERVER_OUT_OF_REACH,
            subject,
            f"{data.server} is in another subnet than {data.address}, and no router is sent",
            evidence=evidence,
        )
    return fine(subject, evidence)


def _named(offer: Offer, data: BootData) -> Outcome:
    """With an address in siaddr the firmware takes that where the name is not found."""
    name = printable(offer.message.options.get(Option.TFTP_SERVER_NAME, offer.message.sname).partition(b"\0")[0])
    servers = _name_servers(offer)
    found, words = _looked_up(name, servers[0]) if servers else ((), "no DNS server is sent in option 6")
    evidence = (
        f"the offer of {offer.server}: TFTP server {name!r}, DNS server {servers[0] if servers else 'none'}: {words}"
    )
    if found:
        return fine(_subject(offer), evidence)
    return wrong(
        ProblemId.NAME_UNRESOLVED,
        _subject(offer),
        f"the name {name!r} is not found: {words}",
        evidence=evidence,
        severity=Severity.WARNING if data.server is not None else None,
    )


def _looked_up(name: str, server: IPv4Address) -> tuple[tuple[IPv4Address, ...], str]:
    try:
        found = name_query.addresses(name, server)
    except NetiplError as error:
        return (), str(error)
    return found, ", ".join(map(str, found)) or "it knows no address of that name"


def _name_servers(offer: Offer) -> tuple[IPv4Address, ...]:
    packed = offer.message.options.get(Option.DOMAIN_NAME_SERVER, b"")
    return tuple(IPv4Address(packed[at : at + 4]) for at in range(0, len(packed), 4))


def _is_reached(offer: Offer, data: BootData) -> bool:
    """Without netmask and router the firmware takes every server for a neighbour, which it has to be then."""
    mask = offer.message.options.get(Option.SUBNET_MASK)
    if data.route is not None or data.server is None or mask is None:
        return True
    return data.server in IPv4Interface(f"{data.address}/{IPv4Address(mask)}").network


def _subject(offer: Offer) -> str:
    return f"DHCP server {offer.server}"
