"""`netipl guest import` and `export`: what is sent, what is shown, and that one gives back what the other took."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from netipl.guests.document import document
from netipl.guests.document import guest as guest_of
from tests.contract.cli.conftest import Run
from tests.recorded_api import Answer, Recorded, guest, problem

YAML = """\
# comments are for people
- name: web1
  mac: 52:54:00:13:33:10
  network: lab
  firmware: 10.0
  append: a, "b"  c
- {name: web2.example.com, mac: [52-54-00-13-33-11, 52:54:00:13:33:12], network: lab, disk: auto}
"""
CSV = """\
name,mac,network,firmware,append
web1,52:54:00:13:33:10,lab,10.0,"a, ""b""  c"
web2.example.com,52-54-00-13-33-11 52:54:00:13:33:12,lab,,
"""
DOCUMENTS = [
    {"name": "web1", "mac": ["52:54:00:13:33:10"], "network": "lab", "firmware": "10.0", "append": 'a, "b"  c'},
    {"name": "web2.example.com", "mac": ["52:54:00:13:33:11", "52:54:00:13:33:12"], "network": "lab"},
]
ADDED = {"name": "web1", "step": "add", "fields": {"macs": "52:54:00:13:33:10", "append": "\x1b[2J"}}
KEPT = {"name": "web2", "step": "keep", "fields": {}}
REMOVED = {"name": "old", "step": "remove", "fields": {}}


def differences(*each: dict[str, Any]) -> Answer:
    return Answer(json={"differences": list(each)})


@pytest.mark.parametrize(("suffix", "text"), [("yaml", YAML), ("yml", YAML), ("CSV", CSV)])
def test_import_sends_all_guests_at_once(run: Run, api: Recorded, tmp_path: Path, suffix: str, text: str) -> None:
    file = tmp_path / f"guests.{suffix}"
    file.write_text(text)
    api.on("POST", "imports", differences(ADDED, KEPT))
    done = run("guest", "import", file)
    assert (done.status, done.err) == (0, "")
    assert [each.body for each in api.asked] == [{"guests": DOCUMENTS, "dry_run": False, "prune": False}]
    assert done.out.splitlines()[1].split() == ["web1", "add", "macs:", "52:54:00:13:33:10;", "append:", "\\\\x1b[2J"]
    assert done.out.splitlines()[-1] == "1 added, 0 changed, 0 removed, 1 as they were"


def test_import_reads_standard_input_in_the_form_that_is_named(
    run: Run, api: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.on("POST", "imports", differences(ADDED))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(CSV.encode())))
    assert run("guest", "import", "-").status == 2
    done = run("guest", "import", "-", "--format", "csv", "--dry-run", "--json")
    assert (done.status, json.loads(done.out)) == (0, ADDED)
    assert api.asked[0].body == {"guests": DOCUMENTS, "dry_run": True, "prune": False}


def test_import_removes_nothing_that_nobody_agreed_to(run: Run, api: Recorded, tmp_path: Path) -> None:
    file = tmp_path / "guests.csv"
    file.write_text(CSV)
    api.on("POST", "imports", differences(KEPT, REMOVED))
    done = run("guest", "import", file, "--prune")
    assert (done.status, "say --yes" in done.err) == (2, True)
    assert [each.body["dry_run"] for each in api.asked] == [True]
    assert run("guest", "import", file, "--prune", "--yes").status == 0
    assert [each.body["dry_run"] for each in api.asked] == [True, False]


def test_import_tells_what_the_daemon_refuses(run: Run, api: Recorded, tmp_path: Path) -> None:
    file = tmp_path / "guests.csv"
    file.write_text(CSV)
    api.on("POST", "imports", problem(422, "web1: it has the MAC of guest db1", "give it another"))
    done = run("guest", "import", file)
    assert (done.status, done.err) == (2, "netipl: web1: it has the MAC of guest db1\n        give it another\n")


@pytest.mark.parametrize("form", ["yaml", "csv", "json"])
def test_an_export_comes_back_byte_for_byte_after_one_import(
    run: Run, api: Recorded, tmp_path: Path, form: str
) -> None:
    shown = [
        guest("web2", append="52:54:00, \"x\" 'y' # {z}", cpu="z14", client_id="ff:00:01:02", disk="0.0.0001"),
        guest("web1", firmware="10.0", append="yes", address="192.0.2.10", method="probe-mac", local_boot="re-ipl"),
        guest("known", origin="settings"),
        guest("unknown", origin="discovered"),
    ]
    api.get("guests", {"items": shown, "next": None})
    first, second = tmp_path / f"first.{form}", tmp_path / f"second.{form}"
    assert run("guest", "export", "-o", first).status == 0
    api.on("POST", "imports", differences())
    assert run("guest", "import", first).status == 0
    taken = api.of("POST", "imports")[0].body["guests"]
    assert [each["name"] for each in taken] == ["web1", "web2"]
    api.on("GET", "guests", *(Answer(json={"items": [guest_shown(each) for each in taken], "next": None}),) * 2)
    run("guest", "export", "-o", second)
    assert run("guest", "export", "-o", second).status == 0
    assert second.read_bytes() == first.read_bytes()
    assert run("guest", "export", "--format", form).out == first.read_text()


def guest_shown(taken: dict[str, Any]) -> dict[str, Any]:
    """As the daemon shows what it took: its own document of it."""
    return {**document(guest_of(taken)), "status": "registered", "origin": "added"}
