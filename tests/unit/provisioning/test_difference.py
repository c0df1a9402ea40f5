"""What is done to each name: every case has its row, and nothing foreign is touched unless somebody insists."""

from itertools import product

import pytest

from netipl.provisioning.difference import INSISTED, STEPS, Step, There, Wish, step

TOUCHES = {Step.ADD, Step.REPLACE, Step.REMOVE}


def test_every_case_has_its_row() -> None:
    assert set(STEPS) == set(product(There, Wish))


@pytest.mark.parametrize("there", [There.FOREIGN, There.ALTERED, There.BLOCKED])
@pytest.mark.parametrize("wish", Wish)
def test_what_is_not_as_we_wrote_it_stays(there: There, wish: Wish) -> None:
    assert step(there, wish) not in TOUCHES


@pytest.mark.parametrize("wish", Wish)
def test_nothing_can_stand_where_it_is_blocked_even_for_the_one_who_insists(wish: Wish) -> None:
    assert step(There.BLOCKED, wish, force=True) not in TOUCHES


def test_what_is_foreign_and_not_wanted_is_never_removed() -> None:
    assert step(There.FOREIGN, Wish.NONE, force=True) is Step.FORGET


def test_who_insists_leaves_nothing_but_what_is_blocked() -> None:
    left = [case for case in product(There, Wish) if step(*case, force=True) is Step.LEAVE]
    assert left == [(There.BLOCKED, Wish.SAME), (There.BLOCKED, Wish.OTHER)]
    assert all(STEPS[case] is Step.LEAVE for case in INSISTED)
