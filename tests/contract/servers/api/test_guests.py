"""Guests by the API, with the control plane of a daemon behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from netipl.errors import UnavailableError
from netipl.guests.guest import Guest, Origin
from netipl.net import Mac
from netipl.provisioning.changes import GuestSet
from tests.contract.servers.api.lab import Api, guest, serving


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serving(tmp_path) as found:
        yield found


def test_a_guest_is_added_shown_changed_and_removed(api: Api) -> None:
    added = api.ask("POST", "/guests", guest(append="quiet"))
    assert added.status == 201
    assert added.headers["Location"] == "/api/v1/guests/web1"
    assert added.json == {
        **guest(append="quiet"),
        "status": "registered",
        "origin": "added",
        "leased": None,
        "build": None,
        "boot": None,
        "seen": None,
        "machine": None,
        "foreman": None,
    }
    shown = api.ask("GET", "/guests/web1")
    assert (shown.json, shown.headers["ETag"]) == (added.json, added.headers["ETag"])
    changed = api.ask("PUT", "/guests/web1", guest(append="debug"), If_Match=shown.headers["ETag"])
    assert (changed.status, changed.json["append"]) == (200, "debug")
    assert changed.headers["ETag"] != shown.headers["ETag"]
    removed = api.ask("DELETE", "/guests/web1", If_Match=changed.headers["ETag"])
    assert (removed.status, removed.body) == (204, b"")
    assert api.ask("GET", "/guests/web1").status == 404


def test_who_changes_a_guest_is_in_the_journal(api: Api) -> None:
    api.ask("POST", "/guests", guest())
    told = api.ask("GET", "/events").json["items"]
    assert [(event["what"], event["by"]) for event in told] == [("guest-added", api.ask("GET", "/whoami").json["by"])]


def test_a_name_that_is_there_is_a_conflict(api: Api) -> None:
    api.ask("POST", "/guests", guest())
    again = api.ask("POST", "/guests", guest(number=2))
    assert (again.status, again.json["detail"]) == (409, "there is a guest web1 already")


def test_a_mac_of_another_guest_is_refused_with_its_owner(api: Api) -> None:
    api.ask("POST", "/guests", guest())
    refused = api.ask("POST", "/guests", guest("web2"))
    assert refused.status == 422
    assert "web1" in refused.json["detail"]


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        pytest.param(None, 428, id="a change says which state is meant"),
        pytest.param('"another"', 412, id="another state is not changed"),
        pytest.param('W/"another", "more"', 412, id="none of several states"),
        pytest.param("nonsense", 400, id="what is no entity tag"),
        pytest.param("*", 200, id="any state"),
    ],
)
def test_a_change_is_of_the_state_that_is_meant(api: Api, tag: str | None, status: int) -> None:
    api.ask("POST", "/guests", guest())
    answer = api.ask("PUT", "/guests/web1", guest(append="x"), **({"If_Match": tag} if tag else {}))
    assert answer.status == status, answer.body


def test_the_second_of_two_who_change_the_same_state_is_told(api: Api) -> None:
    tag = api.ask("POST", "/guests", guest()).headers["ETag"]
    assert api.ask("PUT", "/guests/web1", guest(append="first"), If_Match=tag).status == 200
    second = api.ask("PUT", "/guests/web1", guest(append="second"), If_Match=tag)
    assert (second.status, second.headers["Content-Type"]) == (412, "application/problem+json")
    assert api.ask("DELETE", "/guests/web1", If_Match=tag).status == 412
    assert api.ask("GET", "/guests/web1").json["append"] == "first"


def test_a_build_makes_no_entity_tag_old(api: Api) -> None:
    tag = api.ask("POST", "/guests", guest(profile="debian")).headers["ETag"]
    assert api.ask("POST", "/guests/web1/builds").status == 201
    assert api.ask("GET", "/guests/web1").headers["ETag"] == tag


def test_a_guest_keeps_its_name(api: Api) -> None:
    api.ask("POST", "/guests", guest())
    assert api.ask("PUT", "/guests/web1", guest("web2"), If_Match="*").status == 422


def test_what_is_not_stored_is_not_acknowledged(api: Api) -> None:
    api.store.error = UnavailableError("the disk is full", remedy="make room")
    answer = api.ask("POST", "/guests", guest())
    assert (answer.status, answer.json["detail"], answer.json["remedy"]) == (503, "the disk is full", "make room")
    assert api.ask("GET", "/ready").status == 503
    assert api.ask("GET", "/health").status == 200


def test_pages_of_guests_follow_each_other(api: Api) -> None:
    api.do(lambda: _add(api, 25))
    first = api.ask("GET", "/guests?limit=10").json
    second = api.ask("GET", f"/guests?limit=10&after={first['next']}").json
    third = api.ask("GET", f"/guests?limit=10&after={second['next']}").json
    names = [each["name"] for page in (first, second, third) for each in page["items"]]
    assert names == [f"guest{number:02}" for number in range(25)]
    assert third["next"] is None


def test_a_page_that_is_just_full_has_no_next(api: Api) -> None:
    api.do(lambda: _add(api, 10))
    assert api.ask("GET", "/guests?limit=10").json["next"] is None


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("status=waiting", ["web1"]),
        ("status=registered", ["web2"]),
        ("network=lab", ["web1", "web2"]),
        ("network=other", []),
        ("profile=debian", ["web1"]),
    ],
)
def test_guests_are_found_by_what_they_are(api: Api, asked: str, names: list[str]) -> None:
    api.ask("POST", "/guests", guest("web1", 1, profile="debian"))
    api.ask("POST", "/guests", guest("web2", 2))
    api.ask("POST", "/guests/web1/builds")
    assert [each["name"] for each in api.ask("GET", f"/guests?{asked}").json["items"]] == names


def test_a_discovered_guest_is_approved(api: Api) -> None:
    found = Guest(name="found", macs=(Mac.parse("52:54:00:00:00:09"),), network="lab", origin=Origin.DISCOVERED)
    api.wait(api.control.commit((GuestSet(found),)))
    assert api.ask("GET", "/guests/found").json["status"] == "discovered"
    approved = api.ask("POST", "/guests/found/approve")
    assert (approved.status, approved.json["status"], approved.json["origin"]) == (200, "registered", "added")
    assert api.ask("POST", "/guests/found/approve").status == 409


def test_an_import_is_shown_first_and_then_done(api: Api) -> None:
    api.ask("POST", "/guests", guest("old", 1))
    wanted = {"guests": [guest("new", 2), guest("old", 1, append="quiet")]}
    shown = api.ask("POST", "/imports", {**wanted, "dry_run": True})
    assert [(each["name"], each["step"]) for each in shown.json["differences"]] == [("new", "add"), ("old", "change")]
    assert shown.json["differences"][1]["fields"] == {"append": " -> quiet"}
    assert api.ask("GET", "/guests/new").status == 404
    assert api.ask("POST", "/imports", wanted).json == shown.json
    assert api.ask("GET", "/guests/new").status == 200
    pruned = api.ask("POST", "/imports", {"guests": [guest("new", 2)], "prune": True})
    assert [(each["name"], each["step"]) for each in pruned.json["differences"]] == [("new", "keep"), ("old", "remove")]


def test_an_import_with_one_that_cannot_be_adds_none(api: Api) -> None:
    answer = api.ask("POST", "/imports", {"guests": [guest("new", 2), guest("bad", 3, network="nowhere")]})
    assert (answer.status, "bad" in answer.json["detail"]) == (422, True)
    assert api.ask("GET", "/guests").json["items"] == []


def test_a_plan_tells_what_the_firmware_is_given(api: Api) -> None:
    api.ask("POST", "/guests", guest(profile="debian", address="192.0.2.10"))
    plan = api.ask("GET", "/guests/web1/plan?build=true").json
    assert (plan["purpose"], plan["address"], plan["refused"]) == ("install", "192.0.2.10", False)
    assert plan["dhcp"]["file"]
    texts = [file["text"] for file in plan["files"] if file["text"]]
    assert any("netipl_..." in text for text in texts)
    assert api.ask("GET", "/guests/web1/plan").json["purpose"] == "disk"


def test_secrets_of_a_plan_are_shown_to_who_asks_for_them(api: Api) -> None:
    api.ask("POST", "/guests", guest(profile="debian", address="192.0.2.10"))
    plan = api.ask("GET", "/guests/web1/plan?build=true&secrets=true").json
    assert "..." not in "".join(file["text"] or "" for file in plan["files"])


def _add(api: Api, count: int) -> None:
    inventory = api.control._inventory
    for number in range(count):
        mac = Mac(bytes((0x52, 0x54, 0, 0, 0, number)))
        inventory.apply(GuestSet(Guest(name=f"guest{number:02}", macs=(mac,), network="lab", origin=Origin.ADDED)))
