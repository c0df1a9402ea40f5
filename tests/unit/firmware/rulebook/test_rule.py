"""For which versions a rule holds, and how severe it is for each."""

import pytest

from netipl.firmware.rulebook.rule import Rule, RuleId, Severity
from netipl.firmware.versions import Version

ROW = Rule(
    id=RuleId.INITRD_MISSING,
    effect="fails",
    remedy="mend it",
    severity=Severity.ERROR,
    eased=Version(9, 2),
    first=Version(3, 0),
    last=Version(10, 0),
)


@pytest.mark.parametrize(
    ("version", "severity"),
    {
        "before the first": (Version(2, 12), None),
        "the first": (Version(3, 0), Severity.ERROR),
        "before it is eased": (Version(9, 1), Severity.ERROR),
        "eased": (Version(9, 2), Severity.WARNING),
        "the last": (Version(10, 0), Severity.WARNING),
        "after the last": (Version(10, 1), None),
    }.values(),
)
def test_severity(version: Version, severity: Severity | None) -> None:
    assert ROW.severity_for(version) is severity
    assert ROW.holds_for(version) is (severity is not None)
