"""A profile and its document say the same; files are named by the settings alone."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netipl.answers.choices import Choices
from netipl.errors import UsageError
from netipl.guests import choices_document
from netipl.guests.guest import BootFiles
from netipl.guests.profile import Profile, ProfileOrigin
from netipl.guests.profile_document import FILES, KEYS, document, profile
from tests.unit.guests.chosen import CHOICES

NAMES = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
ADDED = st.builds(
    Profile,
    name=NAMES,
    base=st.none() | NAMES,
    medium=st.none() | NAMES,
    agent=st.none() | NAMES,
    template=st.none() | NAMES,
    append=st.text(min_size=1).filter(str.isprintable) | st.just(""),
    choices=CHOICES,
    origin=st.just(ProfileOrigin.ADDED),
)


@given(ADDED)
def test_a_profile_comes_back_from_its_document_as_it_was(known: Profile) -> None:
    assert profile(json.loads(json.dumps(document(known)))) == known


def test_one_of_the_settings_has_its_files_too() -> None:
    known = Profile(
        name="debian",
        boot=BootFiles(kernel=Path("/srv/kernel"), initrd=Path("/srv/initrd")),
        answers=Path("/srv/preseed.cfg"),
        append="auto url={answers}",
        choices=Choices(timezone="UTC"),
    )
    shown = document(known)
    assert list(shown) == ["name", "kernel", "initrd", "answers", "append", "timezone"]
    assert profile(shown, origin=ProfileOrigin.SETTINGS) == known


@pytest.mark.parametrize("key", FILES)
def test_nobody_else_names_a_file_of_the_servers_machine(key: str) -> None:
    with pytest.raises(UsageError, match=f"{key}: files are named by the settings alone") as refused:
        profile({"name": "debian", key: "/etc/shadow"})
    assert refused.value.remedy


WRONG: dict[str, tuple[str, object]] = {
    "a key that is not known": ("kernels", "x"),
    "a name that is none": ("name", "a b"),
    "no name": ("name", ""),
    "a base": ("base", "a b"),
    "a medium": ("medium", "../x"),
    "an agent": ("agent", "a b"),
    "a kernel that is no text": ("kernel", [1, 2]),
    "an initrd without a kernel": ("initrd", "initrd"),
    "a template that is a path": ("template", "/etc/passwd"),
    "answers that are no text": ("answers", True),
    "parameters of two lines": ("append", "a\nb"),
    "a choice": ("timezone", "no zone"),
}


@pytest.mark.parametrize(("key", "value"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_key_and_a_remedy(key: str, value: object) -> None:
    with pytest.raises(UsageError) as refused:
        profile({"name": "debian", key: value}, origin=ProfileOrigin.SETTINGS)
    assert str(refused.value).startswith(f"{key}: ")
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("said", "key"),
    [({"medium": "a", "kernel": "b"}, "medium"), ({"template": "a", "answers": "b"}, "template")],
    ids=["what boots", "what answers"],
)
def test_nothing_is_said_in_two_ways(said: dict[str, object], key: str) -> None:
    with pytest.raises(UsageError) as refused:
        profile({"name": "debian", **said}, origin=ProfileOrigin.SETTINGS)
    assert str(refused.value).startswith(f"{key}: ")


def test_no_key_of_a_profile_is_that_of_a_choice() -> None:
    assert not set(KEYS) & set(choices_document.KEYS)
