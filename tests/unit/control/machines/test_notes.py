"""What of a machine is worth knowing, and what stops an installation."""

from uuid import UUID

import pytest

from netipl.control.machines.notes import notes
from netipl.guests.guest import Guest
from netipl.net import Mac
from tests.unit.control.machines.test_ordering import machine
from tests.unit.integrations.libvirt import domains

WEB1 = Guest(name="web1", macs=(Mac.parse(domains.MAC),), uuid=UUID(domains.UUID))


def found(xml: str, *, managed: bool, guest: Guest = WEB1) -> list[tuple[str, bool]]:
    return [(note.rule, note.stops) for note in notes(machine(xml), guest, managed=managed)]


@pytest.mark.parametrize("managed", [False, True])
def test_of_a_machine_as_it_should_be_there_is_nothing_to_say(managed: bool) -> None:
    assert found(domains.domain(), managed=managed) == []


def test_off_at_reboot_stops_those_that_need_the_way_over_the_network() -> None:
    xml = domains.domain(events="<on_reboot>destroy</on_reboot>")
    assert found(xml, managed=False) == [("machine-off-at-reboot", True)]
    assert found(xml, managed=True) == [("machine-off-at-reboot", False)]


def test_restarts_for_ever_are_told() -> None:
    xml = domains.domain(events="<on_crash>restart</on_crash>")
    assert found(xml, managed=True) == [("machine-restarts-at-once", False)]


def test_boots_elsewhere_unless_netipl_puts_it_right() -> None:
    disk_first = domains.domain(domains.VIRTIO_DISK.replace("'2'/>", "'1'/>"))
    assert found(disk_first, managed=False) == [("machine-boots-elsewhere", False)]  # it may fall through
    assert found(disk_first, managed=True) == []
    no_order = domains.domain(domains.NETWORK_INTERFACE.replace("<boot order='1'/>", ""))
    assert found(no_order, managed=False) == [("machine-boots-elsewhere", True)]
    kernel = domains.domain(system="<kernel>/vmlinux</kernel>")
    assert found(kernel, managed=True) == [("machine-boots-elsewhere", True)]


def test_an_interface_that_cannot_boot_and_another_uuid() -> None:
    e1000 = domains.domain(domains.NETWORK_INTERFACE.replace("'virtio'", "'e1000'"))
    assert found(e1000, managed=True) == [("machine-interface", True)]
    other = Guest(name="web1", macs=WEB1.macs, uuid=UUID(int=1))
    assert found(domains.domain(), managed=True, guest=other) == [("machine-uuid", False)]
    (note,) = notes(machine(), other, managed=True)
    assert "netipl guest attach web1 --domain web1" in note.remedy
