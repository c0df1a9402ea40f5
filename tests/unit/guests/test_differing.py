"""What is told of a change: keys with old and new, and of secrets only that they are others."""

from netipl.guests.choices_document import HIDDEN
from netipl.guests.differing import added, changed
from tests.unit.guests.chosen import SHA512


def test_what_is_new_is_said_by_key() -> None:
    said = {"name": "web", "packages": ["vim", "g++"], "users": [{"name": "me"}], "root_password": SHA512}
    assert added(said) == {
        "name": "web",
        "packages": "vim, g++",
        "users": '[{"name": "me"}]',
        "root_password": HIDDEN,
    }


def test_what_differs_is_said_as_it_was_and_as_it_is() -> None:
    before = {"name": "web", "timezone": "UTC", "packages": ["vim"]}
    after = {"name": "web", "packages": ["g++"], "keyboard": "us"}
    assert changed(before, after) == {"timezone": "UTC -> ", "packages": "vim -> g++", "keyboard": " -> us"}


def test_a_hash_that_is_another_is_told_and_not_shown() -> None:
    before = {"users": [{"name": "me", "password": SHA512}]}
    told = changed(before, {"users": [{"name": "me", "password": SHA512.replace("salt", "SALT")}]})
    assert list(told) == ["users"]
    assert told["users"].endswith("(another)")
    assert SHA512 not in told["users"]


def test_a_long_value_is_cut() -> None:
    assert added({"scripts": ["x" * 10_000]})["scripts"] == "x" * 512 + "..."
