"""Foreman's order of calls, as the changes that they make of an inventory."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from netipl.errors import ConflictError, RefusedError, UsageError
from netipl.firmware.versions import Version
from netipl.guests.guest import Guest, Origin
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.provisioning import changing
from netipl.provisioning.changes import Change, GuestSet, Happened
from netipl.provisioning.foreman import hosts
from netipl.provisioning.foreman.deployed import Configuration, Reservation, Variant
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Deed
from tests.plane import LAB, START

ONE, TWO = Mac.parse("52:54:00:00:00:01"), Mac.parse("52:54:00:00:00:02")
ADDRESS = IPv4Address("192.168.133.11")
RECORD = Reservation(
    network="lab",
    mac=ONE,
    address=ADDRESS,
    name="z1.example.com",
    hostname="z1.example.com",
    options=(("nextServer", "192.168.133.1"), ("filename", "pxelinux.0")),
)
OTHER_NETWORK = Network(name="other", subnet=IPv4Network("10.0.0.0/24"), server=IPv4Address("10.0.0.1"))


@dataclass
class Foreman:
    inventory: Inventory = field(default_factory=lambda: Inventory([LAB]))

    def apply(self, changes: Iterable[Change]) -> list[Deed | object]:
        made = list(changes)
        for change in made:
            self.inventory.apply(change)
        return [change.event.what for change in made if isinstance(change, Happened)]

    def reserve(self, record: Reservation = RECORD) -> list[Deed | object]:
        return self.apply(hosts.reserve(self.inventory, record, by="foreman", now=START))

    def give_back(self, mac: Mac = ONE) -> list[Deed | object]:
        return self.apply(hosts.give_back(self.inventory, "lab", mac, by="foreman", now=START))

    def deploy(self, mac: Mac = ONE, variants: Iterable[Variant] = Variant) -> None:
        for variant in variants:
            new = Configuration(station=str(mac), variant=variant, data=b"")
            self.apply(hosts.deploy(self.inventory, new, by="foreman", now=START))

    def withdraw(self, mac: Mac = ONE) -> list[Deed | object]:
        return [
            deed
            for variant in Variant
            for deed in self.apply(hosts.withdraw(self.inventory, str(mac), variant, by="foreman", now=START))
        ]

    @property
    def guests(self) -> list[tuple[str, tuple[Mac, ...], IPv4Address | None]]:
        return [(each.name, each.macs, each.address) for each in self.inventory.guests]


def test_a_record_is_a_guest_of_foreman() -> None:
    foreman = Foreman()
    assert foreman.reserve() == [Deed.GUEST_ADDED, Deed.ADDRESS_RESERVED]
    [guest] = foreman.inventory.guests
    assert guest == Guest(name="z1.example.com", macs=(ONE,), address=ADDRESS, network="lab", origin=Origin.FOREMAN)


def test_a_host_goes_with_the_last_that_is_left_of_it() -> None:
    foreman = Foreman()
    foreman.reserve()
    foreman.deploy()
    assert foreman.give_back() == [Deed.ADDRESS_GIVEN_BACK, Deed.GUEST_CHANGED]
    assert foreman.guests == [("z1.example.com", (ONE,), None)]
    assert foreman.withdraw() == [Deed.CONFIGURATION_REMOVED, Deed.GUEST_REMOVED]
    assert foreman.guests == []


@pytest.mark.parametrize("order", ["record first", "configurations first"])
def test_a_host_that_was_rolled_back_leaves_nothing(order: str) -> None:
    foreman = Foreman()
    foreman.reserve()
    foreman.deploy()
    for undo in (foreman.give_back, foreman.withdraw)[:: 1 if order == "record first" else -1]:
        undo()
    assert foreman.inventory.guests == ()
    assert foreman.inventory.deployed.is_empty
    assert foreman.give_back() == foreman.withdraw() == []


def test_a_record_that_is_made_again_keeps_what_others_have_said_of_the_guest() -> None:
    foreman = Foreman()
    foreman.reserve()
    foreman.deploy()
    [guest] = foreman.inventory.guests
    foreman.apply([GuestSet(replace(guest, firmware=Version(10, 0)))])
    foreman.give_back()
    foreman.reserve()
    [guest] = foreman.inventory.guests
    assert (guest.firmware, guest.address) == (Version(10, 0), ADDRESS)


def test_a_mac_that_changes_is_another_of_the_same_guest() -> None:
    foreman = Foreman()
    foreman.reserve()
    foreman.deploy()
    foreman.give_back()
    foreman.reserve(replace(RECORD, mac=TWO))
    foreman.withdraw(ONE)
    foreman.deploy(TWO)
    assert foreman.guests == [("z1.example.com", (TWO,), ADDRESS)]


def test_a_host_that_is_renamed_is_one_guest_still() -> None:
    foreman = Foreman()
    foreman.reserve()
    foreman.deploy()
    foreman.give_back()
    foreman.reserve(replace(RECORD, name="z2.example.com", hostname="z2.example.com"))
    assert foreman.guests == [("z2.example.com", (ONE,), ADDRESS)]


def test_the_ports_of_a_bond_are_one_guest() -> None:
    foreman = Foreman()
    foreman.reserve()
    foreman.reserve(replace(RECORD, mac=TWO, name="z1.example.com-01"))
    assert foreman.guests == [("z1.example.com", (ONE, TWO), ADDRESS)]
    foreman.give_back(ONE)
    assert foreman.guests == [("z1.example.com", (TWO,), ADDRESS)]


def test_another_interface_of_the_host_is_a_guest_of_its_own() -> None:
    foreman = Foreman()
    foreman.reserve()
    foreman.reserve(replace(RECORD, mac=TWO, address=ADDRESS + 1))
    assert [name for name, _, _ in foreman.guests] == ["z1.example.com", f"z1-{TWO.dashed}"]


def test_a_host_without_a_record_is_known_by_its_mac_until_it_has_one() -> None:
    foreman = Foreman()
    foreman.deploy()
    assert foreman.guests == [(f"foreman-{ONE.dashed}", (ONE,), None)]
    foreman.reserve()
    assert foreman.guests == [("z1.example.com", (ONE,), ADDRESS)]


def test_of_several_networks_none_is_guessed() -> None:
    foreman = Foreman(Inventory([LAB, OTHER_NETWORK]))
    foreman.deploy()
    assert foreman.guests == []


@pytest.mark.parametrize("first", ["record", "configuration"])
def test_a_guest_that_waits_for_approval_is_taken_over(first: str) -> None:
    waiting = Guest(name="discovered", macs=(ONE,), network="lab", origin=Origin.DISCOVERED)
    foreman = Foreman(Inventory([LAB], [waiting]))
    foreman.reserve() if first == "record" else foreman.deploy()
    [guest] = foreman.inventory.guests
    assert guest.origin is Origin.FOREMAN


@pytest.mark.parametrize("origin", [Origin.SETTINGS, Origin.ADDED])
def test_a_guest_of_netipl_is_not_taken(origin: Origin) -> None:
    foreman = Foreman(Inventory([LAB], [Guest(name="web1", macs=(ONE,), network="lab", origin=origin)]))
    with pytest.raises(ConflictError, match="web1"):
        foreman.reserve()
    foreman.deploy()
    assert foreman.guests == [("web1", (ONE,), None)]


def test_what_is_foremans_is_changed_there_alone() -> None:
    foreman = Foreman()
    foreman.reserve()
    [guest] = foreman.inventory.guests
    foreman.apply(changing.put(foreman.inventory, replace(guest, cpu="z14"), by="", now=START))
    for other in (replace(guest, macs=(TWO,)), replace(guest, address=None)):
        with pytest.raises(RefusedError, match="are Foreman's"):
            changing.put(foreman.inventory, other, by="", now=START)


def test_a_guest_that_somebody_else_removes_leaves_nothing() -> None:
    foreman = Foreman()
    foreman.reserve()
    foreman.deploy()
    [guest] = foreman.inventory.guests
    foreman.apply(hosts.forget(foreman.inventory, guest))
    assert foreman.inventory.deployed.is_empty
    assert hosts.forget(foreman.inventory, replace(guest, origin=Origin.ADDED)) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(replace(RECORD, address=LAB.server), id="the address of the server"),
        pytest.param(replace(RECORD, address=IPv4Address("10.1.1.1")), id="an address outside"),
    ],
)
def test_what_does_not_fit_in_changes_nothing(wrong: Reservation) -> None:
    foreman = Foreman()
    with pytest.raises(UsageError):
        foreman.reserve(wrong)
    assert foreman.guests == []
