"""How a finish script ends: in which words, by which rule, and what becomes of its build."""

from dataclasses import replace
from datetime import timedelta

import pytest

from netipl.errors import RefusedError
from netipl.firmware.rules import RULES, RuleId
from netipl.guests.build import Build, BuildState
from netipl.provisioning import building, finishing
from netipl.provisioning.boots import BootState
from netipl.provisioning.changes import BuildSet, Happened
from netipl.provisioning.finishing import Attempt, Ending
from netipl.provisioning.timeline import Deed, Event, Seen
from tests.plane import START
from tests.unit.provisioning.boot_bench import Bench, in_phase

LIMIT = timedelta(minutes=15)
BUILD = Build(
    id="1",
    guest="web1",
    network="lab",
    profile="p",
    asked=START,
    by="",
    expires=START,
    state=BuildState.FINISHING,
    boot="b",
    attempts=0,
)


@pytest.mark.parametrize("status", [0, 1, 255])
def test_only_a_script_that_has_begun_and_ended_is_over(status: int) -> None:
    assert Attempt(began=True, status=status).is_over
    assert not Attempt(status=status).is_over
    assert not Attempt(began=True).is_over


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (1, "the finish script failed: it ended with status 1"),
        (254, "the finish script failed: it ended with status 254"),
        (255, "the connection broke while the finish script ran"),
        (-9, "the connection broke while the finish script ran"),
    ],
)
def test_a_status_other_than_0_is_a_failure(status: int, words: str) -> None:
    ending = finishing.ran(Attempt(began=True, status=status, output=b"why"))
    assert ending == Ending(rule=RuleId.FINISH_FAILED, cause=words, output=b"why")


def test_status_0_is_none() -> None:
    assert finishing.ran(Attempt(began=True, status=0, output=b"all well")) == Ending(output=b"all well")


@pytest.mark.parametrize(
    ("output", "rule", "last"),
    [
        (b"ssh: connect to host 192.0.2.1 port 22: Connection refused\n", RuleId.FINISH_UNREACHABLE, "refused"),
        (b"root@192.0.2.1: Permission denied (publickey).\n\n", RuleId.FINISH_UNREACHABLE, "Permission denied"),
        (b"", RuleId.FINISH_UNREACHABLE, "nothing was said"),
        (b"@@@@\nHost key verification failed.\n", RuleId.FINISH_HOST_KEY, "verification failed"),
        (b"no matching host key type found. Their offer: rsa-sha2-512\n", RuleId.FINISH_HOST_KEY, "rsa-sha2-512"),
    ],
)
def test_what_ssh_said_last_tells_why_nobody_could_log_in(output: bytes, rule: RuleId, last: str) -> None:
    ending = finishing.too_late(Attempt(status=255, output=output), LIMIT)
    assert (ending.rule, ending.output) == (rule, b"")
    assert last in ending.cause


def test_a_script_that_does_not_end_is_told_from_one_that_never_began() -> None:
    ending = finishing.too_late(Attempt(began=True, output=b"waits"), LIMIT)
    assert ending == Ending(
        rule=RuleId.FINISH_TOO_LONG, cause="the finish script has not ended within 0:15:00", output=b"waits"
    )


def test_lines_of_secrets_are_blanked_wherever_they_stand() -> None:
    secret = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\nshort\n"
    output = b"key: b3BlbnNzaC1rZXktdjEAAAAA.\nshort\nroot:$6$salt$hash:1\nnetipl_" + b"a" * 43
    assert finishing.shown(output, [secret]) == "key: ....\nshort\nroot:$...:1\nnetipl_..."


def test_a_build_is_done_after_its_output_is_told() -> None:
    told, ended, done = finishing.over(BUILD, Ending(output=b"all well\n"), START)
    assert isinstance(told, Happened)
    assert told.event == Event(
        at=START, what=Deed.FINISH_RAN, network="lab", guest="web1", boot="b", build="1", detail={"output": "all well"}
    )
    assert isinstance(ended, BuildSet)
    assert (ended.build.state, ended.build.ended, ended.build.cause) == (BuildState.DONE, START, "")
    assert isinstance(done, Happened)
    assert done.event.what is Deed.BUILD_DONE


def test_a_failure_is_told_with_its_remedy() -> None:
    ended, failed = finishing.over(BUILD, finishing.lost("no space"), START)
    assert isinstance(ended, BuildSet)
    assert (ended.build.state, ended.build.cause) == (
        BuildState.FAILED,
        "the finish script cannot be run: no space",
    )
    assert ended.build.remedy == RULES[RuleId.FINISH_LOST].remedy
    assert isinstance(failed, Happened)
    assert failed.event.detail["rule"] == RuleId.FINISH_LOST


def test_a_build_that_is_over_cannot_be_finished() -> None:
    with pytest.raises(RefusedError):
        finishing.over(replace(BUILD, state=BuildState.CANCELLED), Ending(), START)


# What an installer says


def done(bench: Bench) -> None:
    bench.see(Seen.INSTALLER, build=bench.plane.build_of().id, says="done", finish="due")


def test_an_installer_that_is_done_leaves_its_build_open_for_the_finish_script() -> None:
    bench = in_phase(BootState.STARTED)
    done(bench)
    build = bench.plane.build_of()
    assert (build.state, build.is_open, build.installs, build.ended) == (BuildState.FINISHING, True, False, None)
    assert bench.plane.events[-1].what is Deed.BUILD_FINISHING


def test_saying_it_twice_counts_once() -> None:
    bench = in_phase(BootState.STARTED)
    done(bench)
    done(bench)
    assert len(bench.plane.happened(Deed.BUILD_FINISHING)) == 1


def test_the_next_boot_leads_to_the_disk_even_where_attempts_are_left() -> None:
    bench = Bench(attempts=3)
    bench.fetch()
    done(bench)
    bench.begin(2)
    assert (bench.plane.boot_of().build, bench.build()) == (None, BuildState.FINISHING)


def test_neither_a_start_of_netipl_nor_a_lost_commit_undoes_it() -> None:
    bench = in_phase(BootState.STARTED)
    done(bench)
    bench.plane.restart()
    assert bench.build() is BuildState.FINISHING
    finishing_now = bench.plane.build_of()
    loading = replace(finishing_now, state=BuildState.LOADING, attempts=1)
    assert building.still_spent(loading, finishing_now) == finishing_now


def test_no_limit_of_installers_ends_it() -> None:
    bench = in_phase(BootState.STARTED)
    done(bench)
    bench.plane.tick(days=1)
    assert bench.build() is BuildState.FINISHING


@pytest.mark.parametrize("deed", [Deed.BUILD_DONE, Deed.BUILD_FAILED, Deed.BUILD_CANCELLED])
def test_it_may_end_in_every_way(deed: Deed) -> None:
    bench = in_phase(BootState.STARTED)
    done(bench)
    bench.plane.end(deed)
    assert not bench.plane.build_of().is_open


def test_another_build_takes_its_place() -> None:
    bench = in_phase(BootState.STARTED)
    done(bench)
    bench.plane.build()
    assert bench.build() is BuildState.WAITING
