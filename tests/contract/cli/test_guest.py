"""What the commands for guests ask of the API, and what people and scripts are told."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.cli.conftest import Run
from tests.recorded_api import BOOT, Answer, Recorded, boot, build, event, guest, problem


def test_add_sends_the_document_that_was_said(run: Run, api: Recorded) -> None:
    api.on("POST", "guests", Answer(json=guest(), status=201, headers={"ETag": '"1"'}))
    done = run("guest", "add", "web1", "--mac", "52-54-00-13-33-10", "--network", "lab", "--disk", "0.0.1234")
    assert (done.status, done.out, done.err) == (0, "web1: added\n", "")
    assert api.asked[0].body == {
        "name": "web1",
        "mac": ["52:54:00:13:33:10"],
        "network": "lab",
        "disk": "0.0.1234",
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["web1"], "a guest is known by its MAC address"),
        (["web1", "--mac", "52:54"], "--mac: '52:54' is no MAC address"),
        (["web1", "--mac", "52:54:00:13:33:10", "--local-boot", "x"], "--local-boot: 'x' is no choice"),
        (["web_1", "--mac", "52:54:00:13:33:10"], "name: 'web_1' is no DNS name"),
    ],
)
def test_what_is_no_guest_is_refused_before_anybody_is_asked(run: Run, words: list[str], message: str) -> None:
    done = run("guest", "add", *words)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"netipl: {message}")


def test_a_refusal_is_told_with_its_remedy(run: Run, api: Recorded) -> None:
    api.on("POST", "guests", problem(409, "there is a guest web1 already", "change it, or choose another name"))
    done = run("guest", "add", "web1", "--mac", "52:54:00:13:33:10")
    assert (done.status, done.out) == (1, "")
    assert done.err == "netipl: there is a guest web1 already\n        change it, or choose another name\n"


def test_set_changes_what_is_given_and_nothing_that_somebody_else_has_changed(run: Run, api: Recorded) -> None:
    api.get("guests/web1", guest(address="192.0.2.10", append="quiet"), ETag='"7"')
    api.on("PUT", "guests/web1", Answer(json=guest()), problem(412, "somebody else has changed this guest meanwhile"))
    done = run("guest", "set", "web1", "--append", "quiet net.ifnames=0", "--address", "")
    assert (done.status, done.out) == (0, "web1: changed\n")
    put = api.of("PUT", "guests/web1")[0]
    assert put.headers["If-Match"] == '"7"'
    assert put.body == {
        "name": "web1",
        "mac": ["52:54:00:13:33:10"],
        "network": "lab",
        "profile": "debian12",
        "append": "quiet net.ifnames=0",
    }
    done = run("guest", "set", "web1", "--append", "loud")
    assert done.status == 1
    assert "look at it again" in done.err


def test_set_that_changes_nothing_writes_nothing(run: Run, api: Recorded) -> None:
    api.get("guests/web1", guest(), ETag='"7"')
    assert run("guest", "set", "web1", "--network", "lab").out == "web1: it is so already\n"
    assert api.of("PUT", "guests/web1") == []
    assert run("guest", "set", "web1").status == 2


@pytest.mark.parametrize("words", [["add", "web1", "--mac", "52:54:00:13:33:10"], ["set", "web1"]])
@pytest.mark.parametrize("there", [True, False])
def test_a_profile_that_is_not_there_yet_is_told_of(run: Run, api: Recorded, words: list[str], there: bool) -> None:
    api.on("POST", "guests", Answer(json=guest(), status=201))
    api.get("guests/web1", guest(), ETag='"1"')
    api.on("PUT", "guests/web1", Answer(json=guest()))
    missing = problem(404, "there is no profile web")
    api.on("GET", "profiles/web", Answer(json={"name": "web"}) if there else missing)
    done = run("guest", *words, "--profile", "web")
    assert done.status == 0
    assert ("there is no profile web yet" in done.err) is not there
    assert ("netipl profile add" in done.err) is not there


def test_remove_asks_and_without_a_terminal_wants_to_be_told(run: Run, api: Recorded) -> None:
    for name in ("web1", "web3"):
        api.get(f"guests/{name}", guest(name))
        api.on("DELETE", f"guests/{name}", Answer(status=204))
    api.on("GET", "guests/web2", problem(404, "there is no guest web2", "`netipl guest list` shows all"))
    done = run("guest", "remove", "web1")
    assert (done.status, api.of("DELETE", "guests/web1")) == (2, [])
    assert "--yes" in done.err
    done = run("guest", "remove", "web1", "web2", "web3", "--yes")
    assert (done.status, done.out) == (1, "web1: removed\nweb3: removed\n")
    assert "there is no guest web2" in done.err


@pytest.mark.parametrize(
    ("more", "commands"),
    [
        ({}, ["  its machine stays: domain web1 is off", "    to remove it: virsh undefine web1"]),
        (
            {"disks": ["/images/a b.qcow2"], "active": True, "state": "running"},
            [
                "  its machine stays: domain web1 is running, with /images/a b.qcow2",
                "    to remove it: virsh destroy web1; virsh undefine web1",
                "    and its disks: virsh destroy web1; virsh undefine web1 --storage '/images/a b.qcow2'",
            ],
        ),
    ],
)
def test_remove_says_what_stays_and_how_it_goes(
    run: Run, api: Recorded, more: dict[str, Any], commands: list[str]
) -> None:
    api.get("guests/web1", guest(machine={"domain": "web1", "state": "off", "away": False}))
    api.get("guests/web1/machine", {"domain": "web1", "state": "off", "active": False, "disks": [], **more})
    api.on("DELETE", "guests/web1", Answer(status=204))
    assert run("guest", "remove", "web1", "--yes").out.splitlines() == ["web1: removed", *commands]


def test_remove_of_a_host_of_foremans_says_that_it_comes_back(run: Run, api: Recorded) -> None:
    api.get("guests/z1", guest("z1", origin="foreman"))
    api.on("DELETE", "guests/z1", Answer(status=204))
    done = run("guest", "remove", "z1", "--yes")
    assert (done.status, done.out) == (0, "z1: removed\n")
    assert "delete it in Foreman" in done.err


def test_list_shows_all_pages_and_whatever_a_name_says_is_harmless(run: Run, api: Recorded) -> None:
    first = {"items": [guest("db1", build=build("waiting"), status="waiting")], "next": "db1"}
    second = {"items": [guest("web1", leased="192.0.2.77", append="\x1b[31m")], "next": None}
    api.on("GET", "guests", Answer(json=first), Answer(json=second))
    done = run("guest", "list", "--status", "waiting", "--network", "lab")
    lines = done.out.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["db1", "waiting"], ["web1", "registered"]]
    assert "waiting, by user root" in lines[1]
    assert "192.0.2.77 (leased)" in lines[2]
    assert [each.query.get("after") for each in api.asked] == [None, ["db1"]]
    assert api.asked[0].query == {"limit": ["1000"], "status": ["waiting"], "network": ["lab"]}


def test_list_as_json_is_one_guest_a_line_as_it_came(run: Run, api: Recorded) -> None:
    api.get("guests", {"items": [guest("a"), guest("b")], "next": None})
    assert [json.loads(line) for line in run("guest", "list", "--json").out.splitlines()] == [guest("a"), guest("b")]


def test_show_tells_where_a_guest_stands(run: Run, api: Recorded) -> None:
    failed = boot("failed", cause="boot/x/kernel is missing", rule="file-missing")
    api.get("guests/web1", guest(status="failed", build=build("loading"), boot=failed))
    out = run("guest", "show", "web1").out
    assert "52:54:00:13:33:10" in out
    assert "20261126T080000000-web1: loading, debian12, asked for by user root at 2026-11-26 08:00:00Z" in out
    assert "boot/x/kernel is missing" in out
    assert "last boot" in out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"machine": {"domain": "web1", "state": "off", "away": False}}, "machine     domain web1 is off\n"),
        ({"machine": {"domain": "web1", "state": "off", "away": True}}, "libvirt is away"),
        ({"status": "booted", "seen": "2026-11-26T08:01:00Z"}, "last seen   2026-11-26 08:01:00Z\n"),
        ({"foreman": {"boots": "files", "why": ""}}, "deployed    installs, by Foreman\n"),
        ({"foreman": {"boots": "disk", "why": ""}}, "deployed    boots its disk, by Foreman\n"),
        ({"foreman": {"boots": "elsewhere", "why": "192.0.2.9"}}, "deployed    boots from 192.0.2.9, by Foreman\n"),
        ({"foreman": {"boots": "nothing", "why": "no {label"}}, "deployed    nothing usable: no {label\n"),
    ],
)
def test_show_says_what_is_known_of_its_machine_and_of_foreman(
    run: Run, api: Recorded, more: dict[str, Any], said: str
) -> None:
    api.get("guests/web1", guest(**more))
    assert said in run("guest", "show", "web1").out


def test_list_says_whether_machines_run_and_what_foreman_deploys(run: Run, api: Recorded) -> None:
    off = guest(status="off", machine={"domain": "web1", "state": "off", "away": False})
    host = guest("z1", profile=None, foreman={"boots": "files", "why": ""})
    api.get("guests", {"items": [off, host], "next": None})
    _, first, second = run("guest", "list").out.splitlines()
    assert first.split()[:3] == ["web1", "off", "off"]
    assert second.endswith("  installs, by Foreman")


PLAN = {
    "guest": "web1",
    "purpose": "install",
    "method": "probe-mac",
    "firmware": "7.2",
    "build": "20261126T080000000-web1",
    "address": None,
    "server": "192.0.2.1",
    "dhcp": {
        "file": "/",
        "server": None,
        "server_name": "",
        "configuration_file": None,
        "path_prefix": "/x\\\\y",
        "plain_bootp": False,
    },
    "files": [
        {"name": "pxelinux.cfg/01-52-54-00-13-33-10", "size": 61, "text": "default x\nlabel x\n  kernel \x1b[2Jk\n"},
        {"name": "boot/x/kernel", "size": 7_700_000, "text": None},
    ],
    "findings": [
        {
            "rule": "kernel-is-gzip",
            "severity": "error",
            "message": "it is compressed",
            "file": "boot/x/kernel",
            "line": 3,
            "column": 9,
            "remedy": "unpack it",
        }
    ],
    "refused": True,
}


def test_show_of_a_plan_is_what_the_firmware_sees_and_what_lint_says(run: Run, api: Recorded) -> None:
    api.get("guests/web1/plan", PLAN)
    done = run("guest", "show", "web1", "--plan", "--build", "--secrets")
    assert done.status == 1
    assert api.asked[0].query == {"build": ["true"], "secrets": ["true"]}
    for words in (
        f"{'boot file':<26}/\n",
        f"{'TFTP server':<26}192.0.2.1\n",
        "/x\\\\y\n",
        "61 B  pxelinux.cfg/01-52-54-00-13-33-10\n",
        "|   kernel \\x1b[2Jk\n",
        "7.7 MB  boot/x/kernel\n",
        "boot/x/kernel:3:9: error: it is compressed [kernel-is-gzip]\n    remedy: unpack it\n",
    ):
        assert words in done.out
    assert json.loads(run("guest", "show", "web1", "--plan", "--json").out) == PLAN
    run("guest", "show", "web1", "--profile", "rescue")
    assert api.asked[-1].query == {"build": ["true"], "secrets": ["false"], "profile": ["rescue"]}


def test_a_guest_that_is_given_nothing_has_no_plan_to_show(run: Run, api: Recorded) -> None:
    nothing = PLAN | {"purpose": None, "dhcp": None, "files": [], "findings": [], "refused": False}
    api.get("guests/web1/plan", nothing)
    done = run("guest", "show", "web1", "--plan")
    assert (done.status, "is given nothing" in done.out) == (0, True)


def test_build_cancel_done_and_approve(run: Run, api: Recorded) -> None:
    api.on("POST", "guests/web1/builds", Answer(json=build(profile="rescue"), status=201))
    api.on("POST", "guests/web2/builds", problem(409, "guest web2 has a build already", "start the guest"))
    for way in ("cancel", "done"):
        api.on("POST", f"guests/web1/builds/current/{way}", Answer(json=build(f"{way}led")))
    api.on("POST", "guests/web1/approve", Answer(json=guest()))
    done = run("guest", "build", "web1", "web2", "--profile", "rescue")
    assert done.status == 1
    assert done.out == "web1: the next boot installs rescue; start the guest, or reset it\n"
    assert "guest web2 has a build already" in done.err
    assert api.asked[0].body == {"profile": "rescue"}
    assert run("guest", "cancel", "web1").out == "web1: its build is cancelled\n"
    assert run("guest", "done", "web1").out == "web1: its build is done\n"
    assert run("guest", "approve", "web1").out == "web1: approved\n"


def test_timeline_reads_all_pages_of_the_newest_boot(run: Run, api: Recorded, tmp_path: Path) -> None:
    api.get("guests/web1", guest())
    api.get("boots", {"items": [boot()]})
    pages = [[event(1, "dhcp-discover"), event(2, "tftp-missing", {"name": "\x1b[2J"})], [event(3, "new-thing")], []]
    api.on("GET", "events", *(Answer(json={"items": page}) for page in pages))
    done = run("guest", "timeline", "web1", "--last")
    assert done.out.splitlines() == [
        "2026-11-26T08:01:01.000Z dhcp   52:54:00:13:33:10 asks for an address",
        "2026-11-26T08:01:02.000Z tftp   not there: \\x1b[2J",
        "2026-11-26T08:01:03.000Z netipl new-thing",
    ]
    asked = api.of("GET", "events")
    assert [each.query["after"] for each in asked] == [["0"], ["2"], ["3"]]
    assert {each.query["boot"][0] for each in asked} == {BOOT}


def test_timeline_is_in_the_order_of_what_happened(run: Run, api: Recorded) -> None:
    api.get("guests/web1", guest())
    late = event(2, "tftp-finished", {"name": "k", "size": 1}) | {"at": "2026-11-26T08:01:00.990Z"}
    page = [event(1, "dhcp-release"), late, event(3, "kernel"), event(30, "kernel")]
    api.on("GET", "events", Answer(json={"items": page}), Answer(json={"items": []}))
    times = [line.split()[0] for line in run("guest", "timeline", "web1").out.splitlines()]
    assert len(times) == 4
    assert times == sorted(times)


def test_timeline_as_csv_goes_into_a_file(run: Run, api: Recorded, tmp_path: Path) -> None:
    api.get("guests/web1", guest())
    api.on("GET", "events", Answer(json={"items": [event(1, "dhcp-ack", {"file": "/"})]}), Answer(json={"items": []}))
    file = tmp_path / "timeline.csv"
    done = run("guest", "timeline", "web1", "--since", "2026-11-26T08:00+00:00", "--csv", "-o", file)
    assert (done.status, done.out) == (0, "")
    head, row = file.read_text().splitlines()
    assert head == "at,what,network,guest,boot,build,mac,address,by,number,detail"
    assert row.endswith(',192.0.2.10,,1,"{""file"": ""/""}"')
    assert api.of("GET", "events")[0].query["after"] == ["1795679999999999"]


@pytest.mark.parametrize("options", [["--since", "soon"], ["--boot", "x", "--last"], ["--json", "--csv"]])
def test_timeline_refuses_what_makes_no_sense(run: Run, options: list[str]) -> None:
    assert run("guest", "timeline", "web1", *options).status == 2


def test_who_looks_on_with_no_terminal_gets_whole_lines(run: Run, api: Recorded) -> None:
    printed = "Receiving data:  0 KBytes\r" + " " * 27 + "\r  TFTP: Received k\r\r\nlogin: "
    api.on("GET", "guests/web1/console", Answer(text=printed))
    done = run("guest", "console", "web1", "--read-only")
    assert (done.out, done.err) == ("  TFTP: Received k\nlogin:\n", "")


def test_who_looks_on_at_a_terminal_is_told_how_to_leave(
    run: Run, api: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netipl.cli.guest.console_session.sys.stdout.isatty", lambda: True)
    api.on("GET", "guests/web1/console", Answer(text="a\rb"))
    done = run("guest", "console", "web1", "--read-only")
    assert done.out == "a\rb"
    assert "Ctrl-C leaves it" in done.err
