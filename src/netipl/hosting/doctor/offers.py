"""Who answers a DISCOVER on each segment, how soon, and whether a guest could boot with what is offered.

Asked as a stranger, so a server that knows its guests only does not answer; no lease is taken.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from netipl.errors import UnavailableError
from netipl.firmware.dhcp_client import boot_data
from netipl.hosting.doctor.host import Host, Segment
from netipl.hosting.doctor.outcome import Outcome, fine
from netipl.hosting.doctor.problems import ProblemId
from netipl.integrations.devices import device
from netipl.integrations.dhcp_probe import Offer
from netipl.protocols.dhcp4.options import Options
from netipl.wire import printable

SOON_ENOUGH: Final = 2.0
"""Seconds that the firmware waits for an address before it begins anew."""


def look(host: Host) -> Iterator[Outcome]:
    """On every segment that somebody is attached to."""
    for segment in host.segments:
        if segment not in host.asked:
            yield fine(str(segment), f"nothing is attached to {segment.interface}, so nobody was asked there")
    if not host.asked:
        return
    try:
        offers = host.offers
    except UnavailableError as error:
        yield Outcome(
            subject="DHCP servers",
            evidence=f"a DISCOVER on {', '.join(each.interface for each in host.asked)}",
            problem=ProblemId.NOT_LOOKED_AT,
            message=str(error),
            remedy=error.remedy,
        )
        return
    for segment in host.asked:
        yield from _on(segment, [each for each in offers if each.interface == segment.interface])


def _on(segment: Segment, offers: list[Offer]) -> Iterator[Outcome]:
    evidence = f"a DISCOVER on {segment.interface}: {'; '.join(map(shown, offers)) or 'no answer'}"
    if not offers:
        yield Outcome(
            subject=str(segment),
            evidence=evidence,
            problem=ProblemId.NO_OFFER,
            message="a stranger is offered nothing, within 5 seconds",
        )
        return
    here = device(segment.interface)
    ours = [each for each in offers if here is not None and each.mac == here.mac]
    if others := [each for each in offers if each not in ours]:
        yield _second(segment, evidence, f"{_named(others)} answers too, which is not this host")
    elif len({each.message for each in ours}) > 1:
        yield _second(segment, evidence, "two servers of this host answer")
    else:
        yield fine(str(segment), evidence)
    late = [each for each in ours if each.after > SOON_ENOUGH]
    if late:
        yield Outcome(
            subject=str(segment),
            evidence=evidence,
            problem=ProblemId.OFFER_LATE,
            message=f"the offer came after {late[0].after:.1f} seconds: dnsmasq pings an address before it offers it",
        )


def _second(segment: Segment, evidence: str, message: str) -> Outcome:
    return Outcome(subject=str(segment), evidence=evidence, problem=ProblemId.SECOND_DHCP_SERVER, message=message)


def _named(offers: Iterable[Offer]) -> str:
    return " and ".join(dict.fromkeys(f"{each.server} ({each.mac})" for each in offers))


def shown(offer: Offer) -> str:
    """In a few words."""
    data = boot_data(offer.message, Options())
    server = f", TFTP server {data.server}" if data.server is not None else ", no TFTP server"
    file = f", boot file {printable(data.file)!r}" if data.file else ", no boot file"
    return f"{offer.server} ({offer.mac}) offers {offer.message.yiaddr}{server}{file} after {offer.after:.2f} s"
