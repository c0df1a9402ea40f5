"""What takes too long fails, a boot or a build, and what comes late is made good."""

from dataclasses import replace
from datetime import timedelta

import pytest

from netipl.firmware.rules import RuleId
from netipl.firmware.versions import Version
from netipl.guests.build import BuildState
from netipl.guests.guest import LocalBoot
from netipl.provisioning.boots import BootState
from netipl.provisioning.observing import Limits
from netipl.provisioning.timeline import Deed, Seen
from tests.plane import MAC, WEB1, Plane
from tests.unit.provisioning.boot_bench import Bench, in_phase

# Limits


def test_a_boot_of_which_nothing_is_known_amiss_goes_on() -> None:
    bench = Bench()
    bench.plane.tick(seconds=60)
    assert bench.boot() is BootState.ADDRESSED


PHASES = {
    "asking": (BootState.ASKING, 90),
    "addressed": (BootState.ADDRESSED, 60),
    "loading": (BootState.LOADING, 60),
    "finished, with all files": (BootState.FINISHED, 60),
    "started, without answers": (BootState.STARTED, 300),
}


@pytest.mark.parametrize(("state", "limit"), PHASES.values(), ids=PHASES)
def test_a_phase_has_a_limit(state: BootState, limit: int) -> None:
    bench = in_phase(state)
    bench.plane.tick(seconds=limit)
    assert bench.boot() is state
    bench.plane.tick(seconds=1)
    assert bench.boot() is BootState.FAILED
    bench.plane.tick(hours=1)
    assert len(bench.plane.happened(Deed.BOOT_FAILED)) == 1


@pytest.mark.parametrize(("state", "limit"), PHASES.values(), ids=PHASES)
def test_a_limit_of_nothing_is_for_ever(state: BootState, limit: int) -> None:
    never = timedelta(0)
    bench = in_phase(state, Limits(asking=never, loading=never, kernel=never, answers=never, install=never))
    bench.plane.tick(days=400)
    assert bench.boot() is state


def test_a_boot_that_loads_is_given_time_from_each_packet_on() -> None:
    bench = Bench()
    for sent in range(10):
        bench.see(Seen.TFTP_PROGRESS, name="x", size=100_000, sent=sent)
        bench.plane.tick(seconds=50)
    assert bench.boot() is BootState.LOADING


def test_a_firmware_that_gives_up_is_judged_when_all_is_told() -> None:
    bench = Bench()
    bench.fetch(bench.names[0])
    bench.see(Seen.DHCP_RELEASE)
    assert bench.boot() is BootState.FINISHED
    bench.plane.tick(seconds=2)
    assert bench.boot() is BootState.FINISHED
    bench.plane.tick(seconds=1)
    assert bench.boot() is BootState.FAILED
    assert bench.plane.boot_of().rule is RuleId.LOAD_FAILED


def test_a_guest_that_was_sent_to_its_disk_need_not_speak() -> None:
    bench = Bench(build=False)
    bench.fetch()
    bench.see(Seen.DHCP_RELEASE)
    bench.plane.tick(days=1)
    assert bench.boot() is BootState.FINISHED


def test_a_guest_that_falls_through_needs_no_file() -> None:
    bench = Bench(replace(WEB1, local_boot=LocalBoot.FALL_THROUGH, firmware=Version(10, 0)), build=False)
    bench.see(Seen.TFTP_MISSING, name="pxelinux.cfg/default")
    bench.see(Seen.DHCP_RELEASE)
    bench.plane.tick(days=1)
    assert bench.boot() is BootState.FINISHED


def test_a_guest_with_its_answers_may_take_its_time() -> None:
    bench = Bench()
    bench.fetch()
    bench.see(Seen.ANSWERS_FETCHED)
    bench.plane.tick(hours=2)
    assert bench.boot() is BootState.STARTED


def test_a_build_fails_with_its_boot_once_it_is_spent() -> None:
    bench = in_phase(BootState.FINISHED)
    bench.plane.tick(seconds=61)
    build, boot = bench.plane.build_of(), bench.plane.boot_of()
    assert (build.state, build.cause) == (BuildState.FAILED, boot.cause)


def test_a_build_with_attempts_left_does_not() -> None:
    bench = Bench(attempts=2)
    bench.fetch()
    bench.see(Seen.DHCP_RELEASE)
    bench.plane.tick(seconds=61)
    assert (bench.boot(), bench.build()) == (BootState.FAILED, BuildState.SPENT)
    assert bench.plane.build_of().installs


def test_an_unspent_build_survives_a_boot_that_fails() -> None:
    bench = in_phase(BootState.LOADING)
    bench.plane.tick(seconds=61)
    assert (bench.boot(), bench.build()) == (BootState.FAILED, BuildState.LOADING)
    assert bench.plane.build_of().installs


def test_what_was_given_up_and_speaks_is_resumed() -> None:
    bench = in_phase(BootState.FINISHED)
    bench.plane.tick(seconds=61)
    bench.see(Seen.GUEST_ADDRESSED)
    assert (bench.boot(), bench.build()) == (BootState.STARTED, BuildState.SPENT)
    assert bench.plane.events[-1].what is Deed.BUILD_RESUMED


def test_what_failed_by_its_own_word_is_not_resumed() -> None:
    bench = in_phase(BootState.FINISHED)
    bench.see(Seen.INSTALLER, build=bench.plane.build_of().id, says="failed")
    bench.see(Seen.GUEST_ADDRESSED)
    assert bench.build() is BuildState.FAILED


def test_an_installation_ends_within_its_limit_counted_from_its_boot() -> None:
    plane = Plane()
    plane.build()
    plane.tick(days=2)
    bench = Bench.__new__(Bench)
    bench.plane = plane
    bench.begin(1)
    bench.fetch()
    bench.see(Seen.ANSWERS_FETCHED)
    plane.tick(hours=3)
    assert bench.build() is BuildState.SPENT
    plane.tick(seconds=1)
    assert bench.build() is BuildState.FAILED


# Doubt


def test_a_build_in_doubt_ends_with_its_boot() -> None:
    bench = Bench()
    bench.plane.restart()
    assert bench.build() is BuildState.IN_DOUBT
    bench.plane.tick(seconds=30)
    assert bench.build() is BuildState.IN_DOUBT
    bench.plane.tick(seconds=40)
    assert bench.boot() is BootState.FAILED
    bench.plane.tick(seconds=1)
    assert (bench.build(), bench.plane.build_of().installs) == (BuildState.FAILED, False)


def test_a_build_in_doubt_ends_when_another_boot_begins() -> None:
    bench = Bench()
    bench.plane.restart()
    bench.plane.boots.begin(MAC, 9, bench.plane.now, network="lab", guest="web1")
    bench.plane.tick(seconds=1)
    assert bench.build() is BuildState.FAILED


def test_a_build_in_doubt_is_spent_when_its_kernel_speaks() -> None:
    bench = Bench()
    bench.plane.restart()
    bench.see(Seen.GUEST_ADDRESSED)
    assert bench.build() is BuildState.SPENT


def test_a_boot_is_not_judged_by_what_was_not_seen_of_it() -> None:
    bench = Bench()
    bench.fetch()
    bench.see(Seen.DHCP_RELEASE)
    bench.plane.restart()
    bench.plane.tick(seconds=30)
    assert bench.boot() is BootState.FINISHED
    bench.see(Seen.GUEST_ADDRESSED)
    bench.see(Seen.ANSWERS_FETCHED)
    bench.plane.tick(hours=1)
    assert (bench.boot(), bench.build()) == (BootState.STARTED, BuildState.SPENT)
