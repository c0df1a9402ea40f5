"""Profiles by the API, with the control plane of a daemon behind it."""

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netipl.answers import overlay
from netipl.guests.choices_document import HIDDEN
from netipl.media.medium import Family, Role
from tests.contract.servers.api.lab import Api, guest, serving
from tests.media_shelf import Shelf
from tests.unit.guests.chosen import KEY, SHA512
from tests.unit.guests.media_kept import AGENT, DEBIAN, IMAGE, RHEL, medium

WEB = {"name": "web", "medium": "debian12", "packages": ["nginx"], "users": [{"name": "me", "password": SHA512}]}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serving(tmp_path, tcp=True) as found:
        shelf(found).media = (RHEL, DEBIAN, IMAGE)
        yield found


def shelf(api: Api) -> Shelf:
    found = api.control.planner.offered.media
    assert isinstance(found, Shelf)
    return found


def put(api: Api, document: dict[str, Any], tag: str | None = None) -> Any:
    return api.ask("PUT", f"/profiles/{document['name']}", document, **({"If_Match": tag} if tag else {}))


def test_a_profile_is_added_shown_changed_and_removed(api: Api) -> None:
    added = put(api, WEB)
    assert (added.status, added.headers["Location"]) == (201, "/api/v1/profiles/web")
    assert added.json == {**WEB, "origin": "added"}
    shown = api.ask("GET", "/profiles/web")
    assert (shown.json, shown.headers["ETag"]) == (added.json, added.headers["ETag"])
    changed = put(api, {**WEB, "timezone": "UTC"}, shown.headers["ETag"])
    assert (changed.status, changed.json["timezone"]) == (200, "UTC")
    assert changed.headers["ETag"] != shown.headers["ETag"]
    removed = api.ask("DELETE", "/profiles/web", If_Match=changed.headers["ETag"])
    assert (removed.status, removed.body) == (204, b"")
    assert api.ask("GET", "/profiles/web").status == 404


def test_who_changes_a_profile_is_in_the_journal_and_no_hash_is(api: Api) -> None:
    put(api, WEB)
    answer = api.ask("GET", "/events")
    [told] = answer.json["items"]
    assert (told["what"], told["by"]) == ("profile-added", api.ask("GET", "/whoami").json["by"])
    assert told["detail"]["packages"] == "nginx"
    assert SHA512.encode() not in answer.body


@pytest.mark.parametrize(
    ("tag", "status"),
    [(None, 428), ('"another"', 412), ("nonsense", 400), ("*", 200)],
    ids=["none", "another", "nonsense", "any"],
)
def test_a_change_is_of_the_state_that_is_meant(api: Api, tag: str | None, status: int) -> None:
    put(api, WEB)
    assert put(api, {**WEB, "append": "x"}, tag).status == status


def test_the_second_of_two_who_change_the_same_state_is_told(api: Api) -> None:
    tag = put(api, WEB).headers["ETag"]
    assert put(api, {**WEB, "append": "first"}, tag).status == 200
    assert put(api, {**WEB, "append": "second"}, tag).status == 412
    assert api.ask("DELETE", "/profiles/web", If_Match=tag).status == 412


def test_a_change_of_what_is_not_there_is_missing(api: Api) -> None:
    assert put(api, WEB, "*").status == 404


def test_one_of_the_settings_is_changed_by_nobody_here(api: Api) -> None:
    shown = api.ask("GET", "/profiles/debian")
    assert shown.json["origin"] == "settings"
    refused = put(api, {"name": "debian"}, shown.headers["ETag"])
    assert (refused.status, refused.json["detail"]) == (409, "profile debian is in the settings file")
    assert "reload" in refused.json["remedy"]
    assert api.ask("DELETE", "/profiles/debian").status == 409


