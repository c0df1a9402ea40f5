"""`netipl profile`, and choices of guests, with a real daemon behind the real API, and a medium on its shelf."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import media_trees
from tests.integration.cli.test_guest import Place, completed_by
from tests.synthetic_media import write
from tests.unit.guests.chosen import SHA512, ssh_key

MAC = "52:54:00:13:33:10"
FINISH = "#!/bin/sh\nuptime\n"
KEYS = [ssh_key(body=b"a" * 32, comment="me@laptop"), ssh_key(body=b"b" * 32)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def served(place: Place) -> Iterator[Place]:
    with place.serving():
        yield place


@pytest.fixture
def with_medium(served: Place, tmp_path: Path) -> Place:
    tree = write(media_trees.rhel("Fedora", "41"), tmp_path / "mirror")
    served.run("medium", "add", "fedora41", tree, "--tree")
    return served


def shown(place: Place, name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(place.run("profile", "show", name, "--json"))
    return found


def test_a_medium_is_enough_for_a_build(with_medium: Place) -> None:
    run = with_medium.run
    run("guest", "add", "web1", "--mac", MAC, "--network", "lab")
    run("guest", "build", "web1", "--profile", "fedora41")
    plan = json.loads(run("guest", "show", "web1", "--plan", "--json"))
    assert not plan["refused"]
    names = [each["name"] for each in plan["files"]]
    assert any(name.startswith("media/") and name.endswith("images/kernel.img") for name in names)
    [configuration] = [each["text"] for each in plan["files"] if each["text"]]
    assert "inst.ks=http://192.0.2.1:8069/answers/netipl_.../ks.cfg" in configuration
    assert "medium" in run("profile", "list")
    assert "guest web1" in run("medium", "remove", "fedora41", "--yes", status=1)


def test_a_profile_is_added_changed_shown_and_removed(with_medium: Place, tmp_path: Path) -> None:
    run = with_medium.run
    keys = tmp_path / "id.pub"
    keys.write_text(f"# mine\n{KEYS[0]}\n\n{KEYS[1]}\n")
    finish = tmp_path / "finish.sh"
    finish.write_text(FINISH)
    run(
        *("profile", "add", "web", "--medium", "fedora41", "--timezone", "Europe/Prague", "--ssh-key", keys),
        *("--package", "vim", "--package", "nginx", "--root-password", SHA512),
        *("--set", "users=[{name: me, admin: true}]", "--set", "variables={role: web}", "--finish", finish),
    )
    assert shown(with_medium, "web") == {
        "name": "web",
        "medium": "fedora41",
        "timezone": "Europe/Prague",
        "root_password": SHA512,
        "root_ssh_keys": KEYS,
        "users": [{"name": "me", "admin": True}],
        "packages": ["vim", "nginx"],
        "finish": FINISH,
        "variables": {"role": "web"},
        "origin": "added",
    }
    run("guest", "add", "web1", "--mac", MAC, "--network", "lab")
    told = run("guest", "build", "web1", "--profile", "web", status=1)
    assert "only a disk image is finished by SSH" in told
    run("profile", "set", "web", "--package", "vim", "--timezone", "", "--set", "variables=", "--append", "quiet")
    run("profile", "set", "web", "--set", "finish=")
    changed = shown(with_medium, "web")
    assert changed["users"] == [{"name": "me", "admin": True}]
    assert (changed["packages"], changed["append"]) == (["vim"], "quiet")
    assert not {"timezone", "variables", "finish"} & set(changed)
    assert "it is so already" in run("profile", "set", "web", "--append", "quiet")
    run("profile", "remove", "web", "--yes")
    assert "there is no profile web" in run("profile", "show", "web", status=1)


def test_what_show_prints_is_what_from_takes(with_medium: Place, tmp_path: Path) -> None:
    run = with_medium.run
    run(
        "profile",
        "add",
        "web",
        "--medium",
        "fedora41",
        "--set",
        "scripts=[touch /a, touch /b]",
        "--ssh-key",
        _key(tmp_path),
    )
    file = tmp_path / "web.yaml"
    file.write_text(run("profile", "show", "web"))
    run("profile", "add", "copy", "--from", file, "--timezone", "UTC")
    assert shown(with_medium, "copy") == {**shown(with_medium, "web"), "name": "copy", "timezone": "UTC"}


def test_a_profile_of_a_medium_is_set_and_stands_in_its_place(with_medium: Place) -> None:
    with_medium.run("profile", "set", "fedora41", "--timezone", "UTC")
    assert shown(with_medium, "fedora41") == {
        "name": "fedora41",
        "medium": "fedora41",
        "timezone": "UTC",
        "origin": "added",
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("medium: fedora41\ntimezone: a b\n", "line 2: timezone: 'a b' is no time zone"),
        ("medium: fedora41\nzone: UTC\n", "line 2: zone: there is no such key"),
        ("medium: [\n", "this is no YAML"),
        ("- a\n", "there are no keys"),
        ("root_password: secret\n", "line 1: root_password: it is no hash of crypt(3)"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(served: Place, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "web.yaml"
    file.write_text(text)
    told = served.run("profile", "add", "web", "--from", file, status=2)
    assert words in told
    assert "secret" not in told.replace("secret-key", "")


def test_one_of_the_settings_is_changed_there(served: Place) -> None:
    told = served.run("profile", "set", "debian12", "--timezone", "UTC", status=1)
    assert "profile debian12 is in the settings file" in told


def test_answers_are_checked_for_a_guest_and_for_an_example(with_medium: Place, tmp_path: Path) -> None:
    run = with_medium.run
    run("profile", "add", "web", "--medium", "fedora41", "--package", "vim")
    run("guest", "add", "web1", "--mac", MAC, "--network", "lab", "--profile", "web", "--set", "timezone=Asia/Tokyo")
    assert "example: ks.cfg: 0 errors" in run("profile", "check", "web")
    assert "Asia/Tokyo" in run("profile", "check", "web", "--guest", "web1", "--print")
    file = tmp_path / "next.yaml"
    file.write_text("medium: fedora41\nkeyboard: us\n")
    assert "0 errors" in run("profile", "check", "web", "--file", file, "--guest", "web1")
    file.write_text("medium: nothing\n")
    assert "there is no medium nothing" in run("profile", "check", "web", "--file", file, status=1)
    assert "there is no guest web9" in run("profile", "check", "web", "--guest", "web9", status=1)


def test_choices_of_a_guest_are_set_exported_and_imported(served: Place, tmp_path: Path) -> None:
    run = served.run
    run("guest", "add", "web1", "--mac", MAC, "--network", "lab", "--set", "packages=[vim, nginx]")
    file = tmp_path / "choices.yaml"
    file.write_text("timezone: UTC\nvariables: {role: web}\n")
    run("guest", "set", "web1", "--choices", file, "--set", "keyboard=us")
    wanted = {"timezone": "UTC", "keyboard": "us", "packages": ["vim", "nginx"], "variables": {"role": "web"}}
    assert json.loads(run("guest", "show", "web1", "--json"))["choices"] == wanted
    assert "choices" in run("guest", "show", "web1")
    for form in ("yaml", "csv", "json"):
        output = tmp_path / f"guests.{form}"
        run("guest", "export", "-o", output)
        run("guest", "remove", "web1", "--yes")
        run("guest", "import", output)
        assert json.loads(run("guest", "show", "web1", "--json"))["choices"] == wanted
    run("guest", "set", "web1", "--set", "packages=", "--set", "timezone=")
    assert json.loads(run("guest", "show", "web1", "--json"))["choices"] == {
        "keyboard": "us",
        "variables": {"role": "web"},
    }
    assert "timezone: 'a b'" in run("guest", "set", "web1", "--set", "timezone=a b", status=2)
    assert "there is no such key" in run("guest", "set", "web1", "--set", "medium=x", status=2)


def test_profiles_and_media_are_completed_by_the_daemon(with_medium: Place) -> None:
    assert completed_by(with_medium, "netipl profile show f") == ["fedora41"]
    assert completed_by(with_medium, "netipl profile add x --medium f") == ["fedora41"]


def _key(directory: Path) -> Path:
    file = directory / "id.pub"
    file.write_text(KEYS[0])
    return file


def test_a_guest_of_the_settings_whose_profile_is_not_there_is_told_of(place: Place) -> None:
    with place.config.open("a") as config:
        config.write('[guests.lost]\nmac = "52:54:00:00:00:02"\nprofile = "debain12"\n')
    with place.serving():
        log = (place.directory / "log").read_text()
    assert "debain12" in log
    assert "known are: broken, debian12" in log
