"""Which kind of installer there is behind a medium or a template."""

import pytest

from netipl.answers.kind import Kind
from netipl.guests.installer import KINDS, kind_of
from netipl.media.medium import Family
from tests.unit.guests.media_kept import RHEL, medium


def test_every_family_has_its_kind() -> None:
    assert set(KINDS) == set(Family)


@pytest.mark.parametrize("family", Family)
def test_a_medium_says_the_kind_whatever_the_template_is_called(family: Family) -> None:
    assert kind_of(medium(family), "mine") is KINDS[family]


def test_without_a_medium_a_template_with_the_name_of_a_kind_says_it() -> None:
    assert kind_of(None, "preseed") is Kind.PRESEED
    assert kind_of(None, "mine") is None
    assert kind_of(None, None) is None
    assert kind_of(RHEL, "preseed") is Kind.KICKSTART