def test_media_are_profiles_until_one_is_added_in_their_place(api: Api) -> None:
    items = api.ask("GET", "/profiles").json["items"]
    assert [(each["name"], each["origin"]) for each in items] == [
        ("cloud", "medium"),
        ("debian", "settings"),
        ("debian12", "medium"),
        ("rhel9", "medium"),
    ]
    own = {"name": "debian12", "medium": "debian12", "timezone": "UTC"}
    assert put(api, own, api.ask("GET", "/profiles/debian12").headers["ETag"]).json["origin"] == "added"
    refused = api.ask("DELETE", "/profiles/rhel9")
    assert (refused.status, refused.json["remedy"]) == (409, "netipl medium remove rhel9")
    assert api.ask("DELETE", "/profiles/debian12").status == 204
    assert api.ask("GET", "/profiles/debian12").json["origin"] == "medium"


def test_a_profile_that_is_used_stays_and_its_users_are_named(api: Api) -> None:
    put(api, WEB)
    put(api, {"name": "db", "base": "web"})
    api.ask("POST", "/guests", guest(profile="web"))
    refused = api.ask("DELETE", "/profiles/web")
    assert refused.status == 409
    assert refused.json["detail"] == "profile web is used by guest web1, profile db"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": "web2"}, "name: web2 is not web"),
        ({"kernel": "/etc/shadow"}, "kernel: files are named by the settings alone"),
        ({"answers": "/etc/shadow"}, "answers: files are named by the settings alone"),
        ({"medium": "fedora42"}, "medium: there is no medium fedora42"),
        ({"base": "nobody"}, "base: profile web has the base nobody"),
        ({"base": "web"}, "base: profile web would be its own base"),
        ({"template": "mine"}, "template: there is no template mine"),
        ({"root_password": "secret"}, "root_password: it is no hash of crypt(3)"),
        ({"users": [{"name": "me", "shell": "sh"}]}, "users.0.shell"),
        ({"root_ssh_keys": [KEY, "x"]}, "root_ssh_keys: 1: "),
    ],
)
def test_what_is_wrong_is_told_with_its_key(api: Api, said: dict[str, Any], words: str) -> None:
    refused = api.ask("PUT", "/profiles/web", {"name": "web", **said})
    assert refused.status == 422
    assert refused.json["detail"].startswith(words)
    assert b"secret" not in refused.body


def test_who_may_only_read_sees_no_hash_of_profiles_and_guests(api: Api) -> None:
    put(api, WEB)
    api.ask("POST", "/guests", {**guest(), "choices": {"root_password": SHA512}})
    reader = api.token("r", "read-only")
    for path in ("/profiles", "/profiles/web", "/guests", "/guests/web1", "/profiles/web/answers"):
        shown = api.ask_by_tcp("GET", path, token=reader)
        assert shown.status == 200
        assert SHA512.encode() not in shown.body
    assert api.ask_by_tcp("GET", "/profiles/web", token=reader).json["users"][0]["password"] == HIDDEN
    assert api.ask("GET", "/guests/web1").json["choices"] == {"root_password": SHA512}
    assert api.ask_by_tcp("GET", "/profiles/web/answers?secrets=true", token=reader).status == 403


def test_answers_are_made_for_a_guest_and_for_an_example(api: Api) -> None:
    put(api, WEB)
    api.ask("POST", "/guests", {**guest(profile="web"), "choices": {"timezone": "Europe/Prague"}})
    shown = api.ask("GET", "/profiles/web/answers?guest=web1").json
    assert (shown["profile"], shown["guest"], shown["kind"], shown["version"]) == ("web", "web1", "preseed", "12")
    [file] = shown["files"]
    assert (file["name"], file["base64"], file["size"]) == ("preseed.cfg", None, len(file["text"].encode()))
    assert "Europe/Prague" in file["text"]
    example = api.ask("GET", "/profiles/web/answers").json
    assert example["guest"] == "example"
    assert "Europe/Prague" not in example["files"][0]["text"]
    assert api.ask("GET", "/profiles/web/answers?guest=web9").status == 404


def test_an_admin_may_see_the_secrets_of_answers(api: Api) -> None:
    put(api, {**WEB, "medium": "rhel9"})
    api.ask("POST", "/guests", guest(profile="web"))
    assert api.ask("POST", "/guests/web1/builds").status == 201
    open_ones = api.ask("GET", "/profiles/web/answers?guest=web1&secrets=true").json["files"][0]["text"]
    hidden = api.ask("GET", "/profiles/web/answers?guest=web1").json["files"][0]["text"]
    assert SHA512 in open_ones
    assert SHA512 not in hidden
    assert "/callback/netipl_hidden/done" in hidden
    assert "/callback/netipl_" in open_ones
    assert "netipl_hidden" not in open_ones


