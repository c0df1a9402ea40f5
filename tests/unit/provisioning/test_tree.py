"""Each client sees its own plan and what is for everybody, and a stranger nothing."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network

import pytest

from netipl.content import inline
from netipl.guests.guest import Guest, Origin
from netipl.guests.lease import Lease, LeaseState
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.protocols.tftp.resolution import Arriving, Denied, Missing, Resolution
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.boots import Boots
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.plan import Plan
from netipl.provisioning.tree import Tree

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ONE, OTHER, STRANGER = (IPv4Address(f"192.0.2.{last}") for last in (10, 11, 99))
MACS = {ONE: Mac.parse("52:54:00:00:00:01"), OTHER: Mac.parse("52:54:00:00:00:02")}
NETWORK = Network(name="lab", subnet=IPv4Network("192.0.2.0/24"), server=IPv4Address("192.0.2.1"), interface="lab0")
PUBLIC = inline("for everybody")


def lease(address: IPv4Address, state: LeaseState = LeaseState.BOUND) -> Lease:
    return Lease(network="lab", address=address, mac=MACS[address], state=state, expires=NOW + timedelta(hours=1))


def plan_named(text: str) -> Plan:
    return Plan(fields=BootFields(), tree={"boot.cfg": inline(text)})


def plan_of(lease: Lease) -> Plan | None:
    return plan_named(f"anew for {lease.address}")


def public(name: str) -> Resolution:
    return PUBLIC if name == "public/file" else Missing()


def tree(*leases: Lease, boots: Boots | None = None, allowed: tuple[IPv4Network, ...] = ()) -> Tree:
    inventory = Inventory([NETWORK], (), leases)
    return Tree(inventory, boots or Boots(), plan_of=plan_of, allowed=allowed, public=public)


def test_a_lease_sees_the_plan_that_its_boot_pinned() -> None:
    boots = Boots()
    boots.begin(MACS[ONE], 1, NOW)
    boots.pin(MACS[ONE], 1, ONE, plan_named("pinned"))
    assert tree(lease(ONE), boots=boots).resolve(b"boot.cfg", ONE) == inline("pinned")


def test_a_name_that_was_promised_is_asked_for_each_time_that_it_is_fetched() -> None:
    boots, found = Boots(), list[Resolution]([Arriving(), inline("kernel")])
    boots.begin(MACS[ONE], 1, NOW)
    made = Plan(fields=BootFields(), tree={}, promised=frozenset({"media/1/kernel"}))
    boots.pin(MACS[ONE], 1, ONE, made)
    looked_up = Tree(Inventory([NETWORK], (), [lease(ONE)]), boots, plan_of=plan_of, public=lambda _: found.pop(0))
    assert looked_up.resolve(b"media/1/kernel", ONE) == Arriving()
    assert looked_up.resolve(b"media/1/kernel", ONE) == inline("kernel")


PROMISED = "boot/linux"


def promising(*states: Resolution) -> Tree:
    """A plan whose kernel is in one of `states` each time that it is looked at."""
    boots, found = Boots(), list(states)
    boots.begin(MACS[ONE], 1, NOW)
    configuration = {"guests/one/boot.cfg": inline("its kernel is promised")}
    boots.pin(
        MACS[ONE], 1, ONE, Plan(fields=BootFields(), tree=configuration, promised=frozenset({PROMISED}), closed=True)
    )
    inventory = Inventory([NETWORK], (), [lease(ONE)])
    return Tree(
        inventory, boots, plan_of=plan_of, promised=lambda name: found.pop(0) if name == PROMISED else Missing()
    )


@pytest.mark.parametrize("name", [b"guests/one/boot.cfg", b"guests/one/pxelinux.cfg/C000020A", b"pxelinux.cfg/default"])
def test_a_configuration_waits_for_its_files_under_each_name_that_it_is_looked_for(name: bytes) -> None:
    looked_up = promising(Arriving(), inline("kernel"))
    assert looked_up.resolve(name, ONE) == Arriving()
    assert looked_up.resolve(name, ONE) == inline("its kernel is promised")


def test_a_configuration_does_not_wait_for_a_file_that_will_not_come() -> None:
    assert promising(Missing()).resolve(b"guests/one/boot.cfg", ONE) == inline("its kernel is promised")


@pytest.mark.parametrize("name", [b"guests/one/boot.cfg.old", b"pxelinux.cfg", b"pxelinux.cfg/default/more"])
def test_other_names_do_not_wait(name: bytes) -> None:
    assert promising(Arriving()).resolve(name, ONE) == Missing()


def test_a_plan_whose_files_are_there_is_found_under_its_own_name_alone() -> None:
    boots = Boots()
    boots.begin(MACS[ONE], 1, NOW)
    boots.pin(MACS[ONE], 1, ONE, plan_named("pinned"))
    assert tree(lease(ONE), boots=boots).resolve(b"pxelinux.cfg/default", ONE) == Missing()


def test_two_leases_see_different_bytes_at_the_same_name() -> None:
    looked_up = tree(lease(ONE), lease(OTHER))
    assert looked_up.resolve(b"boot.cfg", ONE) == inline(f"anew for {ONE}")
    assert looked_up.resolve(b"boot.cfg", OTHER) == inline(f"anew for {OTHER}")


def test_the_plan_of_who_had_the_address_before_is_not_shown() -> None:
    boots = Boots()
    boots.begin(MACS[OTHER], 1, NOW)
    boots.pin(MACS[OTHER], 1, ONE, plan_named("of another guest"))
    assert tree(lease(ONE), boots=boots).resolve(b"boot.cfg", ONE) == inline(f"anew for {ONE}")


@pytest.mark.parametrize("name", [b"public/file", b"/public/file", b"./public//file"])
def test_a_leading_slash_does_not_matter(name: bytes) -> None:
    assert tree(lease(ONE)).resolve(name, ONE) == PUBLIC


def test_what_is_nowhere_is_missing() -> None:
    assert tree(lease(ONE)).resolve(b"nowhere", ONE) == Missing()


def test_a_stranger_is_denied_even_what_is_public() -> None:
    assert isinstance(tree(lease(ONE)).resolve(b"public/file", STRANGER), Denied)


def test_who_is_allowed_sees_what_is_public_and_no_plan() -> None:
    looked_up = tree(lease(ONE), allowed=(IPv4Network("192.0.2.96/29"),))
    assert looked_up.resolve(b"public/file", STRANGER) == PUBLIC
    assert looked_up.resolve(b"boot.cfg", STRANGER) == Missing()


def test_a_declined_address_is_nobodys() -> None:
    assert isinstance(tree(lease(ONE, LeaseState.DECLINED)).resolve(b"public/file", ONE), Denied)


@pytest.mark.parametrize("name", [b"../etc/passwd", b"a\\b", b"a\0b"])
def test_names_that_no_tree_has_are_denied(name: bytes) -> None:
    assert isinstance(tree(lease(ONE)).resolve(name, ONE), Denied)


def test_a_guest_that_waits_for_approval_sees_nothing() -> None:
    new = Guest(name="new", macs=(MACS[ONE],), network="lab", origin=Origin.DISCOVERED)
    inventory = Inventory([NETWORK], [new], [lease(ONE)])
    looked_up = Tree(inventory, Boots(), plan_of=plan_of, public=public)
    assert looked_up.resolve(b"public/file", ONE) == Denied("guest new waits for approval")
    assert looked_up.resolve(b"boot.cfg", ONE) == Denied("guest new waits for approval")


def test_to_a_guest_that_goes_to_its_disk_nothing_is_served_but_media() -> None:
    closed = Plan(fields=BootFields(), tree={}, closed=True)
    inventory = Inventory([NETWORK], (), [lease(ONE)])
    looked_up = Tree(inventory, Boots(), plan_of=lambda _: closed, public=lambda _: PUBLIC)
    assert looked_up.resolve(b"public/file", ONE) == Missing()
    assert looked_up.resolve(b"media/rhel-1/images/kernel.img", ONE) == PUBLIC
    assert isinstance(looked_up.resolve(b"media/rhel-1/images/kernel.img", STRANGER), Denied)


def test_what_only_one_plan_promises_nobody_else_gets() -> None:
    boots = Boots()
    boots.begin(MACS[ONE], 1, NOW)
    image = "guests/one/boot.img"
    promising = Plan(fields=BootFields(), tree={}, promised=frozenset({image}), closed=True)
    boots.pin(MACS[ONE], 1, ONE, promising)
    looked_up = Tree(
        Inventory([NETWORK], (), [lease(ONE), lease(OTHER)]),
        boots,
        plan_of=plan_of,
        promised=lambda name: inline(f"promised {name}"),
    )
    assert looked_up.resolve(image.encode(), ONE) == inline(f"promised {image}")
    assert looked_up.resolve(image.encode(), OTHER) == Missing()
    assert looked_up.resolve(b"other", ONE) == Missing(), "it is closed"


def test_what_is_for_clients_without_a_lease_is_for_them_alone() -> None:
    looked_up = Tree(
        Inventory([NETWORK], (), [lease(ONE)]),
        Boots(),
        plan_of=plan_of,
        allowed=[IPv4Network("198.51.100.0/24")],
        public=public,
        strangers=lambda name: inline("theirs") if name == "pxelinux.cfg/01-x" else Missing(),
    )
    there = IPv4Address("198.51.100.7")
    assert looked_up.resolve(b"pxelinux.cfg/01-x", there) == inline("theirs")
    assert looked_up.resolve(b"public/file", there) == PUBLIC
    assert looked_up.resolve(b"pxelinux.cfg/01-x", ONE) == Missing()
    assert isinstance(looked_up.resolve(b"pxelinux.cfg/01-x", STRANGER), Denied)
