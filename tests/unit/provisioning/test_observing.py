"""What is seen finds its boot and its build, moves them, and ends them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from netipl.firmware.rules import RuleId
from netipl.guests.build import BuildState
from netipl.guests.guest import Origin
from netipl.protocols.tftp.server import Reason
from netipl.provisioning.boots import Boot, BootState
from netipl.provisioning.changes import BootSet, BuildSet, Change, Happened
from netipl.provisioning.observing import Limits, displaced, observed, overdue, without_secrets
from netipl.provisioning.timeline import Deed, Observation, Seen
from tests.plane import MAC, START, WEB1, Plane
from tests.unit.provisioning.boot_bench import ADDRESS, OTHER_MAC, SECOND, Bench, in_phase

# The boot


def test_what_is_seen_is_told_of_its_boot() -> None:
    bench = Bench()
    bench.see(Seen.TFTP_MISSING, name="x")
    event = bench.plane.events[-1]
    boot = bench.plane.boot_of()
    assert (event.what, event.boot, event.build, event.guest) == (Seen.TFTP_MISSING, boot.id, boot.build, "web1")
    assert (event.network, event.mac, event.address) == ("lab", MAC, ADDRESS)


def test_a_step_forward_is_kept() -> None:
    bench = Bench()
    changes = observed(
        bench.plane.inventory,
        bench.plane.boots,
        Observation(at=START + SECOND, seen=Seen.TFTP_STARTED, address=ADDRESS, detail={"name": "x", "size": 1}),
    )
    moved = bench.plane.boot_of()
    assert (moved.state, moved.since) == (BootState.LOADING, START + SECOND)
    assert BootSet(moved) in changes


def test_what_belongs_to_no_boot_is_not_kept() -> None:
    bench = Bench()
    kept = len(bench.plane.kept)
    bench.plane.see(Seen.TFTP_MISSING, address=ADDRESS + 1, name="x")
    bench.plane.see(Seen.DHCP_DISCOVER, mac=OTHER_MAC)
    assert len(bench.plane.kept) == kept


@pytest.mark.parametrize("seen", [Seen.TFTP_PROGRESS, Seen.CONSOLE])
def test_what_passes_is_not_kept(seen: Seen) -> None:
    bench = Bench()
    bench.see(seen, name="x", size=2, sent=1)
    assert not bench.plane.happened(seen)


def test_of_what_an_installer_fetches_from_a_tree_only_what_fails_is_kept() -> None:
    bench = Bench()
    bench.see(Seen.HTTP_SERVED, name="media/rhel-1/tree/Packages/a.rpm", status=200, size=1)
    assert not bench.plane.happened(Seen.HTTP_SERVED)
    bench.see(Seen.HTTP_SERVED, name="media/rhel-1/tree/Packages/b.rpm", status=404, size=1)
    bench.see(Seen.HTTP_SERVED, name="media/rhel-1/images/kernel.img", status=200, size=1)
    assert [event.detail["status"] for event in bench.plane.happened(Seen.HTTP_SERVED)] == [404, 200]


def test_transfers_that_end_since_another_boot_begins_are_not_of_that_boot() -> None:
    bench = Bench()
    bench.see(Seen.TFTP_FAILED, name="x", reason=Reason.DROPPED)
    [event] = bench.plane.happened(Seen.TFTP_FAILED)
    assert (event.guest, event.boot, event.build) == ("web1", None, None)
    assert not bench.plane.boots.story(bench.plane.boot_of()).failed


# The build


def test_a_build_is_spent_with_the_last_file() -> None:
    bench = Bench()
    *first, last = bench.names
    bench.fetch(*first)
    assert bench.build() is BuildState.LOADING
    bench.fetch(last)
    assert bench.build() is BuildState.SPENT


def test_a_build_is_spent_by_a_file_whose_last_acknowledgement_is_lost() -> None:
    bench = Bench()
    *first, last = bench.names
    bench.fetch(*first)
    bench.see(Seen.TFTP_STARTED, name=last, size=70_000)
    bench.see(Seen.TFTP_PROGRESS, name=last, size=70_000, sent=69_000)
    assert bench.build() is BuildState.LOADING
    bench.see(Seen.DHCP_RELEASE)
    assert bench.build() is BuildState.SPENT


def test_a_build_is_not_spent_by_a_firmware_that_gives_up_in_mid_file() -> None:
    bench = Bench()
    *first, last = bench.names
    bench.fetch(*first)
    bench.see(Seen.TFTP_STARTED, name=last, size=70_000)
    bench.see(Seen.TFTP_PROGRESS, name=last, size=70_000, sent=30_000)
    bench.see(Seen.DHCP_RELEASE)
    assert bench.build() is BuildState.LOADING


@pytest.mark.parametrize("sign", [Seen.KERNEL, Seen.GUEST_ADDRESSED, Seen.ANSWERS_FETCHED, Seen.CALLBACK])
def test_a_build_is_spent_at_last_when_the_kernel_speaks(sign: Seen) -> None:
    bench = Bench()
    bench.see(sign)
    assert (bench.boot(), bench.build()) == (BootState.STARTED, BuildState.SPENT)


def test_a_boot_spends_a_build_once() -> None:
    bench = Bench(attempts=3)
    bench.fetch()
    bench.see(Seen.KERNEL)
    bench.fetch()
    assert bench.plane.build_of().attempts == 2


def test_a_boot_spends_no_build_but_its_own() -> None:
    bench = Bench()
    bench.plane.end(Deed.BUILD_CANCELLED)
    bench.plane.now += SECOND
    bench.plane.build()
    bench.fetch()
    assert bench.build() is BuildState.WAITING


def test_a_cancelled_build_stays_cancelled_when_its_boot_goes_on() -> None:
    bench = Bench()
    bench.plane.end(Deed.BUILD_CANCELLED)
    bench.fetch()
    bench.see(Seen.KERNEL)
    assert (bench.boot(), bench.build()) == (BootState.STARTED, BuildState.CANCELLED)


def test_an_installer_that_is_done_ends_its_build() -> None:
    bench = Bench()
    bench.fetch()
    bench.see(Seen.INSTALLER, build=bench.plane.build_of().id, says="done")
    assert bench.build() is BuildState.DONE


def test_an_installer_may_say_that_it_is_done_after_its_guest_has_booted_from_disk() -> None:
    bench = Bench()
    bench.fetch()
    bench.begin(2)
    assert bench.plane.boot_of().build is None
    bench.see(Seen.INSTALLER, build=bench.plane.build_of().id, says="done")
    assert bench.build() is BuildState.DONE


def test_an_installer_is_heard_also_when_its_boot_is_not_known() -> None:
    bench = Bench()
    bench.fetch()
    said = Observation(
        at=START,
        seen=Seen.INSTALLER,
        address=ADDRESS + 7,
        guest="web1",
        detail={"build": bench.plane.build_of().id, "says": "done"},
    )
    bench.plane.observe(said)
    assert bench.build() is BuildState.DONE


def test_an_installer_that_fails_says_why_or_not() -> None:
    for words, cause in (("no disk", "no disk"), ("", "its installer does not say why"), ("a\nb\x1b", "a\\x0ab\\x1b")):
        bench = Bench()
        bench.fetch()
        bench.see(Seen.INSTALLER, build=bench.plane.build_of().id, says="failed", words=words)
        assert (bench.build(), bench.plane.build_of().cause) == (BuildState.FAILED, cause)


@pytest.mark.parametrize("says", ["started", "partitioned", "", "cancelled"])
def test_other_words_of_an_installer_end_nothing(says: str) -> None:
    bench = Bench()
    bench.fetch()
    bench.see(Seen.INSTALLER, build=bench.plane.build_of().id, says=says)
    assert (bench.boot(), bench.build()) == (BootState.STARTED, BuildState.SPENT)


def test_what_an_installer_says_twice_counts_once() -> None:
    bench = Bench()
    for _ in range(2):
        bench.see(Seen.INSTALLER, build=bench.plane.build_of().id, says="done")
    assert len(bench.plane.happened(Deed.BUILD_DONE)) == 1
    assert len(bench.plane.happened(Seen.INSTALLER)) == 2


def test_what_an_installer_says_of_another_build_is_told_and_nothing_more() -> None:
    bench = Bench()
    bench.fetch()
    bench.see(Seen.INSTALLER, build="another", says="done")
    assert bench.build() is BuildState.SPENT


# What comes in its place


def ended(bench: Bench) -> tuple[Change, ...]:
    return displaced(bench.plane.inventory, bench.plane.boots, bench.plane.boot_of(), START + SECOND)


@pytest.mark.parametrize("state", [BootState.ASKING, BootState.ADDRESSED, BootState.LOADING])
def test_a_boot_is_interrupted_by_another(state: BootState) -> None:
    changed, told = ended(in_phase(state))
    assert isinstance(changed, BootSet)
    assert isinstance(told, Happened)
    assert (changed.boot.state, told.event.what) == (BootState.INTERRUPTED, Deed.BOOT_ENDED)


@pytest.mark.parametrize("state", [BootState.FINISHED, BootState.STARTED])
def test_a_boot_whose_firmware_was_done_is_not(state: BootState) -> None:
    assert ended(in_phase(state)) == ()


def test_a_firmware_that_gave_up_has_failed_when_the_next_boot_comes() -> None:
    bench = Bench()
    bench.fetch(bench.names[0])
    bench.see(Seen.DHCP_RELEASE)
    assert [change.boot.state for change in ended(bench) if isinstance(change, BootSet)] == [BootState.FAILED]


# Secrets


def test_secrets_are_hidden_in_what_is_kept() -> None:
    bench = Bench()
    token = bench.plane.tokens.of(bench.plane.build_of())
    seen = Observation(at=START, seen=Seen.CALLBACK, detail={"path": f"/callback/{token}/done", "size": 1})
    assert without_secrets(seen).detail == {"path": "/callback/netipl_.../done", "size": 1}
    plain = Observation(at=START, seen=Seen.CALLBACK, detail={"path": "/x", "size": 1})
    assert without_secrets(plain) is plain


def test_a_boot_shows_no_token() -> None:
    bench = Bench()
    assert bench.plane.tokens.of(bench.plane.build_of()) not in repr(bench.plane.boot_of())


def test_one_look_ends_a_build_once() -> None:
    """Though both its boot and itself have taken too long."""
    bench = in_phase(BootState.FINISHED)
    found = list(overdue(bench.plane.inventory, bench.plane.boots, Limits(), START + timedelta(days=1)))
    assert sum(isinstance(change, BuildSet) for change in found) == 1


def test_a_discovered_guest_has_a_boot_and_no_plan() -> None:
    plane = Plane(guests=(replace(WEB1, origin=Origin.DISCOVERED),))
    plane.boots.begin(MAC, 1, START, network="lab", guest="web1")
    plane.see(Seen.DHCP_IGNORED, mac=MAC, reason="guest web1 waits for approval", rule=RuleId.NOT_APPROVED)
    plane.tick(seconds=91)
    boot: Boot = plane.boot_of()
    assert (boot.rule, boot.plan) == (RuleId.NOT_APPROVED, None)
