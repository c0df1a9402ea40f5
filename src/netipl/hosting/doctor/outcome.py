"""What the doctor says of one thing that it looked at: what it saw, and whether that is a problem.

What can be wrong is a row of `problems.py`; here is only what was found on this host.
"""

from dataclasses import dataclass

from netipl.firmware.rules import Severity
from netipl.hosting.doctor.problems import PROBLEMS, ProblemId
from netipl.hosting.networks.step import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`subject` names the thing, `evidence` what was read of it and where; text of others in them is printable."""

    subject: str
    evidence: str
    problem: ProblemId | None = None
    """None where all is well."""
    message: str = ""
    """What is wrong, in one sentence."""
    remedy: str = ""
    """For this host; empty where it needs no more than the row of the problem."""
    severity: Severity | None = None
    repair: Step | None = None
    """What `--fix` does; only where it can harm nobody."""

    def __post_init__(self) -> None:
        if self.problem is not None:
            row = PROBLEMS[self.problem]
            object.__setattr__(self, "severity", self.severity or row.severity)
            object.__setattr__(self, "remedy", self.remedy or row.remedy)

    @property
    def guest(self) -> str:
        """What a guest sees of the problem."""
        return "" if self.problem is None else PROBLEMS[self.problem].guest

    @property
    def stops_a_boot(self) -> bool:
        return self.severity is Severity.ERROR


def fine(subject: str, evidence: str) -> Outcome:
    """All is well with it."""
    return Outcome(subject=subject, evidence=evidence)