def test_a_command_line_that_cannot_be_made_is_told_with_the_answers(api: Api) -> None:
    put(api, {**WEB, "append": "console=ttysclp0 {nothing}"})
    answer = api.ask("GET", "/profiles/web/answers")
    assert (answer.status, "{nothing} stands for nothing" in answer.json["detail"]) == (422, True), answer.json


def test_the_agent_is_not_removed_while_a_build_boots_it(api: Api) -> None:
    shelf(api).media = (IMAGE, AGENT)
    api.ask("POST", "/guests", guest(profile=IMAGE.name))
    assert api.control._users_of(AGENT.name) == ()
    assert api.ask("POST", "/guests/web1/builds", {}).status == 201
    assert api.control._users_of(AGENT.name) == ("the build of guest web1",)


def test_answers_are_tried_before_a_profile_is_kept(api: Api) -> None:
    tried = api.ask("POST", "/profiles/web/answers", WEB)
    assert (tried.status, tried.json["profile"]) == (200, "web")
    assert api.ask("GET", "/profiles/web").status == 404
    assert api.ask("POST", "/profiles/db/answers", WEB).status == 422


def test_what_is_no_text_comes_as_base64(api: Api) -> None:
    files = ((Role.KERNEL, "boot/vmlinuz-lts"), (Role.INITRD, "boot/initramfs-lts"), (Role.MODLOOP, "boot/modloop-lts"))
    shelf(api).media = (medium(Family.ALPINE, *files, name="alpine", version="3.22"),)
    [file] = api.ask("GET", "/profiles/alpine/answers").json["files"]
    assert file["text"] is None
    assert overlay.members(b64decode(file["base64"]))


def test_a_build_whose_answers_cannot_be_made_is_refused_with_the_line(api: Api) -> None:
    put(api, {"name": "web", "medium": "rhel9", "template": "kickstart"})
    api.ask("POST", "/guests", {**guest(profile="web"), "choices": {"variables": {"role": "x"}}})
    texts = dict(api.control.planner.offered.templates())
    texts["kickstart/ks.cfg"] = "text\n{{ nobody }}\n"
    offered = api.control.planner.offered
    api.do(lambda: setattr(api.control.planner, "offered", replace(offered, templates=lambda: texts)))
    refused = api.ask("POST", "/guests/web1/builds")
    assert refused.status == 409
    assert "kickstart/ks.cfg" in refused.json["detail"]
    assert "2" in refused.json["detail"]
    plan = api.ask("GET", "/guests/web1/plan?build=true").json
    assert plan["refused"]
    assert [each["rule"] for each in plan["findings"] if each["severity"] == "error"] == ["answers"]


def test_a_cpu_model_that_is_too_old_for_the_medium_is_refused(api: Api) -> None:
    api.ask("POST", "/guests", guest(profile="rhel9", cpu="z13"))
    refused = api.ask("POST", "/guests/web1/builds")
    assert refused.status == 409
    assert refused.json["detail"] == (
        "Red Hat Enterprise Linux 9.4 needs a z14 or newer, and this guest's CPU model is z13"
    )
    changed = api.ask("PUT", "/guests/web1", guest(profile="rhel9", cpu="z15"), If_Match="*")
    assert changed.status == 200
    assert api.ask("POST", "/guests/web1/builds").status == 201


def test_a_medium_that_is_still_arriving_is_told_so(api: Api) -> None:
    put(api, WEB)
    api.ask("POST", "/guests", guest(profile="web"))
    shelf(api).media, shelf(api).unknown = (), {"debian12"}
    refused = api.ask("POST", "/guests/web1/builds")
    assert (refused.status, refused.json["detail"]) == (
        503,
        "medium debian12 is still arriving, and what it is is not known yet",
    )
