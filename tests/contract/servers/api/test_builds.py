"""Builds by the API, and what the settings and the guests have, read only."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from netipl.guests.lease import Lease
from netipl.net import Mac
from netipl.provisioning.boots import Boot
from netipl.provisioning.changes import BootSet, LeaseSet
from tests.contract.servers.api.lab import Api, guest, serving

NOW = datetime.now(UTC)
MAC = Mac.parse("52:54:00:00:00:01")


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serving(tmp_path) as found:
        found.ask("POST", "/guests", guest(profile="debian"))
        yield found


def test_a_build_is_asked_for_and_cancelled(api: Api) -> None:
    asked = api.ask("POST", "/guests/web1/builds")
    assert (asked.status, asked.json["state"], asked.json["profile"]) == (201, "waiting", "debian")
    assert api.ask("GET", "/guests/web1").json["build"] == asked.json
    assert api.ask("POST", "/guests/web1/builds", {}).status == 409
    cancelled = api.ask("POST", "/guests/web1/builds/current/cancel")
    assert (cancelled.status, cancelled.json["state"]) == (200, "cancelled")
    assert api.ask("GET", "/builds?guest=web1").json == {"items": [cancelled.json]}
    assert api.ask("GET", "/builds?guest=web2").json == {"items": []}


def test_what_is_not_begun_cannot_be_done(api: Api) -> None:
    assert api.ask("POST", "/guests/web1/builds/current/done").status == 404
    api.ask("POST", "/guests/web1/builds", {"profile": "debian"})
    assert api.ask("POST", "/guests/web1/builds/current/done").status == 409


def test_a_profile_that_is_not_there_is_named(api: Api) -> None:
    refused = api.ask("POST", "/guests/web1/builds", {"profile": "suse"})
    assert (refused.status, refused.json["remedy"]) == (422, "known are: debian")


def test_a_plan_with_lint_errors_is_refused(api: Api, tmp_path: Path) -> None:
    (tmp_path / "kernel").write_bytes(b"\x1f\x8b" + bytes(100_000))
    refused = api.ask("POST", "/guests/web1/builds")
    assert (refused.status, refused.json["remedy"]) == (409, "netipl guest show web1 --plan --build")
    assert api.ask("GET", "/guests/web1/plan?build=true").json["refused"]


def test_leases_are_listed_page_by_page_and_shown_with_their_guest(api: Api) -> None:
    leases = [
        Lease(network="lab", address=IPv4Address("192.0.2.100") + number, mac=mac, guest=name, expires=expires)
        for number, mac, name, expires in (
            (9, Mac(b"RT0002"), None, NOW),
            (0, MAC, "web1", NOW + timedelta(hours=1)),
        )
    ]
    api.wait(api.control.commit(map(LeaseSet, leases)))
    first = api.ask("GET", "/leases?limit=1").json
    assert [each["guest"] for each in first["items"]] == ["web1"]
    second = api.ask("GET", f"/leases?after={first['next']}").json
    assert [each["address"] for each in second["items"]] == ["192.0.2.109"]
    assert second["next"] is None
    assert api.ask("GET", "/guests/web1").json["leased"] == "192.0.2.100"


def test_boots_are_listed_and_the_newest_is_shown_with_its_guest(api: Api) -> None:
    boot = Boot(mac=MAC, xid=7, began=NOW, network="lab", guest="web1")
    api.wait(api.control.commit((BootSet(boot),)))
    api.do(lambda: api.control._boots.take_up(boot))
    [shown] = api.ask("GET", "/boots?guest=web1").json["items"]
    assert (shown["id"], shown["state"], shown["xid"]) == (boot.id, "asking", 7)
    assert api.ask("GET", "/guests/web1").json["boot"] == shown


def test_networks_and_profiles_are_as_the_settings_say(api: Api, tmp_path: Path) -> None:
    [network] = api.ask("GET", "/networks").json["items"]
    assert (network["name"], network["subnet"], network["lease_time"]) == ("lab", "192.0.2.0/24", 3600)
    [profile] = api.ask("GET", "/profiles").json["items"]
    assert (profile["name"], profile["kernel"]) == ("debian", f"{tmp_path}/kernel")
