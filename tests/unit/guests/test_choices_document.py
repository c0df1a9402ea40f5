"""Choices and their document say the same; hashes of passwords are not for everybody."""

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netipl.answers.choices import Choices, Layout, Repository, User
from netipl.errors import UsageError
from netipl.guests.choices_document import HIDDEN, KEYS, choices, document, public
from tests.unit.guests.chosen import CHOICES, KEY, SHA512

WHOLE = Choices(
    timezone="Europe/Prague",
    language="en_US.UTF-8",
    keyboard="us",
    layout=Layout.LVM,
    root_password=SHA512,
    root_ssh_keys=(KEY,),
    users=(User(name="me", ssh_keys=(KEY,), password=SHA512, admin=True), User(name="you")),
    packages=("vim",),
    repositories=(Repository(name="updates", url="http://mirror/updates"),),
    scripts=("touch /done\n",),
    finish="touch /finished\n",
    znet=("qeth,0.0.0600,0.0.0601,0.0.0602",),
    dasd=("0.0.0200",),
    zfcp=("0.0.4000",),
    cio_ignore="all,!condev",
    variables=(("role", "web"),),
)


@given(CHOICES)
def test_choices_come_back_from_their_document_as_they_were(known: Choices) -> None:
    assert choices(json.loads(json.dumps(document(known)))) == known


def test_a_document_says_each_key_in_the_order_of_keys_and_nothing_that_is_not_said() -> None:
    assert document(Choices()) == {}
    assert list(document(WHOLE)) == list(KEYS)


def test_every_field_of_choices_has_its_key() -> None:
    assert {field for field, _ in KEYS.values()} == {each.name for each in fields(Choices)}


def test_users_and_repositories_are_tables() -> None:
    shown = document(WHOLE)
    assert shown["users"] == [
        {"name": "me", "ssh_keys": [KEY], "password": SHA512, "admin": True},
        {"name": "you"},
    ]
    assert shown["repositories"] == [{"name": "updates", "url": "http://mirror/updates"}]


def test_what_yaml_has_as_text_is_taken() -> None:
    assert choices({"users": [{"name": "me", "admin": "true"}], "packages": "vim"}) == Choices(
        users=(User(name="me", admin=True),), packages=("vim",)
    )


WRONG: dict[str, tuple[str, object, str]] = {
    "a key that is not known": ("time_zone", "UTC", "time_zone: there is no such key"),
    "a time zone": ("timezone", "no zone", "timezone: "),
    "a language": ("language", "a b", "language: "),
    "a keyboard": ("keyboard", "a b", "keyboard: "),
    "a layout": ("layout", "zfs", "layout: "),
    "a password instead of its hash": ("root_password", "secret", "root_password: it is no hash of crypt(3)"),
    "an SSH key": ("root_ssh_keys", [KEY, "ssh-rsa x"], "root_ssh_keys: 1: "),
    "a user without a name": ("users", [{"admin": True}], "users: 0: name: it is missing"),
    "a user that is text": ("users", ["me"], "users: 0: it is no table"),
    "a key of a user": ("users", [{"name": "me", "shell": "sh"}], "users: 0: shell: there is no such key"),
    "the password of a user": ("users", [{"name": "me", "password": "secret"}], "users: 0: password: "),
    "two users of one name": ("users", [{"name": "me"}, {"name": "me"}], "users: user me is there twice"),
    "a package": ("packages", ["vim", "a b"], "packages: 1: "),
    "a repository without a place": ("repositories", [{"name": "a"}], "repositories: 0: url: it is missing"),
    "a script": ("scripts", ["a\0"], "scripts: 0: "),
    "a finish script": ("finish", "a\0", "finish: "),
    "a network device": ("znet", "eth0", "znet: 0: "),
    "a DASD": ("dasd", "sda", "dasd: 0: "),
    "a SCSI device": ("zfcp", "sda", "zfcp: 0: "),
    "what is ignored": ("cio_ignore", "a b", "cio_ignore: "),
    "a variable": ("variables", {"a-b": "c"}, "variables: a-b: "),
    "a variable that is a list": ("variables", {"a": ["c"]}, "variables: a: it is no text"),
    "variables that are none": ("variables", "a", "variables: it is no table"),
}


@pytest.mark.parametrize(("key", "value", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_key_and_a_remedy(key: str, value: object, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        choices({key: value})
    assert str(refused.value).startswith(words)
    assert refused.value.remedy
    assert "secret" not in str(refused.value)


def test_every_key_has_a_value_that_is_wrong() -> None:
    assert set(KEYS) == {key for key, _, _ in WRONG.values()} - {"time_zone"}


def test_who_may_not_see_hashes_sees_that_there_are_some() -> None:
    shown = public({"name": "debian", **document(WHOLE)})
    assert SHA512 not in json.dumps(shown)
    assert (shown["root_password"], shown["users"][0]["password"]) == (HIDDEN, HIDDEN)
    assert "password" not in shown["users"][1]
    assert SHA512 not in json.dumps(public({"name": "web1", "choices": document(WHOLE)}))


def test_what_is_shown_without_hashes_is_never_taken_for_some() -> None:
    with pytest.raises(UsageError, match="root_password: it is no hash"):
        choices(public(document(WHOLE)))


@given(st.dictionaries(st.sampled_from(tuple(KEYS)), st.recursive(st.text() | st.integers(), st.lists)))
def test_whatever_a_document_says_is_choices_or_refused_with_the_key(said: dict[str, object]) -> None:
    refused, found = None, None
    try:
        found = choices(said)
    except UsageError as error:
        refused = error
    if found is not None:
        assert choices(document(found)) == found
    else:
        assert str(refused).partition(":")[0] in KEYS
