"""What the doctor says of one thing that it looked at: what it saw, and whether that is a problem.

What can be wrong is a row of problems.py, or of that of the networks; here is only what was found on this host.
"""

import shlex
from dataclasses import dataclass

from netipl.firmware.rules import Severity
from netipl.hosting.doctor.problems import PROBLEMS, ProblemId
from netipl.hosting.networks.step import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`subject` names the thing, `evidence` what was read of it and where. All the rest is said of a problem alone."""

    subject: str
    evidence: str
    problem: str = ""
    """Its stable name; empty where all is well."""
    severity: Severity | None = None
    message: str = ""
    """What is wrong, in one sentence."""
    guest: str = ""
    """What a guest sees of it."""
    remedy: str = ""
    repair: Step | None = None
    """What `--fix` does; only where it can harm nobody."""

    @property
    def stops_a_boot(self) -> bool:
        return self.severity is Severity.ERROR


def fine(subject: str, evidence: str) -> Outcome:
    """All is well with it."""
    return Outcome(subject=subject, evidence=evidence)


def wrong(
    problem: ProblemId,
    subject: str,
    message: str,
    *,
    evidence: str,
    remedy: str = "",
    severity: Severity | None = None,
    repair: Step | None = None,
) -> Outcome:
    """By the row of `problem`, where this host's remedy or severity is no other.

    `subject` is a kind and a name, as `domain web1`; the name is for the commands in the row.
    """
    row = PROBLEMS[problem]
    return Outcome(
        subject=subject,
        evidence=evidence,
        problem=problem,
        severity=severity or row.severity,
        message=message,
        guest=row.guest,
        remedy=remedy or row.remedy.format(name=shlex.quote(subject.partition(" ")[2])),
        repair=repair,
    )
