"""Where a guest stands, with and without a machine of libvirt's, and through the life of that machine."""

from dataclasses import replace
from datetime import timedelta

import pytest

from netipl.guests.guest import Guest, Origin
from netipl.guests.status import Status
from netipl.provisioning import observing
from netipl.provisioning.boots import BootState
from netipl.provisioning.changes import ConfigurationSet
from netipl.provisioning.foreman.deployed import Configuration, Variant
from netipl.provisioning.foreman.wishes import Boots
from netipl.provisioning.machine_view import MachineView
from netipl.provisioning.standing import Standing, standing
from netipl.provisioning.timeline import Observation, Seen
from tests.plane import MAC, WEB1, Plane
from tests.unit.provisioning.boot_bench import ADDRESS, Bench
from tests.unit.provisioning.foreman import templates
from tests.unit.provisioning.test_machine_view import MACHINE

OFF = replace(MACHINE, state="off", active=False)


def now(plane: Plane, machine: MachineView | None = None) -> Standing:
    guest = plane.inventory.guest("web1")
    assert guest is not None
    return standing(plane.inventory, plane.boots, guest, machine, plane.now)


def booted() -> Bench:
    """To the end, without a build."""
    bench = Bench(build=False)
    bench.see(Seen.DHCP_RELEASE)
    bench.see(Seen.GUEST_ADDRESSED)
    assert bench.boot() is BootState.STARTED
    return bench


def lives(bench: Bench, seen: Seen) -> None:
    plane = bench.plane
    made = Observation(at=plane.now, seen=seen, guest="web1", mac=MAC, detail={"domain": "web1"})
    plane.commit(observing.observed(plane.inventory, plane.boots, made))


def test_of_a_machine_that_nobody_tells_of_it_is_known_when_it_was_seen() -> None:
    bench = booted()
    seen = bench.plane.now
    bench.plane.tick(seconds=30)
    found = now(bench.plane)
    assert (found.status, found.seen, found.machine) == (Status.BOOTED, seen, None)
    assert found.leased == ADDRESS
    bench.plane.now += timedelta(hours=2)
    assert now(bench.plane).leased is None


def test_a_machine_says_more_than_what_it_booted_once() -> None:
    bench = booted()
    assert now(bench.plane, MACHINE).status is Status.RUNNING
    lives(bench, Seen.MACHINE_STOPPED)
    found = now(bench.plane, OFF)
    assert found.status is Status.OFF
    assert found.boot is not None


def test_a_boot_of_before_is_none_of_a_machine_that_was_started_anew() -> None:
    bench = booted()
    lives(bench, Seen.MACHINE_STOPPED)
    lives(bench, Seen.MACHINE_STARTED)
    found = now(bench.plane, MACHINE)
    assert (found.status, found.boot) == (Status.RUNNING, None)
    bench.begin(2)
    found = now(bench.plane, MACHINE)
    assert found.boot is not None
    assert found.boot.xid == 2


def test_while_libvirt_is_away_its_word_counts_for_nothing() -> None:
    assert now(booted().plane, replace(OFF, away="libvirtd has ended")).status is Status.BOOTED


@pytest.mark.parametrize(
    ("guest", "boots"),
    [
        pytest.param(replace(WEB1, profile=None, origin=Origin.FOREMAN), Boots.FILES, id="Foreman's"),
        pytest.param(replace(WEB1, origin=Origin.FOREMAN), None, id="with a profile of netipl's"),
        pytest.param(replace(WEB1, profile=None), None, id="somebody else's"),
    ],
)
def test_of_a_host_of_foremans_it_is_told_what_foreman_has_deployed(guest: Guest, boots: Boots | None) -> None:
    plane = Plane(guests=(guest,))
    new = Configuration(station=str(MAC), variant=Variant.PXELINUX, data=templates.PRESEED)
    plane.inventory.apply(ConfigurationSet(new))
    found = now(plane).foreman
    assert (found.boots if found is not None else None) is boots
