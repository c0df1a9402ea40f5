"""A boot begins once for a transaction id, keeps its plan, and moves by the table alone."""

from datetime import UTC, datetime
from ipaddress import IPv4Address

import pytest

from netipl.net import Mac
from netipl.provisioning import boots
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.boots import TRANSITIONS, Boots, BootState
from netipl.provisioning.plan import Plan
from netipl.provisioning.timeline import Observation, Seen

NOW = datetime(2026, 11, 23, tzinfo=UTC)
MAC = Mac.parse("52:54:00:00:00:01")
ADDRESS = IPv4Address("192.0.2.10")
PLAN = Plan(fields=BootFields(file=b"one"), tree={})
OTHER_PLAN = Plan(fields=BootFields(file=b"two"), tree={})


def seen(what: Seen, *, mac: Mac | None = MAC, address: IPv4Address | None = None) -> Observation:
    return Observation(at=NOW, seen=what, mac=mac, address=address)


def state(all_boots: Boots) -> BootState:
    boot = all_boots.of(MAC)
    assert boot is not None
    return boot.state


def test_a_boot_keeps_the_plan_of_its_first_ack() -> None:
    all_boots = Boots()
    all_boots.begin(MAC, 1, NOW)
    all_boots.pin(MAC, 1, ADDRESS, PLAN)
    all_boots.pin(MAC, 1, ADDRESS, OTHER_PLAN)
    boot = all_boots.at(ADDRESS)
    assert boot is not None
    assert boot.plan == PLAN


def test_another_transaction_id_is_another_boot_without_a_plan() -> None:
    all_boots = Boots()
    all_boots.begin(MAC, 1, NOW)
    all_boots.pin(MAC, 1, ADDRESS, PLAN)
    all_boots.begin(MAC, 2, NOW)
    boot = all_boots.of(MAC)
    assert boot is not None
    assert (boot.xid, boot.plan, boot.state) == (2, None, BootState.ASKING)


def test_a_repeated_discover_does_not_begin_anew() -> None:
    all_boots = Boots()
    all_boots.begin(MAC, 1, NOW)
    all_boots.pin(MAC, 1, ADDRESS, PLAN)
    all_boots.begin(MAC, 1, NOW)
    assert all_boots.of(MAC) == all_boots.at(ADDRESS) != None  # noqa: E711 - one chain says it all


def test_a_plan_for_another_boot_is_not_pinned() -> None:
    all_boots = Boots()
    all_boots.begin(MAC, 2, NOW)
    all_boots.pin(MAC, 1, ADDRESS, PLAN)
    assert all_boots.at(ADDRESS) is None


def test_a_boot_goes_from_asking_to_started() -> None:
    all_boots = Boots()
    all_boots.begin(MAC, 1, NOW)
    all_boots.pin(MAC, 1, ADDRESS, PLAN)
    steps = [
        (seen(Seen.DHCP_ACK), BootState.ADDRESSED),
        (seen(Seen.TFTP_MISSING, mac=None, address=ADDRESS), BootState.LOADING),
        (seen(Seen.TFTP_FINISHED, mac=None, address=ADDRESS), BootState.LOADING),
        (seen(Seen.DHCP_RELEASE), BootState.FINISHED),
        (seen(Seen.GUEST_ADDRESSED), BootState.STARTED),
    ]
    for observation, expected in steps:
        all_boots.observe(observation)
        assert state(all_boots) is expected


@pytest.mark.parametrize("known", [Seen.KERNEL, Seen.GUEST_ADDRESSED, Seen.CALLBACK])
@pytest.mark.parametrize("before", list(BootState))
def test_a_sign_of_the_guests_own_system_means_started_in_every_state(known: Seen, before: BootState) -> None:
    assert TRANSITIONS[before, known] is BootState.STARTED


def test_what_belongs_to_no_boot_changes_none() -> None:
    all_boots = Boots()
    all_boots.begin(MAC, 1, NOW)
    assert all_boots.observe(seen(Seen.DHCP_RELEASE, mac=Mac.parse("52:54:00:00:00:02"))) is None
    assert state(all_boots) is BootState.ASKING


def test_the_oldest_boot_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boots, "MOST", 2)
    all_boots = Boots()
    macs = [Mac(bytes((2, 0, 0, 0, 0, last))) for last in range(3)]
    for number, mac in enumerate(macs):
        all_boots.begin(mac, 1, NOW)
        all_boots.pin(mac, 1, ADDRESS + number, PLAN)
    assert [boot.mac for boot in all_boots] == macs[1:]
    assert all_boots.at(ADDRESS) is None


def test_a_boot_has_one_address_and_not_that_of_the_boot_before() -> None:
    all_boots = Boots()
    all_boots.begin(MAC, 1, NOW)
    all_boots.pin(MAC, 1, ADDRESS, PLAN)
    all_boots.begin(MAC, 2, NOW)
    assert all_boots.at(ADDRESS) is None
    all_boots.pin(MAC, 2, ADDRESS + 1, OTHER_PLAN)
    assert all_boots.at(ADDRESS) is None
    assert all_boots.at(ADDRESS + 1) is all_boots.of(MAC)


def test_the_oldest_boot_leaves_its_address_to_whoever_has_it_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boots, "MOST", 2)
    all_boots = Boots()
    macs = [Mac(bytes((2, 0, 0, 0, 0, last))) for last in range(3)]
    for mac in macs[:2]:
        all_boots.begin(mac, 1, NOW)
        all_boots.pin(mac, 1, ADDRESS, PLAN)
    all_boots.begin(macs[2], 1, NOW)
    assert all_boots.at(ADDRESS) is all_boots.of(macs[1])


def test_who_gets_its_address_again_has_its_plan_again() -> None:
    all_boots = Boots()
    other = Mac.parse("52:54:00:00:00:02")
    for mac, plan in ((MAC, PLAN), (other, OTHER_PLAN)):
        all_boots.begin(mac, 1, NOW)
        all_boots.pin(mac, 1, ADDRESS, plan)
    assert all_boots.at(ADDRESS) is all_boots.of(other)
    all_boots.pin(MAC, 1, ADDRESS, OTHER_PLAN)
    boot = all_boots.at(ADDRESS)
    assert boot is not None
    assert (boot.mac, boot.plan) == (MAC, PLAN)
