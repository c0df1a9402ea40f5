"""Which sockets of a service before are used again."""

import socket
from ipaddress import IPv4Address

import pytest

from netipl.servers.tftp.sockets import bound, by_place, close

HOME = IPv4Address("127.0.0.1")


def test_sockets_are_sorted_by_place_and_those_beyond_are_closed() -> None:
    one, other = bound(HOME, 0, 3), bound(HOME, 0, 1)
    places = by_place([*one, *other], 2)
    assert places == {one[0].getsockname(): one[:2], other[0].getsockname(): other}
    assert one[2].fileno() == -1
    close([*one, *other])


def test_another_descriptor_of_the_same_socket_is_closed() -> None:
    (one,) = bound(HOME, 0, 1)
    again = one.dup()
    assert by_place([one, again], 2) == {one.getsockname(): [one]}
    assert again.fileno() == -1
    close([one])


@pytest.mark.parametrize(
    ("family", "kind", "address"),
    [
        pytest.param(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0), id="not shared"),
        pytest.param(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0), id="TCP"),
        pytest.param(socket.AF_UNIX, socket.SOCK_DGRAM, "", id="local"),
    ],
)
def test_what_was_not_made_here_is_closed(family: int, kind: int, address: tuple[str, int] | str) -> None:
    foreign = socket.socket(family, kind)
    foreign.bind(address)
    assert by_place([foreign], 2) == {}
    assert foreign.fileno() == -1


def test_held_sockets_are_completed_and_share_their_port() -> None:
    held = bound(HOME, 0, 1)
    port = held[0].getsockname()[1]
    sockets = bound(HOME, port, 3, held)
    assert sockets[0] is held[0]
    assert {each.getsockname() for each in sockets} == {(str(HOME), port)}
    close(sockets)
