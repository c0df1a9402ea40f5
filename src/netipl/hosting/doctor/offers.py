"""Who answers a DISCOVER on each segment, and how soon.

Asked as a stranger, so a server that knows its guests only does not answer; no lease is taken.
"""

from collections.abc import Iterable, Iterator

from netipl.errors import UnavailableError
from netipl.firmware.dhcp_client import boot_data
from netipl.hosting.doctor.host import Host, Segment
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId
from netipl.integrations.devices import device
from netipl.integrations.dhcp_probe import PATIENCE, Offer
from netipl.protocols.dhcp4.options import Options
from netipl.wire import printable


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
        yield wrong(
            ProblemId.NOT_LOOKED_AT,
            "DHCP servers",
            str(error),
            evidence=f"a DISCOVER on {', '.join(each.interface for each in host.asked)}",
            remedy=error.remedy,
        )
        return
    for segment in host.asked:
        yield _on(segment, [each for each in offers if each.interface == segment.interface])


def _on(segment: Segment, offers: list[Offer]) -> Outcome:
    """A server on this host sends from the interface itself."""
    evidence = f"a DISCOVER on {segment.interface}: {'; '.join(map(shown, offers)) or 'no answer'}"
    if not offers:
        message = f"a stranger is offered nothing within {PATIENCE:g} seconds"
        return wrong(ProblemId.NO_OFFER, str(segment), message, evidence=evidence)
    here = device(segment.interface)
    ours = [each for each in offers if here is not None and each.mac == here.mac]
    others = [each for each in offers if each not in ours]
    if others and segment.by is not None:
        message = f"{_named(others)} answers too, which is not this host"
    elif len({each.mac for each in offers}) > 1:
        message = f"{_named(offers)} answer"
    elif len({each.message for each in ours}) > 1:
        message = "two servers of this host answer"
    else:
        return fine(str(segment), evidence)
    return wrong(ProblemId.SECOND_DHCP_SERVER, str(segment), message, evidence=evidence)


def _named(offers: Iterable[Offer]) -> str:
    return " and ".join(dict.fromkeys(f"{each.server} ({each.mac})" for each in offers))


def shown(offer: Offer) -> str:
    """In a few words."""
    data = boot_data(offer.message, Options())
    server = f", TFTP server {data.server}" if data.server is not None else ", no TFTP server"
    file = f", boot file {printable(data.file)!r}" if data.file else ", no boot file"
    return f"{offer.server} ({offer.mac}) offers {offer.message.yiaddr}{server}{file} after {offer.after:.2f} s"
