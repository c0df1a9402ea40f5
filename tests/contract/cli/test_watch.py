"""`netipl guest watch`: what is shown of events as they come, when it ends, and how."""

import json
from io import StringIO
from typing import Any

import pytest
from rich.console import Console
from rich.progress import Progress

from netipl.cli.guest.following import Following, Until
from netipl.cli.guest.live import Bars
from netipl.cli.remote import stream
from netipl.cli.remote.views import guest_view
from tests.contract.cli.conftest import Run
from tests.contract.cli.test_machine import machine
from tests.recorded_api import BOOT, Answer, Recorded, boot, build, event, guest, problem

BEGINNING = (
    event(11, "dhcp-discover"),
    event(12, "dhcp-ack", {"file": "/"}),
    event(13, "tftp-started", {"name": "boot/x/kernel", "size": 8_000_000}),
    event(14, "tftp-progress", {"name": "boot/x/kernel", "size": 8_000_000, "sent": 4_000_000}),
)
LOADED = (
    event(15, "tftp-finished", {"name": "boot/x/kernel", "size": 8_000_000, "seconds": 1.0}),
    event(16, "dhcp-release"),
)
KERNEL = event(17, "kernel", {"line": "Linux version \x1b[2J"})
FAILED = event(17, "boot-failed", {"cause": "kernel.img is missing", "rule": "file-missing", "remedy": "put it there"})


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "PAUSE", 0.0)


def waiting(name: str = "web1") -> dict[str, Any]:
    return guest(name, status="waiting", build=build())


def test_it_ends_when_the_kernel_has_started(run: Run, api: Recorded) -> None:
    api.get("guests/web1", waiting())
    api.events(10, (*BEGINNING, *LOADED, KERNEL, event(18, "guest-addressed")))
    done = run("guest", "watch", "web1")
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "2026-11-26T08:01:11Z web1           dhcp   52:54:00:13:33:10 asks for an address"
    assert not [line for line in lines if "4.0 MB of" in line]
    assert lines[-2].endswith("guest  the kernel has started")
    assert lines[-1] == "web1: kernel started"
    [asked] = api.of("STREAM", "events")
    assert (asked.headers["Last-Event-ID"], asked.query) == ("10", {"guest": ["web1"]})


def test_a_boot_that_fails_is_told_with_cause_and_remedy(run: Run, api: Recorded) -> None:
    api.get("guests/web1", waiting())
    api.events(10, (*BEGINNING, FAILED))
    done = run("guest", "watch", "web1")
    assert done.status == 1
    assert done.err == "netipl: web1: kernel.img is missing\n        put it there\n"


def test_a_boot_that_fails_is_not_the_end_where_its_machine_is_started_again(run: Run, api: Recorded) -> None:
    api.get("guests/web1", waiting())
    api.get("guests/web1/machine", {"retry": "2026-11-26T12:00:00Z"})
    again: dict[str, Any] = {"boot": "20261126T080200000-525400133310-00000002"}
    api.events(10, (*BEGINNING, FAILED, event(18, "dhcp-discover", **again), event(19, "kernel", **again)))
    done = run("guest", "watch", "web1")
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "web1: kernel started"


def test_one_that_has_failed_is_watched_where_its_machine_is_started_again(run: Run, api: Recorded) -> None:
    api.get("guests/web1", guest(status="failed", build=build(), boot=boot(state="failed", build=build()["id"])))
    api.get("guests/web1/machine", {"retry": "2026-11-26T12:00:00Z"})
    api.events(10, (event(18, "kernel", boot="20261126T080200000-525400133310-00000002"),))
    assert run("guest", "watch", "web1").status == 0


def test_a_stream_that_is_cut_goes_on_where_it_was(run: Run, api: Recorded) -> None:
    api.get("guests/web1", waiting())
    api.events(10, BEGINNING, LOADED, (KERNEL,))
    done = run("guest", "watch", "web1", "--json")
    assert (done.status, done.err) == (0, "")
    assert [json.loads(line) for line in done.out.splitlines()] == [*BEGINNING, *LOADED, KERNEL]
    assert [each.headers["Last-Event-ID"] for each in api.of("STREAM", "events")] == ["10", "14", "16"]


def test_a_daemon_that_is_away_is_asked_again(run: Run, api: Recorded) -> None:
    api.get("guests/web1", waiting())
    api.events(0, BEGINNING)
    api.on("STREAM", "events", problem(503, "the database is away"), problem(503, "still"), Answer(events=(KERNEL,)))
    done = run("guest", "watch", "web1")
    assert (done.status, done.err) == (0, "netipl: the database is away; trying again\n")


def test_several_guests_are_watched_until_all_are_decided(run: Run, api: Recorded) -> None:
    for name in ("web1", "web2"):
        api.get(f"guests/{name}", waiting(name))
    other: dict[str, Any] = {"guest": "web2", "boot": "20261126T080100000-525400133311-00000001"}
    api.events(10, (*BEGINNING, FAILED, event(18, "dhcp-discover", **other), event(19, "kernel", **other)))
    done = run("guest", "watch", "web1", "web2")
    assert (done.status, done.out.splitlines()[-1]) == (1, "web2: kernel started")
    assert "web1: kernel.img is missing" in done.err


def test_who_wants_an_installed_guest_waits_for_the_installer(run: Run, api: Recorded) -> None:
    api.get("guests/web1", waiting())
    api.events(10, (KERNEL, event(18, "answers-fetched"), event(19, "build-done")))
    done = run("guest", "watch", "web1", "--until", "installed")
    assert (done.status, done.out.splitlines()[-1]) == (0, "web1: installed")


