"""Where nothing is fetched from, whatever way leads there; and files by FTP."""

import pytest

from netipl.errors import RefusedError
from netipl.integrations.mirror.client import Patience
from netipl.integrations.mirror.guard import Guard

PATIENT = Patience(connect=5, read=5)


_V4 = ("127.0.0.1", "127.9.9.9", "169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1")
_V6 = ("::1", "fe80::1%lo", "::", "ff02::1", "::ffff:127.0.0.1", "2002:7f00:1::", "::ffff:169.254.169.254")


@pytest.mark.parametrize("address", [*_V4, *_V6])
def test_no_address_of_ours_or_of_nobody(address: str) -> None:
    with pytest.raises(RefusedError, match="from which nothing is fetched"):
        Guard().check("mirror.example.com", address)


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "fd00::1"])
def test_others_are_for_whoever_deploys(address: str) -> None:
    assert Guard().check("m", address) == address


def test_a_name_that_leads_to_loopback_is_loopback() -> None:
    with pytest.raises(RefusedError, match="localhost is"):
        Guard().resolved("localhost", 80)
