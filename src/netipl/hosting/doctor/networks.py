"""The networks of libvirt that guests boot over: what `netipl network check` says of each, with what repairs it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from netipl.errors import NetiplError
from netipl.firmware.rules import Severity
from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome, fine
from netipl.hosting.networks import checking, tftp_root
from netipl.hosting.networks.checking import Finding
from netipl.hosting.networks.problems import Problem
from netipl.hosting.networks.situation import Situation
from netipl.hosting.networks.step import Step

_IF_ANY = "there is none yet; one here"


def look(host: Host) -> Iterator[Outcome]:
    """Those that a guest is on, or that somebody has made for boots; before there is a guest, what it would find."""
    for situation in host.booted_over:
        findings = list(checking.check(situation, host.settings))
        yield from (_outcome(each, situation) for each in findings)
        if not findings:
            yield fine(f"network {situation.name}", _words(situation))
    for situation in host.free:
        for each in checking.check(situation, host.settings):
            yield replace(_outcome(each, situation), severity=Severity.NOTE, guest=f"{_IF_ANY} {each.guest}")


def _outcome(finding: Finding, situation: Situation) -> Outcome:
    return Outcome(
        subject=f"network {finding.network}",
        evidence=finding.evidence,
        problem=finding.problem,
        severity=finding.severity,
        message=finding.message,
        guest=finding.guest,
        remedy=finding.remedy,
        repair=finding.repair or _repair(finding, situation),
    )


def _repair(finding: Finding, situation: Situation) -> Step | None:
    """Of a TFTP root: whoever is on the network may read all of it, so nothing is opened that is not open to them."""
    root = situation.now.tftp_root
    if root is None:
        return None
    if finding.problem is Problem.ROOT_MISSING:
        return tftp_root.MakeRoot(root) if not root.exists() else None
    return _opened(root, situation) if finding.problem is Problem.ROOT_DENIED else None


def _opened(root: Path, situation: Situation) -> Step | None:
    try:
        return tftp_root.opened(root, situation.dnsmasq_user, situation.now.boot_file or "/")
    except NetiplError:  # in somebody's home, or not to be read by the caller
        return None


def _words(situation: Situation) -> str:
    facts = situation.now
    served = f"served by {facts.server}" if facts.server is not None else "not changed by netipl"
    return f"on bridge {facts.bridge}, {served}, TFTP root {facts.tftp_root or 'none'}"
