"""Which profiles there are, who may change what of them, and what is told of it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from netipl.answers.choices import Choices
from netipl.errors import ConflictError, MissingError, RefusedError, UsageError
from netipl.guests.build import Build, BuildState
from netipl.guests.guest import Guest
from netipl.guests.profile import Profile, ProfileOrigin
from netipl.provisioning import profiling
from netipl.provisioning.changes import Change, Happened, ProfileForgotten, ProfileSet
from netipl.provisioning.profiling import Catalogue
from netipl.provisioning.timeline import Deed, Event
from tests.unit.provisioning.dhcp_lab import START

BY = "user root"
FIXED = Profile(name="fixed", append="quiet")
WEB = Profile(name="web", base="site", choices=Choices(packages=("nginx",)), origin=ProfileOrigin.ADDED)
SITE = Profile(name="site", medium="debian12", append="a=b", origin=ProfileOrigin.ADDED)
MEDIA = ("debian12", "fedora42")
BUILD = Build(id="1", guest="z1", network="lab", profile="web", asked=START, by="", expires=START + timedelta(hours=6))


def catalogue(*added: Profile) -> Catalogue:
    return profiling.catalogue({"fixed": FIXED}, added or (WEB, SITE), MEDIA)


def put(profile: Profile, known: Catalogue | None = None) -> tuple[Change, ...]:
    return profiling.put(profile, catalogue() if known is None else known, media=MEDIA, by=BY, now=START)


def remove(
    name: str, *guests: Guest, builds: Iterable[Build] = (), known: Catalogue | None = None
) -> tuple[Change, ...]:
    return profiling.remove(name, catalogue() if known is None else known, guests, builds, by=BY, now=START)


def test_a_medium_is_a_profile_of_its_own_name_unless_another_has_it() -> None:
    known = catalogue(replace(WEB, name="debian12"), replace(WEB, name="fixed"))
    assert known["debian12"].origin is ProfileOrigin.ADDED
    assert known["fedora42"] == Profile(name="fedora42", medium="fedora42", origin=ProfileOrigin.MEDIUM)
    assert known["fixed"] is FIXED
    assert set(known) == {"debian12", "fedora42", "fixed"}


def test_a_profile_that_is_not_there_is_missing() -> None:
    assert profiling.known(catalogue(), "web") is WEB
    with pytest.raises(MissingError, match="there is no profile x"):
        profiling.known(catalogue(), "x")


def test_a_profile_is_added_and_told_with_what_it_says() -> None:
    detail = {"name": "web", "base": "site", "packages": "nginx"}
    told = Event(at=START, what=Deed.PROFILE_ADDED, network="", by=BY, detail=detail)
    assert put(WEB, catalogue(SITE)) == (ProfileSet(WEB), Happened(told))


def test_a_profile_is_changed_and_told_with_the_difference() -> None:
    after = replace(WEB, append="x")
    told = Event(at=START, what=Deed.PROFILE_CHANGED, network="", by=BY, detail={"append": " -> x", "name": "web"})
    assert put(after) == (ProfileSet(after), Happened(told))


def test_what_is_so_already_changes_nothing() -> None:
    assert put(WEB) == ()


def test_a_profile_may_take_the_name_of_a_medium() -> None:
    _, happened = put(replace(WEB, name="debian12"))
    assert isinstance(happened, Happened)
    assert happened.event.what is Deed.PROFILE_ADDED


def test_one_of_the_settings_is_changed_by_nobody_else() -> None:
    with pytest.raises(RefusedError, match="profile fixed is in the settings file") as caught:
        put(replace(WEB, name="fixed"))
    assert caught.value.remedy
    with pytest.raises(RefusedError, match="profile fixed is in the settings file"):
        remove("fixed")


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (replace(WEB, base="nobody"), "base: profile web has the base nobody, which is not there"),
        (replace(WEB, base="web"), "base: profile web would be its own base"),
        (replace(SITE, base="web"), "base: profile site would be its own base"),
        (replace(WEB, medium="debian13"), "medium: there is no medium debian13"),
    ],
    ids=["no base", "its own base", "a circle", "no medium"],
)
def test_a_profile_that_could_never_boot_is_refused_with_its_key(profile: Profile, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        put(profile)
    assert str(refused.value).startswith(words)
    assert refused.value.remedy


def test_too_deep_a_chain_is_refused_at_the_base_that_makes_it_so() -> None:
    chain = [replace(WEB, name=f"p{number}", base=f"p{number - 1}") for number in range(1, 9)]
    known = catalogue(replace(WEB, name="p0", base=None), SITE, *chain)
    with pytest.raises(UsageError, match="base: profile p8 has more than 8 bases"):
        put(replace(WEB, name="p0", base="site"), known)


def test_a_profile_is_removed_and_told() -> None:
    told = Event(at=START, what=Deed.PROFILE_REMOVED, network="", by=BY, detail={"name": "web"})
    assert remove("web") == (ProfileForgotten("web"), Happened(told))


def test_a_profile_that_is_used_stays_and_its_users_are_named() -> None:
    guests = [Guest(name=f"z{number}", profile="web") for number in range(7)]
    with pytest.raises(ConflictError) as refused:
        remove("web", *guests, builds=[BUILD, replace(BUILD, guest="z9", state=BuildState.DONE)])
    assert str(refused.value) == (
        "profile web is used by guest z0, guest z1, guest z2, guest z3, guest z4, 2 more, the build of guest z1"
    )
    with pytest.raises(ConflictError, match="profile site is used by profile web"):
        remove("site")


def test_a_profile_that_is_a_medium_goes_with_it() -> None:
    with pytest.raises(RefusedError) as refused:
        remove("fedora42")
    assert refused.value.remedy == "netipl medium remove fedora42"


def test_who_says_a_medium_needs_it() -> None:
    guests = (Guest(name="z1", profile="fedora42"), Guest(name="z2", profile="web"))
    assert profiling.users_of_medium("debian12", catalogue(), guests, ()) == ("profile site",)
    assert profiling.users_of_medium("fedora42", catalogue(), guests, [replace(BUILD, profile="fedora42")]) == (
        "guest z1",
        "the build of guest z1",
    )
    assert profiling.users_of_medium("agent", catalogue(replace(WEB, agent="agent")), (), ()) == ("profile web",)


def test_what_is_broken_already_keeps_nobody_from_mending_something_else() -> None:
    broken = replace(WEB, name="broken", base="gone")
    assert put(replace(WEB, append="x"), catalogue(WEB, SITE, broken))
