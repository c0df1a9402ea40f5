"""How marks are written, and what is none."""

import pytest

from netipl.errors import UsageError
from netipl.guests.marks import client_identifier, domain_name, is_station, one_line, station
from netipl.net import Mac


@pytest.mark.parametrize("name", ["a", "web1", "Web-1.example.com", "1a", "a" * 63, "a.b."])
def test_names_of_dns_are_taken(name: str) -> None:
    assert domain_name(name) == name.removesuffix(".")


@pytest.mark.parametrize("name", ["", "-a", "a-", "a_b", "a..b", "a b", "ä", "a" * 64, ".".join(["a" * 50] * 6), "a\n"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="no DNS name"):
        domain_name(name)


def test_client_identifiers_are_hexadecimal_with_or_without_colons() -> None:
    assert client_identifier("ff:00:01") == client_identifier("FF0001") == b"\xff\0\1"


@pytest.mark.parametrize("text", ["", "ff", "xyz", "f", "00" * 256])
def test_client_identifiers_have_2_to_255_bytes(text: str) -> None:
    with pytest.raises(UsageError, match="no client identifier"):
        client_identifier(text)


STATIONS = {
    "of QEMU": ("52:54:00:13:33:0a", True),
    "of a maker": ("00:00:00:00:00:01", True),
    "all zeros": ("00:00:00:00:00:00", False),
    "a multicast group": ("01:00:5e:00:00:01", False),
    "everybody": ("ff:ff:ff:ff:ff:ff", False),
}


@pytest.mark.parametrize(("text", "is_one"), STATIONS.values(), ids=STATIONS)
def test_the_address_of_one_machine_is_no_group_and_not_zero(text: str, is_one: bool) -> None:
    assert is_station(Mac.parse(text)) is is_one
    if is_one:
        assert station(text) == Mac.parse(text)
    else:
        with pytest.raises(UsageError, match=f"no machine has the MAC address {text}"):
            station(text)


def test_what_is_no_mac_address_is_no_machine() -> None:
    with pytest.raises(UsageError, match="no MAC address"):
        station("52:54:00:13:33")


@pytest.mark.parametrize("text", ["", "console=ttysclp0 quiet", "größe=1"])
def test_one_line_of_text_is_taken_as_it_is(text: str) -> None:
    assert one_line(text) == text


@pytest.mark.parametrize("text", ["a\nlabel x", "a\r", "a\0", "a\tb", "a\x1b[0m", "a\u2028b", "\udc80"])
def test_control_characters_and_second_lines_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="more than one line"):
        one_line(text)
