import errno

import pytest

from netipl.servers.unsent import remedy_for


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENETUNREACH, "route"),
        (errno.EHOSTUNREACH, "ARP"),
        (errno.ENETDOWN, "up"),
        (errno.ENXIO, "still there"),
        (errno.EPERM, "firewall"),
        (errno.EACCES, "firewall"),
        (errno.ENOBUFS, "queue"),
        (errno.EAGAIN, "queue"),
    ],
)
def test_what_an_administrator_can_change_has_a_remedy(number: int, words: str) -> None:
    assert words in remedy_for(number)


@pytest.mark.parametrize("number", [None, errno.EINVAL])
def test_for_what_nobody_can_help_there_is_none(number: int | None) -> None:
    assert not remedy_for(number)