def test_a_guest_that_is_sent_to_its_disk_has_come_as_far_as_the_network_takes_it(run: Run, api: Recorded) -> None:
    to_disk = guest(boot=boot("finished", purpose="disk", build=None))
    api.on("GET", "guests/web1", Answer(json=guest()), Answer(json=to_disk))
    api.events(10, tuple(each | {"build": None} for each in (*BEGINNING, *LOADED)))
    done = run("guest", "watch", "web1")
    assert (done.status, done.out.splitlines()[-1]) == (0, "web1: sent to its disk")


@pytest.mark.parametrize(
    ("shown", "status", "words"),
    [
        (guest(status="installed", build=build("done")), 0, "web1: installed\n"),
        (guest(status="installing", build=build("spent"), boot=boot("started")), 0, "web1: kernel started\n"),
        (guest(status="running", boot=boot("started", build=None)), 0, "web1: kernel started\n"),
        (guest(status="running", boot=boot("finished", purpose="disk", build=None)), 0, "web1: sent to its disk\n"),
        (guest(status="booting", build=build("loading"), boot=boot("failed", cause="it is missing")), 1, ""),
        (guest(status="failed", build=build("failed", cause="it is missing")), 1, ""),
    ],
)
def test_what_has_happened_already_is_not_waited_for(
    run: Run, api: Recorded, shown: dict[str, Any], status: int, words: str
) -> None:
    api.get("guests/web1", shown)
    api.events(10)
    done = run("guest", "watch", "web1")
    assert (done.status, done.out) == (status, words)
    assert ("it is missing" in done.err) == bool(status)
    assert api.of("STREAM", "events") == []


def test_all_guests_on_their_way_are_watched_and_those_that_join_them(run: Run, api: Recorded) -> None:
    api.get("guests", {"items": [waiting("web1"), guest("idle"), guest("web3", status="failed")], "next": None})
    joining = event(18, "dhcp-discover", guest="idle", boot="20261126T080200000-525400133312-00000001")
    started = event(19, "kernel", guest="idle", boot="20261126T080200000-525400133312-00000001")
    api.events(10, (*BEGINNING, joining, KERNEL | {"number": 20}, started))
    done = run("guest", "watch", "--all")
    assert done.status == 0
    assert done.out.splitlines()[-2:] == ["web1: kernel started", "idle: kernel started"]
    assert api.of("STREAM", "events")[0].query == {}


def test_nobody_to_watch_is_said(run: Run, api: Recorded) -> None:
    api.get("guests", {"items": [guest("idle")], "next": None})
    api.events(0)
    assert run("guest", "watch", "--all").out == "no guest is on its way\n"
    assert run("guest", "watch").status == 2
    assert run("guest", "watch", "web1", "--all").status == 2


def test_a_build_can_be_watched_at_once(run: Run, api: Recorded) -> None:
    api.on("POST", "guests/web1/builds", Answer(json=build(), status=201))
    api.get("guests/web1", waiting())
    api.events(10, (KERNEL, event(18, "build-done")))
    done = run("guest", "build", "web1", "--watch")
    assert (done.status, done.out.splitlines()[-1]) == (0, "web1: installed")


def test_a_boot_of_before_is_not_taken_for_this_one(run: Run, api: Recorded) -> None:
    api.get("guests/web1", guest(status="booting", build=build("loading"), boot=boot("loading")))
    older: dict[str, Any] = {"boot": BOOT.replace("0801", "0759")}
    api.events(10, (event(11, "boot-failed", {"cause": "old"}, **older), KERNEL))
    assert run("guest", "watch", "web1").status == 0


@pytest.mark.parametrize("verb", ["start", "reset"])
def test_what_a_machine_has_booted_before_is_not_taken_for_what_it_was_asked_for(
    run: Run, api: Recorded, verb: str
) -> None:
    api.on("POST", f"guests/web1/machine/{verb}", Answer(json=machine(state="running", active=True)))
    api.get("guests/web1", guest(status="running", boot=boot("started", build=None)))
    new: dict[str, Any] = {"boot": BOOT.replace("0801", "0805"), "build": None}
    api.events(10, (event(11, "dhcp-discover", **new), event(12, "kernel", **new)))
    done = run("guest", verb, "web1", "--watch")
    assert done.status == 0
    assert "asks for an address" in done.out
    assert done.out.endswith("web1: kernel started\n")


def test_on_a_terminal_each_guest_has_its_row(run: Run, api: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "160")
    for name in ("web1", "web2"):
        api.get(f"guests/{name}", waiting(name))
    other: dict[str, Any] = {"guest": "web2", "boot": "20261126T080100000-525400133311-00000001"}
    api.events(10, (*BEGINNING, event(18, "kernel", **other), FAILED | {"number": 19}))
    done = run("guest", "watch", "web1", "web2")
    assert done.status == 1
    shown = done.out.replace("\x1b", "\n")
    assert "kernel.img is missing" in shown
    assert "kernel started" in shown
    assert "asks for an address" not in done.err


@pytest.mark.parametrize(
    ("shown", "total"),
    [
        (guest(status="installing", build=build("spent"), boot=boot("started")), None),
        (waiting("web1"), 1),
        (guest(status="installed", build=build("done")), 1),
    ],
)
def test_a_bar_moves_by_itself_while_nobody_knows_how_much_is_left(shown: dict[str, Any], total: int | None) -> None:
    progress = Progress(console=Console(file=StringIO()))
    Bars(progress, Following([guest_view(shown)], Until.INSTALLED))
    assert [task.total for task in progress.tasks] == [total]
