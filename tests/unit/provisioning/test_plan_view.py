"""A plan is refused for errors, and for nothing less."""

import pytest

from netipl.firmware.lint.finding import Finding
from netipl.firmware.rules import RuleId, Severity
from netipl.provisioning.plan_view import PlanView

FOUND = [Finding(rule=RuleId.KERNEL_IS_NONE, severity=severity, file=b"", message="x") for severity in Severity]


@pytest.mark.parametrize("finding", FOUND, ids=lambda finding: finding.severity)
def test_a_plan_is_refused_for_errors(finding: Finding) -> None:
    view = PlanView(guest="web1", purpose=None, findings=(finding,))
    assert view.is_refused is (finding.severity is Severity.ERROR)


def test_a_plan_without_findings_is_taken() -> None:
    assert not PlanView(guest="web1", purpose=None).is_refused
