"""What is said of simulated boots."""

import pytest

from netipl.firmware.kernel import Started
from netipl.firmware.limits import MIB
from netipl.firmware.netboot import Finished, Loaded, Machine, Verdict
from netipl.firmware.rules import RULES, RuleId
from netipl.machines.simulated.attempt import Attempt
from netipl.machines.simulated.outcome import WORDS, outcome, percentile, summary
from netipl.net import Mac

FILES = (Loaded(name=b"k", size=2_000_000), Loaded(name=b"i", size=1_000_000))
BOOTED = Finished(verdict=Verdict.KERNEL, started=Started.LINUX, files=FILES)
CRASHED = Finished(verdict=Verdict.KERNEL, started=Started.NOTHING, files=FILES)
MISSING = Finished(verdict=Verdict.HALTED, cause=RuleId.FILE_MISSING)


def ended(finished: Finished | None, *, began: float = 10.0, after: float = 2.0) -> Attempt:
    attempt = Attempt(Machine(mac=Mac.parse("52:54:00:13:33:01"), xid=1, memory=512 * MIB))
    attempt.began, attempt.finished, attempt.ended = began, finished, began + after
    return attempt


def test_every_verdict_has_its_words() -> None:
    assert {verdict.value for verdict in Verdict} <= WORDS.keys()


def test_a_kernel_counts_with_its_time_and_its_bytes() -> None:
    end = outcome(ended(BOOTED))
    assert (end.booted, end.reason, end.seconds, end.loaded) == (True, "kernel", 2.0, 3_000_000)


def test_an_earlier_miss_is_no_cause_of_a_boot_that_got_its_kernel() -> None:
    probed = Finished(verdict=Verdict.KERNEL, started=Started.PSW, cause=RuleId.FILE_MISSING)
    assert outcome(ended(probed)).reason == "kernel"


def test_what_is_started_and_is_no_kernel_is_a_failure() -> None:
    end = outcome(ended(CRASHED))
    assert (end.booted, end.reason) == (False, "no-kernel")


def test_a_failure_is_counted_by_its_cause_and_has_its_remedy() -> None:
    end = outcome(ended(MISSING))
    assert (end.verdict, end.reason, end.remedy) == ("halted", "file-missing", RULES[RuleId.FILE_MISSING].remedy)


def test_a_boot_that_did_not_end_is_unfinished() -> None:
    assert outcome(ended(None)).reason == "unfinished"


def test_the_summary_counts_all_and_times_those_that_booted() -> None:
    all_of_them = summary([ended(BOOTED, after=2.0), ended(BOOTED, after=4.0), ended(MISSING, after=10.0), ended(None)])
    assert (all_of_them.guests, all_of_them.booted) == (4, 2)
    assert all_of_them.reasons == {"kernel": 2, "file-missing": 1, "unfinished": 1}
    assert (all_of_them.p50, all_of_them.p99) == (2.0, 4.0)
    assert (all_of_them.seconds, all_of_them.megabytes_per_second) == (10.0, 0.6)


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([], 50, None), ([1.0], 99, 1.0), ([1.0, 2.0, 3.0], 50, 2.0), (list(range(1, 101)), 99, 99)],
)
def test_a_percentile_is_the_nearest_rank(values: list[float], percent: int, expected: float | None) -> None:
    assert percentile(values, percent) == expected
