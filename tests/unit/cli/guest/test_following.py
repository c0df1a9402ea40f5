"""Where a watched guest stands: tables for what is there when watching begins, and for every event that can follow."""

from datetime import UTC, datetime
from typing import Any

import pytest

from netipl.cli.guest.following import Following, Phase, Row, Until
from netipl.cli.remote.views import EventView, event_view, guest_view
from netipl.guests.build import BuildState
from netipl.guests.status import Status
from netipl.provisioning.boots import BootState
from netipl.provisioning.timeline import Deed, Seen
from tests.recorded_api import BOOT, boot, build, event, guest

LATER = "20261126T090000000-525400133310-00000002"
EARLIER = "20261126T070000000-525400133310-00000002"


def seen(what: str, detail: dict[str, Any] | None = None, **more: Any) -> EventView:
    return event_view(event(1, what, detail, **more))


def row_after(*events: EventView) -> Row:
    row = Row("web1")
    for each in events:
        row.note(each)
    return row


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("state", [None, *BootState])
def test_every_state_of_a_guest_has_its_phase(status: Status, state: BootState | None) -> None:
    shown = guest(status=status, boot=boot(state) if state else None, build=build("loading"))
    assert Row.of(guest_view(shown)).phase in Phase


@pytest.mark.parametrize(
    ("shown", "phase"),
    [
        (guest(), Phase.IDLE),
        (guest(status="discovered"), Phase.DISCOVERED),
        (guest(status="waiting", build=build(), boot=boot("started", build="older")), Phase.WAITING),
        (guest(status="booting", build=build("loading"), boot=boot("loading")), Phase.LOADING),
        (guest(status="booting", build=build("loading"), boot=boot("failed")), Phase.FAILED),
        (guest(status="installing", build=build("spent"), boot=boot("finished")), Phase.LOADED),
        (guest(status="installing", build=build("spent"), boot=boot("started")), Phase.KERNEL),
        (guest(status="installed", build=build("done"), boot=boot("started")), Phase.INSTALLED),
        (guest(status="running", build=build("done"), boot=boot("finished", purpose="disk", build=None)), Phase.DISK),
        (guest(status="booted", build=build("done"), boot=boot("finished", purpose="disk", build=None)), Phase.DISK),
        (guest(status="off", boot=boot("started", build=None)), Phase.IDLE),
        (guest(status="crashed", boot=boot("started", build=None)), Phase.IDLE),
        (guest(status="failed", build=build("failed"), boot=boot("started")), Phase.FAILED),
    ],
)
def test_where_a_guest_stands_follows_from_its_build_and_its_boot(shown: dict[str, Any], phase: Phase) -> None:
    assert Row.of(guest_view(shown)).phase is phase


def test_why_a_boot_failed_before_is_told_with_the_remedy_of_its_rule() -> None:
    failed = boot("failed", rule="file-missing", cause="initrd is missing")
    row = Row.of(guest_view(guest(status="booting", build=build("loading"), boot=failed)))
    assert row.cause == "initrd is missing"
    assert row.remedy


def test_a_file_whose_end_is_told_late_counts_and_is_no_longer_shown() -> None:
    row = row_after(
        seen(Seen.TFTP_STARTED, {"name": "k", "size": 10}),
        seen(Seen.TFTP_PROGRESS, {"name": "k", "size": 10, "sent": 9}),
        seen(Seen.DHCP_RELEASE),
        seen(Seen.TFTP_FINISHED, {"name": "k", "size": 10}),
    )
    assert (row.phase, row.size, row.fetched) == (Phase.LOADED, 0, 10)
    assert row.is_under_way


def test_a_machine_that_was_just_started_has_not_come_as_far_as_its_boot_before() -> None:
    row = Row.of(guest_view(guest(status="running", boot=boot("started", build=None))))
    row.begin_anew()
    phases = [row.phase]
    row.note(seen(Seen.DHCP_DISCOVER, boot=LATER))
    assert [*phases, row.phase] == [Phase.ON, Phase.ASKING]
    waiting = Row.of(guest_view(guest(status="waiting", build=build())))
    waiting.begin_anew()
    assert waiting.phase is Phase.WAITING


def test_the_kernel_of_its_disk_counts_unless_an_installer_was_to_start() -> None:
    row = Row("web1", Phase.ON)
    row.note(seen(Seen.DISK_KERNEL, boot=None, build=None))
    assert row.is_at(Until.KERNEL)
    for phase, its in ((Phase.LOADING, "b"), (Phase.WAITING, None)):
        fallen = Row("web1", phase)
        fallen.note(seen(Seen.DISK_KERNEL, boot=None, build=its))
        assert fallen.phase is phase


def test_a_host_that_tells_foreman_that_it_is_built_is_installed() -> None:
    assert row_after(seen(Seen.KERNEL), seen(Deed.HOST_BUILT, boot=None)).is_at(Until.INSTALLED)
    assert row_after(seen(Seen.KERNEL), seen(Deed.HOST_FAILED, boot=None)).is_lost


