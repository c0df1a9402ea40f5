"""Names of media stand in URLs and in what the firmware asks for; sums are written in one way."""

import pytest

from netipl.errors import UsageError
from netipl.provisioning.media_jobs import JobState, checked_sum, medium_name


@pytest.mark.parametrize("name", ["rhel-9.4", "x", "Debian-13", "a" * 40])
def test_a_name_is_taken_as_it_is(name: str) -> None:
    assert medium_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "-x", "a b", "a/b", "a_b", "a" * 41, "a..b", "a.", "\u00e4", "x\n"])
def test_what_could_not_stand_in_a_path_is_no_name(name: str) -> None:
    with pytest.raises(UsageError, match="is no name for a medium"):
        medium_name(name)


def test_a_sum_is_in_lower_case() -> None:
    assert checked_sum("AB" * 32) == "ab" * 32
    for wrong in ("", "ab", "g" * 64, "ab" * 33):
        with pytest.raises(UsageError, match="is no SHA-256 sum"):
            checked_sum(wrong)


def test_a_job_is_over_when_nothing_more_comes_of_it() -> None:
    over = {state for state in JobState if state.is_over}
    assert over == {JobState.DONE, JobState.FAILED, JobState.CANCELLED}
