"""When a plan that is shown is one that is not served."""

import pytest

from netipl.firmware.lint.finding import Finding
from netipl.firmware.rules import RuleId, Severity
from netipl.provisioning.plan import Purpose
from netipl.provisioning.plan_view import PlanView

FOUND: dict[str, tuple[tuple[Severity, ...], bool]] = {
    "nothing is found": ((), False),
    "all else than errors": (tuple(each for each in Severity if each is not Severity.ERROR), False),
    "an error among others": ((Severity.NOTE, Severity.ERROR, Severity.WARNING), True),
}


@pytest.mark.parametrize(("severities", "is_refused"), FOUND.values(), ids=FOUND)
def test_errors_alone_refuse_a_plan(severities: tuple[Severity, ...], is_refused: bool) -> None:
    findings = tuple(
        Finding(rule=RuleId.CONFIGURATIONS_UNKNOWN, file=b"", message="", severity=each) for each in severities
    )
    assert PlanView(guest="web1", purpose=Purpose.INSTALL, findings=findings).is_refused is is_refused
