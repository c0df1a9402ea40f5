"""A boot begins once for a transaction id, keeps its plan, and moves by the table alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import pytest

from netipl.net import Mac
from netipl.provisioning import boots
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.boots import TRANSITIONS, Boot, Boots, BootState, began
from netipl.provisioning.plan import Plan
from netipl.provisioning.timeline import Observation, Seen

NOW = datetime(2026, 11, 23, tzinfo=UTC)
MAC = Mac.parse("52:54:00:00:00:01")
OTHER_MAC = Mac.parse("52:54:00:00:00:02")
ADDRESS, OTHER_ADDRESS = IPv4Address("192.0.2.10"), IPv4Address("192.0.2.11")
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


def test_a_boot_that_has_its_plan_is_not_pinned_again() -> None:
    all_boots = Boots()
    all_boots.begin(MAC, 1, NOW)
    assert all_boots.pin(MAC, 1, ADDRESS, PLAN) is all_boots.of(MAC)
    assert all_boots.pin(MAC, 1, ADDRESS, PLAN) is None


def test_a_boot_that_moves_to_another_address_gets_the_plan_for_it() -> None:
    all_boots = Boots()
    all_boots.begin(MAC, 1, NOW)
    all_boots.pin(MAC, 1, ADDRESS, PLAN)
    moved = all_boots.pin(MAC, 1, OTHER_ADDRESS, OTHER_PLAN)
    assert moved is not None
    assert (moved.address, moved.plan) == (OTHER_ADDRESS, OTHER_PLAN)
    assert (all_boots.at(ADDRESS), all_boots.at(OTHER_ADDRESS)) == (None, moved)


def test_what_tftp_reports_is_of_the_boot_that_has_the_address() -> None:
    all_boots = Boots()
    all_boots.begin(MAC, 1, NOW)
    late = seen(Seen.TFTP_FINISHED, address=ADDRESS)
    assert all_boots.concerned(late) is None
    pinned = all_boots.pin(MAC, 1, ADDRESS, PLAN)
    assert all_boots.concerned(late) is pinned


def test_pins_that_were_not_stored_are_undone() -> None:
    all_boots = Boots()
    for number, mac in enumerate((MAC, OTHER_MAC)):
        all_boots.begin(mac, 1, NOW)
        all_boots.pin(mac, 1, IPv4Address(f"192.0.2.{number}"), PLAN)
    kept, lost = all_boots.of(MAC), all_boots.of(OTHER_MAC)
    assert kept is not None
    assert lost is not None
    all_boots.reload([replace(kept, plan=None)])
    assert all_boots.of(MAC) == kept
    assert all_boots.of(OTHER_MAC) == replace(lost, address=None, plan=None, purpose=None)
    assert all_boots.at(IPv4Address("192.0.2.1")) is None


def test_who_had_an_address_before_a_pin_that_was_not_stored_has_it_again() -> None:
    all_boots = Boots()
    for mac in (MAC, OTHER_MAC):
        all_boots.begin(mac, 1, NOW)
        all_boots.pin(mac, 1, ADDRESS, PLAN)
    kept = all_boots.of(MAC)
    assert kept is not None
    all_boots.reload([kept])
    assert all_boots.at(ADDRESS) is kept


def test_of_two_boots_that_are_taken_up_the_newer_one_has_the_address() -> None:
    old = Boot(mac=MAC, xid=1, began=NOW, address=ADDRESS)
    new = Boot(mac=OTHER_MAC, xid=1, began=NOW + timedelta(hours=1), address=ADDRESS)
    for order in ((old, new), (new, old)):
        all_boots = Boots()
        for boot in order:
            all_boots.take_up(boot)
        assert all_boots.at(ADDRESS) == new
        assert not all_boots.story(new).is_whole


def test_the_identifier_of_a_boot_grows_with_time_and_tells_it() -> None:
    old = Boot(mac=MAC, xid=2, began=NOW)
    new = Boot(mac=MAC, xid=1, began=NOW + timedelta(microseconds=1))
    assert old.id < new.id
    assert began(new.id) == new.began


LOADS = (Seen.TFTP_STARTED, Seen.TFTP_MISSING, Seen.TFTP_DENIED, Seen.TFTP_PROGRESS, Seen.TFTP_FINISHED)
ASKS = (Seen.ANSWERS_FETCHED, Seen.ANSWERS_FAILED)
LIVES = (Seen.KERNEL, Seen.GUEST_ADDRESSED, Seen.CALLBACK, *ASKS, Seen.INSTALLER)
MOVES: dict[BootState, dict[Seen, BootState]] = {
    BootState.ASKING: {
        Seen.DHCP_ACK: BootState.ADDRESSED,
        Seen.BOOTP_REPLY: BootState.ADDRESSED,
        Seen.DHCP_RELEASE: BootState.FINISHED,
        **dict.fromkeys(LIVES, BootState.STARTED),
    },
    BootState.ADDRESSED: {
        **dict.fromkeys(LOADS, BootState.LOADING),
        Seen.DHCP_RELEASE: BootState.FINISHED,
        **dict.fromkeys(LIVES, BootState.STARTED),
    },
    BootState.LOADING: {Seen.DHCP_RELEASE: BootState.FINISHED, **dict.fromkeys(LIVES, BootState.STARTED)},
    BootState.FINISHED: dict.fromkeys(LIVES, BootState.STARTED),
    BootState.FAILED: dict.fromkeys(LIVES, BootState.STARTED),
    BootState.STARTED: {},
    BootState.INTERRUPTED: {},
}


@pytest.mark.parametrize("what", list(Seen))
@pytest.mark.parametrize("before", list(BootState))
def test_each_state_moves_by_these_observations_and_no_others(before: BootState, what: Seen) -> None:
    all_boots = Boots()
    all_boots.take_up(Boot(mac=MAC, xid=1, began=NOW, address=ADDRESS, state=before))
    moved = all_boots.observe(seen(what, address=ADDRESS))
    expected = MOVES[before].get(what)
    assert (moved.state if moved is not None else None) is expected
    assert state(all_boots) is (expected or before)
    assert TRANSITIONS.get((before, what)) is expected


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
