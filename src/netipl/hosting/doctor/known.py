"""One guest, as the daemon knows it: whether it is one guest with its domain, on one segment, and its plan boots."""

from collections.abc import Iterator

from netipl.errors import MissingError
from netipl.firmware.rules import Severity
from netipl.hosting.doctor.host import Guest, Host, Known, Libvirt
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId


def look(host: Host) -> Iterator[Outcome]:
    """Only where one guest is looked at."""
    if host.only is None:
        return
    subject, known = f"guest {host.only.name}", host.only.known
    if not isinstance(known, Known):
        problem = ProblemId.GUEST_UNKNOWN if isinstance(known, MissingError) else ProblemId.DAEMON_UNREACHABLE
        evidence = "the daemon was asked for the guest and its plan"
        yield wrong(problem, subject, str(known), evidence=evidence, remedy=known.remedy)
    if isinstance(host.libvirt, Libvirt) and not host.guests:
        marks = [str(known.uuid), *map(str, known.macs)] if isinstance(known, Known) else [host.only.name]
        yield wrong(
            ProblemId.NO_DOMAIN,
            subject,
            "no domain for s390x has its UUID or MAC" if isinstance(known, Known) else "no domain has its name",
            evidence=f"the domains of {host.uri}, by {', '.join(marks)}",
        )
    if isinstance(known, Known):
        yield from (_place(subject, known, guest, host) for guest in host.guests if host.runs_guests)
        yield from _plan(subject, known)


def _place(subject: str, known: Known, guest: Guest, host: Host) -> Outcome:
    bridges = [name for each in guest.next.interfaces if (name := host.bridge_of(each))]
    evidence = f"{guest} is on {', '.join(bridges) or 'no bridge'}; network {known.network} is on {known.interface}"
    if known.interface and known.interface not in bridges:
        message = f"{guest} is not on {known.interface}, where netipl serves its network {known.network}"
        return wrong(ProblemId.GUEST_ELSEWHERE, subject, message, evidence=evidence)
    return fine(subject, evidence)


def _plan(subject: str, known: Known) -> Iterator[Outcome]:
    evidence = f"its plan as the daemon has it: {known.purpose or 'nothing'}, {known.files} files"
    if not known.purpose:
        message = "its firmware would be given nothing now"
        yield wrong(ProblemId.PLAN_EMPTY, subject, message, evidence=evidence)
    bad = [each for each in known.findings if each.severity is not Severity.NOTE]
    if known.purpose and not bad:
        yield fine(subject, evidence)
    for each in bad:
        is_error = each.severity is Severity.ERROR
        yield wrong(
            ProblemId.PLAN_BROKEN if is_error else ProblemId.PLAN_DOUBTFUL,
            subject,
            f"{each.message} [{each.rule}]",
            evidence=evidence,
            remedy=each.remedy,
        )
