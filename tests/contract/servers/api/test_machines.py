"""Machines by the API."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.servers.api.lab import Api, guest, serving


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serving(tmp_path) as found:
        found.ask("POST", "/guests", guest(profile="debian"))
        yield found


def test_a_machine_is_made_started_reset_and_stopped(api: Api) -> None:
    assert api.ask("GET", "/guests/web1/machine").status == 404
    made = api.ask("POST", "/guests/web1/machine", {"memory": 512, "disk": {"size": 1 << 30}})
    assert (made.status, made.json["state"], made.json["managed"]) == (201, "off", True)
    assert made.json["disks"] == ["/images/web1.qcow2"]
    assert api.ask("GET", "/guests/web1").json["uuid"] == made.json["uuid"]
    assert api.ask("POST", "/guests/web1/machine").status == 409
    started = api.ask("POST", "/guests/web1/machine/start")
    assert (started.status, started.json["state"], started.json["boots_from_now"]) == (200, "running", "network")
    assert api.ask("GET", "/guests/web1").json["status"] == "running"
    assert api.ask("POST", "/guests/web1/machine/start", {}).status == 409
    assert api.ask("POST", "/guests/web1/machine/reset").status == 200
    assert api.ask("POST", "/guests/web1/machine/stop", {"now": True}).json["active"] is False
    shown = api.ask("GET", "/guests/web1").json
    assert (shown["status"], shown["machine"]) == ("off", {"domain": "web1", "state": "off", "away": False})
    assert [each["name"] for each in api.ask("GET", "/guests?status=off").json["items"]] == ["web1"]
    told = [each["what"] for each in api.ask("GET", "/events?guest=web1").json["items"]]
    assert {"machine-defined", "machine-asked"} <= set(told)


def test_a_plan_says_what_the_machine_boots_from(api: Api) -> None:
    assert api.ask("GET", "/guests/web1/plan?build=true").json["machine"] == ""
    api.ask("POST", "/guests/web1/machine")
    assert "boots first from the network" in api.ask("GET", "/guests/web1/plan?build=true").json["machine"]


def test_a_machine_is_released_and_attached_again(api: Api) -> None:
    api.ask("POST", "/guests/web1/machine")
    assert api.ask("POST", "/guests/web1/machine/release").json["managed"] is False
    assert api.ask("POST", "/guests/web1/machine/attach", {"domain": "web1"}).json["managed"] is True
    assert api.ask("POST", "/guests/web1/machine/attach", {"domain": "z9"}).status == 404


@pytest.mark.parametrize(
    "keys", [{"memory": 1}, {"cpus": 0}, {"disk": {"path": "a"}}, {"disk": {"pool": "a/b", "size": 1}}, {"cdrom": "x"}]
)
def test_what_is_no_machine_is_refused(api: Api, keys: dict[str, object]) -> None:
    assert api.ask("POST", "/guests/web1/machine", keys).status == 422


def test_one_that_may_only_read_starts_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, tcp=True) as api:
        api.ask("POST", "/guests", guest(profile="debian"))
        reader = api.token("monitoring", "read-only")
        assert api.ask_by_tcp("POST", "/guests/web1/machine/start", token=reader).status == 403
        assert api.ask_by_tcp("GET", "/guests/web1/machine", token=reader).status == 404
