"""What a machine is to boot from first, by its guest's build."""

from dataclasses import replace

import pytest

from netipl.control.machines.ordering import FIRST, wanted
from netipl.guests.build import BuildState
from netipl.integrations.libvirt.domain import Domain
from netipl.integrations.libvirt.domain_xml import BootsFrom, facts
from tests.unit.control.machines.test_retrying import BUILD
from tests.unit.integrations.libvirt import domains


def machine(xml: str | None = None) -> Domain:
    return Domain(state="off", active=False, persistent=True, boots_from_now=None, facts=facts(xml or domains.domain()))


def test_every_state_has_its_row() -> None:
    assert set(FIRST) == set(BuildState)


@pytest.mark.parametrize("state", BuildState)
def test_what_is_so_is_left_alone(state: BuildState) -> None:
    first = wanted(machine(), replace(BUILD, state=state, attempts=0))
    assert first in {None, BootsFrom.DISK}  # it boots from the network


def test_installed_it_boots_from_its_disk_and_for_a_build_from_the_network() -> None:
    assert wanted(machine(), replace(BUILD, state=BuildState.DONE)) is BootsFrom.DISK
    on_disk = domains.domain(domains.VIRTIO_DISK.replace("'2'/>", "'1'/>"))
    assert wanted(machine(on_disk), BUILD) is BootsFrom.NETWORK
    assert wanted(machine(on_disk), replace(BUILD, state=BuildState.SPENT, attempts=1)) is BootsFrom.NETWORK
    assert wanted(machine(on_disk), replace(BUILD, state=BuildState.SPENT, attempts=0)) is None


def test_what_cannot_be_changed_stays() -> None:
    done = replace(BUILD, state=BuildState.DONE)
    assert wanted(machine(), None) is None
    assert wanted(replace(machine(), persistent=False), done) is None
    assert wanted(machine(domains.domain(domains.NETWORK_INTERFACE)), done) is None  # no disk
    assert wanted(machine(domains.domain(system="<kernel>/vmlinux</kernel>")), done) is None
