"""What the commands for machines ask of the API, and what people and scripts are told."""

import json
from typing import Any

import pytest

from netipl.guests.document import guest as read_guest
from tests.contract.cli.conftest import Run
from tests.recorded_api import Answer, Recorded, build, guest, problem

UUID = "9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a01"


def machine(**more: object) -> dict[str, Any]:  # Any: JSON
    return {
        "guest": "web1",
        "domain": "web1",
        "uuid": UUID,
        "state": "off",
        "active": False,
        "managed": True,
        "kind": "qemu",
        "boots_from": "network",
        "boots_from_now": "",
        "on_reboot": "restart",
        "on_crash": "destroy",
        "disks": [],
        "notes": [],
        "retry": None,
        "away": "",
        **more,
    }


def test_define_adds_a_guest_that_nobody_knows_with_marks_of_its_own(run: Run, api: Recorded) -> None:
    api.on("GET", "guests/web1", problem(404, "there is no guest web1"))
    api.on("POST", "guests", Answer(json=guest(), status=201))
    api.on("POST", "guests/web1/machine", Answer(json=machine(), status=201))
    done = run("guest", "define", "web1", "--profile", "debian12", "--memory", "4G", "--disk", "20G")
    assert (done.status, done.err) == (0, "")
    assert done.out == "web1: domain web1 (qemu) is off; boots first from its network\n"
    (added,) = api.of("POST", "guests")
    made = read_guest(added.body)
    assert made.uuid is not None
    assert [str(mac)[:8] for mac in made.macs] == ["52:54:00"]
    assert made.profile == "debian12"
    (asked,) = api.of("POST", "guests/web1/machine")
    assert asked.body == {"memory": 4096, "cpus": 1, "disk": {"size": 20 << 30, "pool": "default"}}


def test_define_of_a_known_guest_makes_the_machine_alone(run: Run, api: Recorded) -> None:
    api.get("guests/web1", guest())
    api.on("POST", "guests/web1/machine", Answer(json=machine(), status=201))
    assert run("guest", "define", "web1", "--disk-path", "/images/a.qcow2", "--memory", "512").status == 0
    assert api.of("POST", "guests") == []
    disk = {"path": "/images/a.qcow2", "kind": "qcow2"}
    assert api.of("POST", "guests/web1/machine")[0].body == {"memory": 512, "cpus": 1, "disk": disk}
    done = run("guest", "define", "web1", "--profile", "other")
    assert (done.status, done.out) == (2, "")
    assert "netipl guest set web1" in done.err


def test_a_guest_whose_machine_cannot_be_made_is_not_left_behind(run: Run, api: Recorded) -> None:
    api.on("GET", "guests/web1", problem(404, "there is no guest web1"))
    api.on("POST", "guests", Answer(json=guest(), status=201))
    api.on("POST", "guests/web1/machine", problem(503, "libvirt is not there"))
    api.on("DELETE", "guests/web1", Answer(status=204))
    assert run("guest", "define", "web1").status == 3
    assert len(api.of("DELETE", "guests/web1")) == 1


@pytest.mark.parametrize("words", [["--memory", "much"], ["--disk", "10X"], ["--cpus", "0"]])
def test_what_is_no_machine_is_refused_before_anybody_is_asked(run: Run, api: Recorded, words: list[str]) -> None:
    assert run("guest", "define", "web1", *words).status == 2
    assert api.asked == []


@pytest.mark.parametrize(
    ("words", "path", "body"),
    [
        (["start", "web1"], "start", {"cold": False}),
        (["start", "web1", "--cold"], "start", {"cold": True}),
        (["reset", "web1"], "reset", None),
        (["attach", "web1"], "attach", {"domain": None}),
        (["attach", "web1", "--domain", "z1"], "attach", {"domain": "z1"}),
        (["attach", "web1", "--release"], "release", None),
    ],
)
def test_what_is_asked_of_a_machine(run: Run, api: Recorded, words: list[str], path: str, body: object) -> None:
    api.on("POST", f"guests/web1/machine/{path}", Answer(json=machine(state="running")))
    done = run("guest", *words)
    assert (done.status, done.out) == (0, "web1: domain web1 (qemu) is running; boots first from its network\n")
    assert api.of("POST", f"guests/web1/machine/{path}")[0].body == body


@pytest.mark.parametrize(
    ("words", "now", "active", "said"),
    [
        ([], False, True, "is asked to shut down"),
        ([], False, False, "is off"),
        (["--now"], True, False, "is off"),
    ],
)
def test_stop_says_what_is_under_way(
    run: Run,
    api: Recorded,
    words: list[str],
    now: bool,
    active: bool,
    said: str,
) -> None:
    state = "running" if active else "off"
    api.on("POST", "guests/web1/machine/stop", Answer(json=machine(state=state, active=active)))
    assert (
        run("guest", "stop", "web1", *words).out == f"web1: domain web1 (qemu) {said}; boots first from its network\n"
    )
    assert api.of("POST", "guests/web1/machine/stop")[0].body == {"now": now}


def test_several_are_started_though_one_cannot_be(run: Run, api: Recorded) -> None:
    api.on("POST", "guests/web1/machine/start", problem(404, "guest web1 has no machine in libvirt"))
    api.on("POST", "guests/web2/machine/start", Answer(json=machine(guest="web2")))
    done = run("guest", "start", "web1", "web2")
    assert done.status == 1
    assert done.out.startswith("web2: ")
    assert "web1 has no machine" in done.err


def test_a_build_is_started_cold_and_only_where_it_was_asked_for(run: Run, api: Recorded) -> None:
    api.on("POST", "guests/web1/builds", Answer(json=build(), status=201))
    api.on("POST", "guests/web2/builds", problem(409, "guest web2 has a build already"))
    api.on("POST", "guests/web1/machine/start", Answer(json=machine(state="running")))
    assert run("guest", "build", "web1", "web2", "--start").status == 1
    (started,) = [each for each in api.asked if each.path.endswith("/machine/start")]
    assert (started.path.rpartition("guests/")[2], started.body) == ("web1/machine/start", {"cold": True})


def test_what_is_worth_knowing_is_told_and_harms_no_terminal(run: Run, api: Recorded) -> None:
    note = {"rule": "machine-interface", "severity": "error", "message": "no \x1b[2J", "remedy": "virsh edit web1"}
    shown = machine(
        notes=[note], boots_from="disk", boots_from_now="network", managed=False, retry="2026-11-26T12:00:00Z", away="x"
    )
    api.on("POST", "guests/web1/machine/reset", Answer(json=shown))
    lines = run("guest", "reset", "web1").out.splitlines()
    assert lines[0].endswith("boots first from its disk, now from its network; netipl does not manage it")
    assert lines[1:3] == ["  error: no \\x1b[2J", "    remedy: virsh edit web1"]
    assert "2026-11-26T12:00:00Z" in lines[3]
    assert json.loads(run("guest", "reset", "web1", "--json").out) == shown


def test_a_machine_is_shown(run: Run, api: Recorded) -> None:
    api.get("guests/web1/machine", machine(state="crashed"))
    assert run("guest", "show", "web1", "--machine").out.startswith("web1: domain web1 (qemu) is crashed")
