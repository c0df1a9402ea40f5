"""One set of choices over another."""

from netipl.answers.choices import Choices, User, over


def test_what_is_said_above_hides_what_is_below() -> None:
    lower = Choices(timezone="UTC", packages=("vim",), users=(User(name="ann"),))
    upper = Choices(timezone="Europe/Prague", users=(User(name="bob"),))
    assert over(upper, lower) == Choices(timezone="Europe/Prague", packages=("vim",), users=(User(name="bob"),))


def test_variables_are_merged_by_name() -> None:
    lower = Choices(variables=(("a", "1"), ("b", "2")))
    assert over(Choices(variables=(("b", "3"),)), lower).variables == (("a", "1"), ("b", "3"))
