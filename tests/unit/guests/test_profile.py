"""Profiles over profiles: what a derived one says stands, what it does not comes from its base."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netipl.answers.choices import Choices
from netipl.errors import UsageError
from netipl.guests.guest import BootFiles
from netipl.guests.profile import DEEPEST, Profile, bases, effective
from tests.unit.guests.chosen import CHOICES

OWN = BootFiles(kernel=Path("kernel"))


def named(*profiles: Profile) -> dict[str, Profile]:
    return {profile.name: profile for profile in profiles}


def test_a_profile_alone_is_as_it_says() -> None:
    known = Profile(name="debian", medium="debian12", append="quiet", choices=Choices(timezone="UTC"))
    assert effective(known, {}) == known


def test_kernel_parameters_of_the_base_come_first_and_choices_stand_over_its() -> None:
    base = Profile(name="debian", medium="debian12", append="quiet", choices=Choices(timezone="UTC", packages=("vim",)))
    web = Profile(name="web", base="debian", append="a=b", choices=Choices(packages=("nginx",)))
    assert effective(web, named(base, web)) == Profile(
        name="web", medium="debian12", append="quiet a=b", choices=Choices(timezone="UTC", packages=("nginx",))
    )


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ({"medium": "b"}, {"boot": OWN}),
        ({"boot": OWN}, {"medium": "a"}),
        ({"template": "mine"}, {"answers": Path("preseed")}),
        ({"answers": Path("preseed")}, {"template": "mine"}),
    ],
    ids=["a medium over files", "files over a medium", "a template over a file", "a file over a template"],
)
def test_what_is_said_in_one_way_is_not_said_by_the_base_in_the_other(
    upper: dict[str, Any],
    lower: dict[str, Any],  # Any: fields of a profile
) -> None:
    derived = replace(Profile(name="b", base="a"), **upper)
    found = effective(derived, named(replace(Profile(name="a"), **lower)))
    assert found == replace(derived, base=None)


def test_a_base_may_have_a_base() -> None:
    chain = [Profile(name=f"p{number}", base=f"p{number - 1}" if number else None) for number in range(DEEPEST + 1)]
    chain[0] = replace(chain[0], medium="m")
    assert effective(chain[-1], named(*chain)).medium == "m"


def test_too_many_bases_are_refused() -> None:
    chain = [Profile(name=f"p{number}", base=f"p{number - 1}" if number else None) for number in range(DEEPEST + 2)]
    with pytest.raises(UsageError, match=f"more than {DEEPEST} bases"):
        effective(chain[-1], named(*chain))


@pytest.mark.parametrize("circle", [("a",), ("a", "b"), ("a", "b", "c")])
def test_a_circle_is_told_with_all_its_names(circle: tuple[str, ...]) -> None:
    others = named(*(Profile(name=name, base=base) for name, base in zip(circle, circle[1:] + circle[:1], strict=True)))
    with pytest.raises(UsageError) as refused:
        bases(others["a"], others)
    assert str(refused.value).endswith(" -> ".join((*circle, "a")))


def test_a_base_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="profile a has the base b, which is not there") as refused:
        effective(Profile(name="a", base="b"), named(Profile(name="c")))
    assert refused.value.remedy == "known are: c"


PROFILES = st.builds(
    Profile, name=st.just("x"), medium=st.none() | st.just("m"), append=st.just("") | st.just("q"), choices=CHOICES
)


@given(st.lists(PROFILES, min_size=1, max_size=4))
def test_a_chain_is_as_each_profile_over_the_rest(chain: list[Profile]) -> None:
    found = [
        replace(each, name=f"p{number}", base=f"p{number + 1}" if number + 1 < len(chain) else None)
        for number, each in enumerate(chain)
    ]
    whole = effective(found[0], named(*found))
    step = found[-1]
    for each in reversed(found[:-1]):
        step = effective(replace(each, base="below"), {"below": replace(step, name="below", base=None)})
    assert whole == step
