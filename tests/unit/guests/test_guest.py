"""Who is approved: everybody but a guest that was only discovered."""

import pytest

from netipl.guests.guest import Guest, Origin


@pytest.mark.parametrize(
    ("origin", "approved"), [(Origin.SETTINGS, True), (Origin.ADDED, True), (Origin.DISCOVERED, False)]
)
def test_a_guest_is_approved_unless_it_was_only_discovered(origin: Origin, approved: bool) -> None:
    assert Guest(name="z1", origin=origin).is_approved is approved
