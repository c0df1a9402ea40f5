import pytest

from netipl.guests.guest import Guest, Origin


@pytest.mark.parametrize("origin", Origin)
def test_only_a_guest_that_told_of_itself_waits_for_approval(origin: Origin) -> None:
    assert Guest(name="web1", origin=origin).is_approved is (origin is not Origin.DISCOVERED)