def test_one_boot_from_its_first_packet_to_its_end() -> None:
    row = Row("web1")
    phases: list[Phase] = []
    for each in (
        seen(Deed.BUILD_ASKED, boot=None),
        seen(Seen.DHCP_DISCOVER),
        seen(Seen.DHCP_OFFER),
        seen(Seen.DHCP_ACK),
        seen(Deed.BUILD_PINNED),
        seen(Seen.TFTP_STARTED, {"name": "k", "size": 10}),
        seen(Seen.TFTP_FINISHED, {"name": "k", "size": 10}),
        seen(Deed.BUILD_SPENT),
        seen(Seen.DHCP_RELEASE),
        seen(Seen.DHCP_DISCOVER),  # of the guest's own system
        seen(Seen.GUEST_ADDRESSED),
        seen(Seen.ANSWERS_FETCHED),
        seen(Seen.DHCP_ACK),
        seen(Deed.BUILD_DONE),
    ):
        row.note(each)
        if not phases or phases[-1] is not row.phase:
            phases.append(row.phase)
    assert phases == [
        Phase.WAITING,
        Phase.ASKING,
        Phase.ADDRESSED,
        Phase.LOADING,
        Phase.LOADED,
        Phase.KERNEL,
        Phase.INSTALLING,
        Phase.INSTALLED,
    ]
    assert row.fetched == 10


def test_a_file_is_shown_while_it_is_sent() -> None:
    row = row_after(seen(Seen.TFTP_STARTED, {"name": "k", "size": 10}))
    row.note(seen(Seen.TFTP_PROGRESS, {"name": "k", "size": 10, "sent": 4}))
    assert (row.file, row.size, row.sent) == ("k", 10, 4)
    row.note(seen(Seen.TFTP_FINISHED, {"name": "k", "size": 10}))
    assert (row.file, row.size, row.sent, row.fetched) == ("", 0, 0, 10)


@pytest.mark.parametrize(
    ("what", "cause"),
    [
        (Deed.BOOT_FAILED, "it is missing"),
        (Deed.BUILD_FAILED, "it is missing"),
        (Deed.BUILD_CANCELLED, "build cancelled"),
        (Deed.GUEST_REMOVED, "removed"),
    ],
)
def test_what_leads_nowhere_ends_the_watch_with_a_cause(what: Deed, cause: str) -> None:
    detail = {"cause": "it is missing", "remedy": "put it there"} if "failed" in what else {}
    following = Following([guest_view(guest(status="waiting", build=build()))], Until.KERNEL)
    row = following.note(seen(what, detail))
    assert row is not None
    assert (following.is_over, row.cause, [each.name for each in following.lost]) == (True, cause, ["web1"])


def test_a_guest_that_boots_again_after_a_failure_is_watched_again() -> None:
    row = row_after(seen(Seen.DHCP_DISCOVER), seen(Deed.BOOT_FAILED, {"cause": "x", "remedy": "y"}))
    assert row.is_lost
    row.note(seen(Seen.DHCP_DISCOVER, boot=LATER))
    assert (row.phase, row.cause, row.remedy, row.boot) == (Phase.ASKING, "", "", LATER)


def test_what_is_said_of_an_earlier_boot_changes_nothing() -> None:
    row = row_after(seen(Seen.DHCP_ACK), seen(Deed.BOOT_ENDED, boot=EARLIER), seen(Deed.BOOT_FAILED, boot=EARLIER))
    assert (row.phase, row.boot) == (Phase.ADDRESSED, BOOT)


def test_a_build_is_done_though_its_boot_was_an_earlier_one() -> None:
    row = row_after(seen(Seen.KERNEL, boot=LATER), seen(Deed.BUILD_DONE))
    assert (row.phase, row.boot) == (Phase.INSTALLED, LATER)


def test_until_ever_is_never_over() -> None:
    following = Following([guest_view(guest(status="failed", build=build("failed")))], Until.EVER)
    assert not following.is_over


@pytest.mark.parametrize("state", BuildState)
def test_a_kernel_is_no_installation(state: BuildState) -> None:
    following = Following([guest_view(guest(status="installing", build=build(state), boot=boot()))], Until.INSTALLED)
    following.note(seen(Seen.KERNEL))
    assert not following.is_over
    following.note(seen(Deed.BUILD_DONE))
    assert following.is_over


def test_events_of_others_and_of_no_guest_are_left_alone() -> None:
    following = Following([guest_view(guest())], Until.KERNEL)
    assert following.note(seen(Seen.KERNEL, guest="web2")) is None
    assert following.note(seen(Deed.CREDENTIAL_CREATED, guest=None)) is None


def test_an_event_that_is_not_known_here_is_read() -> None:
    made = seen("something-new", {"x": 1.5})
    assert (made.what, made.at) == ("something-new", datetime(2026, 11, 26, 8, 1, 1, 500, tzinfo=UTC))
    assert row_after(made).phase is Phase.WAITING
