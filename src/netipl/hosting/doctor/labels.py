"""Whether SELinux lets dnsmasq read the TFTP roots that it serves; rights are the business of the check of networks.

Source: netipl.integrations.selinux.
"""

from collections.abc import Iterator
from pathlib import Path

from netipl.firmware.rules import Severity
from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId
from netipl.integrations import selinux
from netipl.wire import printable


def look(host: Host) -> Iterator[Outcome]:
    """Only where SELinux has a policy."""
    roots = (each.now.tftp_root for each in host.booted_over) if host.runs_guests and selinux.is_here() else ()
    for root in dict.fromkeys(roots):
        if root is not None and root.is_dir():
            yield judged(root, selinux.label(root), is_enforcing=selinux.is_enforcing())


def judged(root: Path, label: str, *, is_enforcing: bool) -> Outcome:
    """By the type in the label of the directory, which its files inherit."""
    kind = selinux.type_of(label)
    mode = "is enforcing" if is_enforcing else "only warns"
    subject, evidence = f"TFTP root {root}", f"its label is {printable(label) or 'none'}, and SELinux {mode}"
    if kind in selinux.READABLE:
        return fine(subject, evidence)
    return wrong(
        ProblemId.LABEL_REFUSED if kind in selinux.REFUSED else ProblemId.LABEL_UNKNOWN,
        subject,
        f"a DHCP and TFTP server may not read {kind or 'what has no label'}",
        evidence=evidence,
        remedy="; ".join(f"`{each}`" for each in selinux.commands(root)),
        severity=None if is_enforcing else Severity.NOTE,
    )
