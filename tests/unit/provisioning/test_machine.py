"""What the life of a guest's machine means for its boots."""

from datetime import timedelta

import pytest

from netipl.firmware.rules import RuleId
from netipl.guests.build import BuildState
from netipl.provisioning import observing
from netipl.provisioning.boots import BootState
from netipl.provisioning.changes import Happened
from netipl.provisioning.timeline import Deed, Observation, Seen
from tests.plane import MAC, Plane
from tests.unit.provisioning.boot_bench import Bench, in_phase


def lives(bench: Bench, seen: Seen, **detail: str) -> None:
    """The domain of the guest tells of it."""
    plane = bench.plane
    made = Observation(at=plane.now, seen=seen, guest="web1", mac=MAC, detail={"domain": "web1", **detail})
    plane.commit(observing.observed(plane.inventory, plane.boots, made))


def test_its_life_is_kept_with_and_without_a_boot() -> None:
    plane = Plane()
    made = Observation(at=plane.now, seen=Seen.MACHINE_STARTED, guest="web1", detail={"domain": "web1"})
    (change,) = observing.observed(plane.inventory, plane.boots, made)
    assert isinstance(change, Happened)
    assert (change.event.guest, change.event.network, change.event.boot) == ("web1", "lab", None)
    bench = Bench()
    lives(bench, Seen.MACHINE_STOPPED, reason="destroyed")
    (event,) = bench.plane.happened(Seen.MACHINE_STOPPED)
    assert event.boot == bench.plane.boot_of().id


def test_a_machine_of_nobody_is_nobodys_business() -> None:
    plane = Plane()
    made = Observation(at=plane.now, seen=Seen.MACHINE_CRASHED, guest="other", detail={})
    assert observing.observed(plane.inventory, plane.boots, made) == ()


@pytest.mark.parametrize("state", [BootState.ASKING, BootState.ADDRESSED, BootState.LOADING, BootState.FINISHED])
def test_a_firmware_that_crashes_has_failed_as_soon_as_all_is_told(state: BootState) -> None:
    bench = in_phase(state)
    lives(bench, Seen.MACHINE_CRASHED)
    bench.plane.tick(seconds=2)
    assert bench.boot() is state
    bench.plane.tick(seconds=1)
    assert bench.boot() is BootState.FAILED
    assert len(bench.plane.happened(Deed.BOOT_FAILED)) == 1


def test_its_build_is_good_for_another_boot_unless_it_was_spent() -> None:
    for state, expected in ((BootState.LOADING, BuildState.LOADING), (BootState.FINISHED, BuildState.FAILED)):
        bench = in_phase(state)
        lives(bench, Seen.MACHINE_CRASHED)
        bench.plane.tick(seconds=3)
        assert bench.build() is expected


def test_the_kernel_that_crashed_at_once_is_the_cause() -> None:
    bench = in_phase(BootState.FINISHED)
    lives(bench, Seen.MACHINE_CRASHED)
    bench.plane.tick(seconds=3)
    assert bench.plane.boot_of().rule is RuleId.KERNEL_SILENT


@pytest.mark.parametrize("state", [BootState.ASKING, BootState.ADDRESSED, BootState.LOADING])
def test_one_that_is_switched_off_while_it_loads_is_interrupted_and_keeps_its_build(state: BootState) -> None:
    bench = in_phase(state)
    lives(bench, Seen.MACHINE_STOPPED, reason="destroyed")
    bench.plane.tick(seconds=3)
    assert bench.boot() is BootState.INTERRUPTED
    assert not bench.plane.happened(Deed.BOOT_FAILED)
    assert bench.build() is BuildState.LOADING


def test_a_system_that_runs_from_its_disk_may_crash_and_stop() -> None:
    for seen in (Seen.MACHINE_CRASHED, Seen.MACHINE_STOPPED):
        bench = Bench(build=False)
        bench.fetch()
        bench.see(Seen.DHCP_RELEASE)
        bench.plane.now += timedelta(days=1)
        lives(bench, seen)
        bench.plane.tick(seconds=3)
        assert bench.boot() is BootState.FINISHED


def test_an_installer_that_runs_is_not_judged_by_its_machine() -> None:
    bench = in_phase(BootState.STARTED)
    lives(bench, Seen.MACHINE_STOPPED, reason="shutdown")
    bench.plane.tick(seconds=3)
    assert bench.boot() is BootState.STARTED


def test_what_is_told_late_does_not_end_the_next_boot() -> None:
    bench = Bench()
    before = bench.plane.now
    bench.plane.now += timedelta(seconds=5)
    bench.begin(2)
    now, bench.plane.now = bench.plane.now, before
    lives(bench, Seen.MACHINE_STOPPED, reason="destroyed")
    bench.plane.now = now
    bench.plane.tick(seconds=3)
    assert bench.boot() is BootState.ADDRESSED
