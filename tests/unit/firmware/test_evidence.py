"""What counts as measured, and what as read."""

from netipl.firmware.evidence import MEASURED, Evidence, Mark
from netipl.firmware.versions import Version


def test_a_version_that_was_run_is_measured() -> None:
    assert {Evidence(by=("a test",)).mark(version) for version in MEASURED} == {Mark.MEASURED}


def test_the_release_between_two_that_were_run_is_read() -> None:
    assert Evidence(by=("a test",)).mark(Version(8, 1)) is Mark.READ


def test_where_nothing_was_run_all_is_read() -> None:
    assert Evidence(measured=(), source="tftp.c").mark(Version(7, 2)) is Mark.READ
