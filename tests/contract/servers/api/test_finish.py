"""Finish scripts by the API: whose builds may have one, when they are readied, and who sees their keys."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.servers.api.lab import Api, guest, serving
from tests.media_shelf import Shelf
from tests.unit.guests.media_kept import AGENT, DEBIAN, IMAGE

FINISH = "cloud-init status --wait\n"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serving(tmp_path) as found:
        shelf = found.control.planner.offered.media
        assert isinstance(shelf, Shelf)
        shelf.media = (DEBIAN, IMAGE, AGENT)
        yield found


def build(api: Api, **more: Any) -> Any:
    api.ask("PUT", "/profiles/web", {"name": "web", **more})
    api.ask("POST", "/guests", guest(profile="web"))
    return api.ask("POST", "/guests/web1/builds")


def kept(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "state/ssh").glob("*/*"))


def test_a_build_of_a_disk_image_has_its_keys_and_its_script_when_it_is_asked_for(api: Api, tmp_path: Path) -> None:
    assert build(api, medium=IMAGE.name, finish=FINISH).status == 201
    assert kept(tmp_path) == ["host", "host.pub", "known_hosts", "script"]
    [script] = (tmp_path / "state/ssh").glob("*/script")
    assert script.read_text() == FINISH


def test_a_build_without_a_finish_script_has_none(api: Api, tmp_path: Path) -> None:
    assert build(api, medium=IMAGE.name).status == 201
    assert not kept(tmp_path)


def test_a_guest_may_have_one_of_its_own(api: Api, tmp_path: Path) -> None:
    api.ask("PUT", "/profiles/web", {"name": "web", "medium": IMAGE.name, "finish": FINISH})
    added = api.ask("POST", "/guests", {**guest(profile="web"), "choices": {"finish": "true\n"}})
    assert added.json["choices"] == {"finish": "true\n"}
    assert api.ask("POST", "/guests/web1/builds").status == 201
    [script] = (tmp_path / "state/ssh").glob("*/script")
    assert script.read_text() == "true\n"


def test_only_a_disk_image_is_finished(api: Api, tmp_path: Path) -> None:
    refused = build(api, medium=DEBIAN.name, finish=FINISH)
    assert (refused.status, refused.json["detail"]) == (409, "finish: only a disk image is finished by SSH")
    assert "scripts" in refused.json["remedy"]
    assert api.ask("GET", "/profiles/web/answers").json["detail"] == refused.json["detail"]
    plan = api.ask("GET", "/guests/web1/plan?build=true").json
    assert [each["rule"] for each in plan["findings"] if each["severity"] == "error"] == ["finish"]
    assert not kept(tmp_path)


def test_without_ssh_a_build_is_refused(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    refused = build(api, medium=IMAGE.name, finish=FINISH)
    assert refused.status == 503
    assert "openssh-client" in refused.json["remedy"]
    assert api.ask("GET", "/guests/web1").json["build"] is None
    assert not kept(tmp_path)


def test_nobody_is_shown_a_private_host_key(api: Api, tmp_path: Path) -> None:
    build(api, medium=IMAGE.name, finish=FINISH)
    [host] = (tmp_path / "state/ssh").glob("*/host")
    line = host.read_text().splitlines()[2]
    for path in (
        "/profiles/web/answers?guest=web1&secrets=true",
        "/guests/web1/plan?build=true&secrets=true",
        "/guests/web1",
        "/events",
    ):
        answer = api.ask("GET", path)
        assert answer.status == 200
        assert line.encode() not in answer.body
    shown = api.ask("GET", "/profiles/web/answers?guest=web1&secrets=true").body
    assert b"ed25519_private" in shown
