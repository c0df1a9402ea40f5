from netipl.guests.document import KEYS
from netipl.servers.api.views.guests import GuestKeys, GuestView

SHOWN_ALONE = {"status", "origin", "leased", "build", "boot", "seen", "machine", "foreman"}


def test_a_guest_is_written_by_the_api_as_it_is_by_everybody() -> None:
    assert list(GuestKeys.model_fields) == list(KEYS)
    assert GuestView.model_fields.keys() - KEYS.keys() == SHOWN_ALONE
