"""Machines whose firmware fails, with a libvirt of our own: which are started again, and which are left alone."""

from datetime import UTC, datetime, timedelta

import pytest

from netipl.control.machines import keeping, retrying
from netipl.control.machines.deeds import deed
from netipl.provisioning.boots import BootState
from netipl.provisioning.plan import Purpose
from netipl.provisioning.timeline import Deed, Seen
from tests.machines_lab import BY, OURS, WEB1, Lab, in_loop, running


async def failed(lab: Lab) -> str:
    """A machine whose firmware asked in a boot of its build, and is about to crash."""
    uuid = lab.libvirt.add(OURS)
    lab.build()
    await lab.plane.start("web1", by=BY, cold=False)
    lab.ask_for_address()
    lab.libvirt.asked.clear()
    return uuid


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "FIRST_PAUSE", timedelta(0))
    monkeypatch.setattr(keeping, "_TICK", 0.01)


async def looked_at(lab: Lab) -> None:
    """A retry would have been made by now, if there is to be one."""
    await lab.until(lambda: not lab.plane._keeping._running and lab.plane.machine("web1").retry is None)


@pytest.mark.usefixtures("no_pause")
@in_loop
async def test_a_firmware_that_fails_is_started_again() -> None:
    lab = Lab()
    uuid = await failed(lab)
    async with running(lab):
        lab.libvirt.crash(uuid)
        await lab.until(lambda: "start" in lab.libvirt.asked)
    assert [each["again"] for each in lab.done(Deed.MACHINE_RETRIED)] == [1]


@pytest.mark.usefixtures("no_pause")
@in_loop
async def test_a_firmware_that_could_be_given_nothing_is_started_again_and_one_sent_to_its_disk_is_not() -> None:
    lab = Lab()
    uuid = await failed(lab)
    lab.ask_for_address(build=None, purpose=None)
    async with running(lab):
        lab.libvirt.crash(uuid)
        await lab.until(lambda: "start" in lab.libvirt.asked)
        lab.ask_for_address(build=None, purpose=Purpose.DISK)
        lab.libvirt.crash(uuid)
        assert lab.plane.machine("web1").retry is None


@pytest.mark.usefixtures("no_pause")
@in_loop
async def test_a_system_that_crashes_is_left_alone_though_a_build_waits() -> None:
    lab = Lab()
    uuid = lab.libvirt.add(OURS)
    await lab.plane.start("web1", by=BY, cold=False)
    lab.build()
    async with running(lab):
        lab.libvirt.crash(uuid)
        assert lab.plane.machine("web1").retry is None
        lab.ask_for_address(BootState.STARTED)
        lab.libvirt.crash(uuid)
        assert lab.plane.machine("web1").retry is None
    assert lab.seen[-1].seen is Seen.MACHINE_CRASHED
    assert lab.libvirt.asked == ["start"]


@pytest.mark.usefixtures("no_pause")
@in_loop
async def test_a_system_that_was_started_after_the_firmware_had_failed_is_left_alone() -> None:
    lab = Lab()
    uuid = await failed(lab)
    lab.libvirt.crash(uuid)
    lab.libvirt.start_elsewhere(uuid, datetime.now(UTC) + timedelta(minutes=1))  # from its disk
    lab.libvirt.crash(uuid)
    async with running(lab):
        await looked_at(lab)
    assert lab.libvirt.asked == []


@pytest.mark.usefixtures("no_pause")
@in_loop
async def test_one_that_was_stopped_stays_off_for_the_next_daemon_too() -> None:
    lab = Lab()
    uuid = await failed(lab)
    lab.libvirt.crash(uuid)
    await lab.plane.stop("web1", by=BY, now=True)
    assert [each["to"] for each in lab.done(Deed.MACHINE_ASKED)] == ["start", "stay off"]
    lab.plane._keeping.retries = retrying.Retries()  # another daemon, which has the timeline
    lab.libvirt.connect()
    assert lab.plane.machine("web1").retry is not None  # it is found crashed
    async with running(lab):
        await looked_at(lab)
    assert lab.libvirt.asked == []


@pytest.mark.usefixtures("no_pause")
@in_loop
async def test_a_retry_goes_on_after_a_restart_of_the_daemon() -> None:
    lab = Lab()
    uuid = await failed(lab)
    lab.libvirt.crash(uuid)
    lab.plane._keeping.retries = retrying.Retries()
    async with running(lab):
        await lab.until(lambda: "start" in lab.libvirt.asked)


@in_loop
async def test_a_retry_leaves_alone_what_somebody_has_just_started() -> None:
    lab = Lab()
    uuid = await failed(lab)
    lab.libvirt.crash(uuid)
    lab.libvirt.run_untold(uuid)
    await lab.plane._power.start_again(WEB1, deed(Deed.MACHINE_RETRIED, WEB1, "web1"))
    assert lab.libvirt.asked == []
    assert lab.done(Deed.MACHINE_RETRIED) == []


@in_loop
async def test_a_firmware_that_fails_waits_for_its_retry_unless_somebody_starts_it() -> None:
    lab = Lab()
    uuid = await failed(lab)
    lab.libvirt.crash(uuid)
    assert lab.plane.machine("web1").retry is not None
    await lab.plane.start("web1", by=BY, cold=False)
    assert lab.plane.machine("web1").retry is None
